"""What this process is: where it keeps things, under which names it answers, with what it signs."""

from pathlib import Path

from config import env
from config.public import public_url
from launcher.paths import instance_paths
from launcher.secrets import persistent_secret
from telemetry import redaction

BASE_DIR = Path(__file__).resolve().parents[2]
PATHS = instance_paths()

PRODUCTION = env.choice("TRELLIS_ENV", "local", ("local", "production")) == "production"
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY") or persistent_secret(PATHS.secret_key)
redaction.remember(SECRET_KEY)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
# As others reach this instance: in mails, and where other machines call back.
PUBLIC_URL = public_url(env.text("PUBLIC_URL"), ALLOWED_HOSTS, https=PRODUCTION)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
SECRET_KEY_FALLBACKS = [key for key in env.secret("SECRET_KEY_FALLBACKS").split(",") if key]
APPEND_SLASH = False  # the API answers with and without; pages redirect by their own patterns
