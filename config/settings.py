"""The one settings module. Every knob is read once, through ``config.env``."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext

from agents.executions.limits import ExecutionSettings
from config import env
from config.credentials import credentials_keys, oauth_clients
from config.database import database
from config.egress import egress_settings
from config.issuer import external_issuer
from config.mail import CONSOLE, mail_settings
from config.production import problems, refuse_unless_safe
from config.providers import identity_providers, provider_apps
from config.signup import THIS_MACHINE, sign_up
from credentials.kinds import Kind as CredentialKind
from kernel.redis import celery_broker_url
from launcher.paths import instance_paths
from launcher.secrets import persistent_secret
from quotas.allowance import QuotaSettings
from quotas.policy import Kind, NotARate, Rates, parse_rates
from telemetry import redaction
from telemetry.logs import SHAPES
from telemetry.tracing import TraceSettings
from uploads.settings import UploadSettings

django_stubs_ext.monkeypatch()  # so that ModelAdmin[User] and the like can be written

BASE_DIR = Path(__file__).resolve().parent.parent
PATHS = instance_paths()

# --- Process -------------------------------------------------------------------------------

PRODUCTION = env.choice("TRELLIS_ENV", "local", ("local", "production")) == "production"
DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY") or persistent_secret(PATHS.secret_key)
redaction.remember(SECRET_KEY)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
SECRET_KEY_FALLBACKS = [key for key in env.secret("SECRET_KEY_FALLBACKS").split(",") if key]
APPEND_SLASH = False  # the API answers with and without; pages redirect by their own patterns

IDENTITY_PROVIDERS = identity_providers()

INSTALLED_APPS = [
    "audit.apps.AuditedAdminConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework_simplejwt.token_blacklist",
    "channels",
    "django_celery_beat",
    "telemetry",
    "audit",
    "accounts",
    "apikeys",
    "quotas",
    "uploads",
    "credentials",
    "waffle",
    "features",
    "launcher",
    "blocks",
    "agents.graphs",
    "agents.executions",
    "webui",
    # After webui, whose templates stand in for theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    *provider_apps(IDENTITY_PROVIDERS),
]

MIDDLEWARE = [
    "telemetry.middleware.RequestIdMiddleware",
    "telemetry.middleware.HealthMiddleware",  # before ALLOWED_HOSTS is checked
    "telemetry.observing.ObservingMiddleware",
    "webui.middleware.ContentSecurityPolicyMiddleware",  # on refusals of all that follows too
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "webui.signing_in.SignInMiddleware",  # pages are for people who signed in
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.LastSeenMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "webui.middleware.LeavingMiddleware",
    "quotas.middleware.RateLimitMiddleware",
    "kernel.api.bodies.BodyLengthMiddleware",  # innermost: it keeps the chain in one thread
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "features.context.features",
            ],
        },
    },
]

# --- PostgreSQL: where state lives ------------------------------------------------------------

DATABASE_URL = env.secret("DATABASE_URL") or PATHS.database_url
DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: messages and bells ------------------------------------------------------------------

REDIS_URL = env.secret("REDIS_URL") or PATHS.redis_url
CHANNEL_PREFIX = "trellis"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": CHANNEL_PREFIX},
    },
}

CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "kernel.cache.SharedRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "trellis-cache",
        "OPTIONS": {"socket_connect_timeout": 5, "socket_timeout": 5},
    },
}

# --- Celery: the doorbell ------------------------------------------------------------------------

WORKER_IO_SLOTS = env.integer("WORKER_IO_SLOTS", 64, least=1)
WORKER_CPU_SLOTS = env.integer("WORKER_CPU_SLOTS", 2, least=1)

CELERY_BROKER_URL = celery_broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for Redis for as long as it takes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_keepalive": True,
    "socket_connect_timeout": 5,
    "socket_timeout": 15,
    "health_check_interval": 30,
    # Slots may hand back messages all at once, and each takes a connection for that.
    "max_connections": max(WORKER_IO_SLOTS, WORKER_CPU_SLOTS) + 8,
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "io"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SYNC_EVERY = 30  # ticks until beat notes when it ran last; `trellis doctor` reads it
# Ticks have a queue and a worker of their own: timers, recovery and admission wait for no block.
TICKS = "ticks"


def tick(task: str, every: timedelta, *, expires: int) -> dict[str, Any]:
    """Return a task that beat asks for. One that nobody took in time is worth nothing."""
    # Named as the scheduler wants it, which drops what it does not know.
    options = {"queue": TICKS, "expire_seconds": expires}
    return {"task": task, "schedule": every, "options": options}


CELERY_BEAT_SCHEDULE = {
    "sweep-executions": tick("executions.sweep", timedelta(seconds=5), expires=10),
    "audit-executions": tick("executions.audit", timedelta(seconds=30), expires=30),
    "wake-executions": tick("executions.wake", timedelta(seconds=1), expires=5),
    "measure-executions": tick("executions.measure", timedelta(seconds=15), expires=15),
    "recount-storage": tick("executions.recount", timedelta(days=1), expires=3600),
    "tidy-accounts": tick("accounts.tidy", timedelta(minutes=10), expires=60),
    "erase-accounts": tick("accounts.erase_on", timedelta(seconds=10), expires=10),
    "purge-executions": tick("executions.purge", timedelta(minutes=10), expires=60),
    "purge-audit": tick("audit.purge", timedelta(minutes=10), expires=60),
    "tidy-uploads": tick("uploads.tidy", timedelta(minutes=10), expires=60),
}

# --- Credentials ---------------------------------------------------------------------------------

CREDENTIALS_KEYS = credentials_keys(PATHS.credentials_key)
OAUTH_CLIENTS = oauth_clients()

# --- Executions ----------------------------------------------------------------------------------

EXECUTIONS: ExecutionSettings = {
    "lease": timedelta(seconds=env.integer("NODE_LEASE_SECONDS", 30, least=3)),
    "resend_after": timedelta(seconds=env.integer("RESEND_AFTER_SECONDS", 15, least=1)),
    "attempts": env.integer("NODE_ATTEMPTS", 3, least=1),
    "tries": env.integer("RETRY_ATTEMPTS", 3, least=1),
    "retry_initial": timedelta(seconds=env.integer("RETRY_INITIAL_SECONDS", 1, least=0)),
    "retry_max": timedelta(seconds=env.integer("RETRY_MAX_SECONDS", 60, least=0)),
    "node_timeout": timedelta(seconds=env.integer("NODE_TIMEOUT_SECONDS", 3600, least=1)),
    "deadline": timedelta(
        seconds=env.integer("EXECUTION_DEADLINE_SECONDS", 30 * 24 * 3600, least=1)
    ),
    "cpu_memory_mb": env.integer("CPU_MEMORY_MB", 1024, least=0),
    "max_concurrent": env.integer("MAX_CONCURRENT_EXECUTIONS", 100, least=1),
    "max_node_executions": env.integer("MAX_NODE_EXECUTIONS", 100_000, least=1),
    "max_depth": env.integer("MAX_SUB_AGENT_DEPTH", 16, least=1),
    "max_sub_agent_runs": env.integer("MAX_SUB_AGENT_RUNS", 10_000, least=1),
    "max_value_bytes": env.integer("MAX_VALUE_BYTES", 16 * 1024 * 1024, least=1024),
    "remember_keys": timedelta(hours=env.integer("IDEMPOTENCY_KEY_HOURS", 24, least=1)),
    "payload_retention_days": env.integer("PAYLOAD_RETENTION_DAYS", 0, least=0),
    "execution_retention_days": env.integer("EXECUTION_RETENTION_DAYS", 0, least=0),
    "event_value_bytes": env.integer("MAX_EVENT_VALUE_BYTES", 32 * 1024, least=256),
    "local_lane": env.flag("TRELLIS_LOCAL_LANE", default=True),
}

GRAPHS = {
    "max_nodes": env.integer("MAX_GRAPH_NODES", 10_000, least=1),
    "max_links": env.integer("MAX_GRAPH_LINKS", 50_000, least=1),
}

DATA_UPLOAD_MAX_MEMORY_SIZE = env.integer("MAX_REQUEST_BYTES", 32 * 1024 * 1024, least=1024)

UPLOADS: UploadSettings = {
    "max_bytes": env.integer("MAX_FILE_BYTES", 25 * 1024 * 1024, least=1024),
    "retention_days": env.integer("FILE_RETENTION_DAYS", 0, least=0),
}
# Where what people send in is kept; every process must see the same files.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "uploads": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PATHS.uploads, "file_permissions_mode": 0o600},
    },
}
MAX_SMALL_REQUEST_BYTES = env.integer("MAX_SMALL_REQUEST_BYTES", 64 * 1024, least=1024)
MAX_IMPORT_BYTES = env.integer("MAX_IMPORT_BYTES", 16 * 1024 * 1024, least=1024)
# Bodies of fewer bytes, by an expression for how the path begins, with the variable that says how many.
BODY_LIMITS: list[tuple[str, int, str]] = [
    *(  # what everybody may send who has not signed in
        (start, MAX_SMALL_REQUEST_BYTES, "MAX_SMALL_REQUEST_BYTES")
        for start in (
            *("/api/v1/auth/token", "/api/v1/auth/ticket", "/api/v1/api-keys"),
            *("/api/v1/integrations", "/account/credentials"),
            *("/sign-in", "/sign-up", "/sign-out", "/account/password", "/admin/login"),
        )
    ),
    *(  # agents that come in: by the page, and by the API
        (start, MAX_IMPORT_BYTES, "MAX_IMPORT_BYTES")
        for start in ("/agents/import", "/api/v1/graphs/?$")
    ),
]

DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a table in a form has a field for each cell

# --- Rates: how much in a time ---------------------------------------------------------------------


def rates(kind: Kind, text: str) -> Rates:
    """Return the rates of a kind of requests, from its variable or the default."""
    try:
        return parse_rates(text)
    except NotARate as error:
        raise env.ConfigurationError(f"RATE_{kind.upper()}: {error}") from None


RATES = {
    kind: rates(kind, text)
    for kind, text in {
        Kind.READS: env.text(
            "RATE_READS", "1200/minute per user, 600/minute per key, 300/minute per address"
        ),
        Kind.WRITES: env.text(
            "RATE_WRITES", "300/minute per user, 300/minute per key, 60/minute per address"
        ),
        Kind.STARTS: env.text(
            "RATE_STARTS", "120/minute per user, 120/minute per key, 60/minute per address"
        ),
        Kind.UPLOADS: env.text(
            "RATE_UPLOADS", "60/minute per user, 60/minute per key, 10/minute per address"
        ),
        Kind.SIGN_INS: env.text("RATE_SIGN_INS", "20/minute per address, 20/5 minute per account"),
        Kind.SOCKETS: env.text("RATE_SOCKETS", "120/minute per user, 30/minute per address"),
    }.items()
    if env.flag("RATE_LIMITS", default=True)
}
MAX_SOCKETS_PER_USER = env.integer("MAX_SOCKETS_PER_USER", 50, least=0)  # in each web process
# Which changes are more than a change, by the names of their URLs.
RATE_VIEWS = {
    **dict.fromkeys(
        (
            *("graph-execute", "graph-version-execute", "draft-execute", "block-execute"),
            *("execution-replay", "execution-retry"),
            *("webui:start", "webui:replay", "webui:retry"),
        ),
        Kind.STARTS,
    ),
    "file-list": Kind.UPLOADS,
    **dict.fromkeys(
        (
            *("token", "token-refresh", "webui:login", "webui:password", "admin:login"),
            *("account_signup", "account_reset_password", "account_reauthenticate"),
            *("mfa_authenticate", "mfa_reauthenticate", "mfa_login_webauthn"),
            *("user-email", "user-delete"),  # they look at a password
        ),
        Kind.SIGN_INS,
    ),
}

# --- Quotas: how much in all; staff give single people their own ----------------------------------

QUOTAS: QuotaSettings = {
    "runs_per_day": env.integer("MAX_EXECUTIONS_PER_DAY", 0, least=0),
    "runs_per_month": env.integer("MAX_EXECUTIONS_PER_MONTH", 0, least=0),
    "storage_mb": env.integer("MAX_STORAGE_MB", 10_000, least=0),
}

# --- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "webui:login"
LOGIN_REDIRECT_URL = "webui:agents"
LOGOUT_REDIRECT_URL = "webui:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

MAIL = mail_settings(env.secret("EMAIL_URL"))
globals().update(MAIL)  # EMAIL_BACKEND, EMAIL_HOST and so on
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("EMAIL_FROM", "Trellis <trellis@localhost>")
IS_MAIL_PRINTED = MAIL["EMAIL_BACKEND"] == CONSOLE
IS_PERSONAL = set(ALLOWED_HOSTS) <= THIS_MACHINE  # nobody else's browser finds it
SIGN_UP = sign_up(env.text("SIGN_UP"), is_personal=IS_PERSONAL, is_mail_printed=IS_MAIL_PRINTED)

ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "signup": "accounts.forms.SignUpForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_USERNAME_VALIDATORS = "accounts.usernames.validators"
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # of those who signed up: accounts.stages
ACCOUNT_EMAIL_NOTIFICATIONS = True  # mail about a changed password, address or second factor
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Trellis] "
ACCOUNT_CHANGE_EMAIL = True  # one address; a new one counts once it is verified
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, and no other
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"  # where no request says it
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = IDENTITY_PROVIDERS
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # who signed up has verified one before coming in at all
MFA_RECOVERY_CODES_SHOW_ONCE = False
MFA_TOTP_ISSUER = "Trellis"
MFA_TOTP_TOLERANCE = 1  # steps of 30 s that a clock may be wrong by
USERSESSIONS_ADAPTER = "accounts.adapters.UserSessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = True
EXTERNAL_ISSUER = external_issuer()
ACCOUNT_EXPORT_HOURS = env.integer("ACCOUNT_EXPORT_HOURS", 48, least=1)
UNVERIFIED_SIGN_UP_DAYS = env.integer("UNVERIFIED_SIGN_UP_DAYS", 7, least=0)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.flag("SECURE_COOKIES", default=PRODUCTION)
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# Whether a request came by HTTPS is known from the proxies in TRUSTED_PROXIES, whose
# X-Forwarded-Proto uvicorn reads: a header that Django read would be anybody's.
TRUSTED_PROXIES = env.words("TRUSTED_PROXIES")
SECURE_SSL_REDIRECT = env.flag("HTTPS_REDIRECT", default=PRODUCTION)
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 31_536_000 if PRODUCTION else 0, least=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=False)
# Other hosts below this one's name are not ours to decide about: HSTS_SUBDOMAINS, HSTS_PRELOAD.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

# --- REST -----------------------------------------------------------------------------------------

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apikeys.authentication.ApiKeyAuthentication",
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["kernel.api.access.DeclaredAccess"],  # closed unless declared
    "DEFAULT_THROTTLE_CLASSES": ["quotas.throttles.RateThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["kernel.api.json.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kernel.api.json.JSONParser"],
    "DEFAULT_METADATA_CLASS": "kernel.api.metadata.Metadata",
    "DEFAULT_SCHEMA_CLASS": "kernel.api.schema.Schema",
    "DEFAULT_PAGINATION_CLASS": "kernel.api.pagination.NewestFirst",
    "EXCEPTION_HANDLER": "kernel.api.errors.handle",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Trellis",
    "DESCRIPTION": "Make and run agents as graphs of blocks.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "StatusEnum": "agents.engine.states.ExecutionStatus",
        "NodeStatusEnum": "agents.engine.states.NodeStatus",
        "CredentialTypeEnum": [kind.value for kind in CredentialKind],
        "ReviewStatusEnum": "agents.executions.models.review.Review.Status",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(hours=1),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "CHECK_REVOKE_TOKEN": True,  # a new password ends the tokens of the old one
}

# --- Features: what only some people see -----------------------------------------------------------

# Each process keeps the flags for this long: one that staff change holds everywhere within seconds.
CACHES["features"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "features",
    "TIMEOUT": 10,
}
WAFFLE_CACHE_NAME = "features"

# --- What leaves ----------------------------------------------------------------------------------

EGRESS = egress_settings()

# --- Pages ----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT") or None  # only where something else serves the files
WHITENOISE_USE_FINDERS = True  # no collectstatic step between a person and a running instance
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Figures, traces, reports ---------------------------------------------------------------------

METRICS_TOKEN = env.secret("METRICS_TOKEN") or persistent_secret(PATHS.metrics_token)
redaction.remember(METRICS_TOKEN)
METRICS_NETWORKS = env.networks("METRICS_NETWORKS")

TRACES: TraceSettings = {  # the variables are OpenTelemetry's own
    "endpoint": env.text("OTEL_EXPORTER_OTLP_ENDPOINT"),
    "headers": env.secret_pairs("OTEL_EXPORTER_OTLP_HEADERS"),
    "service": env.text("OTEL_SERVICE_NAME", "trellis"),
}

SENTRY_DSN = env.secret("SENTRY_DSN")
SENTRY_ENVIRONMENT = env.text("SENTRY_ENVIRONMENT", "production")

# --- Who did what ---------------------------------------------------------------------------------

AUDIT_RETENTION_DAYS = env.integer("AUDIT_RETENTION_DAYS", 0, least=0)

# --- Logs -----------------------------------------------------------------------------------------

LOG_FORMAT = env.choice("LOG_FORMAT", "json" if PRODUCTION else "console", SHAPES)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "telemetry.logs.formatter", "shape": LOG_FORMAT}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    # Two lines for each task, and one of them every second, would bury what matters.
    "loggers": {
        name: {"level": "WARNING"}
        for name in ("httpx", "celery.app.trace", "celery.worker.strategy", "celery.beat")
    },
}

PRODUCTION_REFUSES = list(problems(globals()))  # `trellis doctor` tells who is not there yet
if PRODUCTION:
    refuse_unless_safe(globals())
