"""The way out: to which hosts, with which secrets of people, to which models and programs."""

from config import env
from config.credentials import credentials_keys, oauth_clients
from config.egress import egress_settings
from config.mcp import mcp_commands
from config.models import model_settings
from config.settings.process import PATHS
from egress.browser.settings import BrowserSettings

CREDENTIALS_KEYS = credentials_keys(PATHS.credentials_key)
OAUTH_CLIENTS = oauth_clients()

EGRESS = egress_settings()
BROWSER: BrowserSettings = {
    "path": env.text("TRELLIS_CHROMIUM"),
    "sandbox": env.flag("TRELLIS_CHROMIUM_SANDBOX", default=True),
}
MODELS = model_settings()
MCP_COMMANDS = mcp_commands()
