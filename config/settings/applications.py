"""What an instance is made of: its apps, its middleware in their order, its pages."""

from typing import Any

from config import env
from config.providers import identity_providers, provider_apps

IDENTITY_PROVIDERS = identity_providers()

INSTALLED_APPS = [
    "audit.apps.AuditedAdminConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",  # for its templates
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework_simplejwt.token_blacklist",
    "channels",
    "telemetry",
    "audit",
    "accounts",
    "apikeys",
    "notifications",
    "quotas",
    "uploads",
    "knowledge",
    "credentials",
    "waffle",
    "features",
    "launcher",
    "blocks",
    "blocks.openapi",
    "agents.graphs",
    "agents.executions",
    "agents.news",
    "agents.presets",
    "agents.schedules",
    "agents.triggers",
    "store",
    "market",
    "webui",
    # After webui, whose templates stand in for theirs.
    "django_celery_beat",
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

STATIC_URL = "/static/"
STATIC_ROOT = env.text("STATIC_ROOT") or None  # only where something else serves the files
WHITENOISE_USE_FINDERS = True  # no collectstatic step between a person and a running instance
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

WAFFLE_CACHE_NAME = "features"
