"""The way out: to which hosts, with which secrets of people, to which models and programs."""

from config.credentials import credentials_keys, oauth_clients
from config.egress import egress_settings
from config.mcp import mcp_commands
from config.models import model_settings
from config.settings.process import PATHS

CREDENTIALS_KEYS = credentials_keys(PATHS.credentials_key)
OAUTH_CLIENTS = oauth_clients()

EGRESS = egress_settings()
MODELS = model_settings()
MCP_COMMANDS = mcp_commands()
