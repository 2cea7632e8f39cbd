"""How much in a time, and how much in all."""

from config import env
from config.settings.applications import IDENTITY_PROVIDERS
from quotas.allowance import QuotaSettings
from quotas.policy import Kind, NotARate, Rates, parse_rates


def rates_of(kind: Kind, text: str) -> Rates:
    """Return the rates of a kind of requests, from its variable or the default."""
    try:
        return parse_rates(text)
    except NotARate as error:
        raise env.ConfigurationError(f"RATE_{kind.upper()}: {error}") from None


RATES = {
    kind: rates_of(kind, text)
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
        Kind.CONNECTIONS: env.text("RATE_CONNECTIONS", "30/minute per user, 60/minute per address"),
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
            *("preset-execute", "schedule-run", "schedule-backfill"),
            *("webui:run-schedule", "webui:backfill-schedule"),
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
    **dict.fromkeys(
        (
            *("provider-login", "provider-callback"),
            *("webui:connect-credential", "webui:credentials-callback"),
            *(f"{name}_{step}" for name in IDENTITY_PROVIDERS for step in ("login", "callback")),
        ),
        Kind.CONNECTIONS,
    ),
}
# Where a request that should only read begins or ends a journey to another site, as OAuth has it.
RATE_READS_THAT_ACT = {
    *("provider-login", "webui:credentials-callback"),
    *(f"{name}_callback" for name in IDENTITY_PROVIDERS),
}

# Staff give single people quotas of their own.
QUOTAS: QuotaSettings = {
    "runs_per_day": env.integer("MAX_EXECUTIONS_PER_DAY", 0, least=0),
    "runs_per_month": env.integer("MAX_EXECUTIONS_PER_MONTH", 0, least=0),
    "storage_mb": env.integer("MAX_STORAGE_MB", 10_000, least=0),
}
