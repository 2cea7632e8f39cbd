"""The way out: to which hosts, and with which secrets of people."""

from config.credentials import credentials_keys, oauth_clients
from config.egress import egress_settings
from config.settings.process import PATHS

CREDENTIALS_KEYS = credentials_keys(PATHS.credentials_key)
OAUTH_CLIENTS = oauth_clients()

EGRESS = egress_settings()
