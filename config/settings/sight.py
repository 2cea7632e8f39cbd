"""What operators see: logs, figures, traces, reports, and who did what."""

from config import env
from config.settings.process import PATHS, PRODUCTION
from launcher.secrets import persistent_secret
from telemetry import redaction
from telemetry.logs import SHAPES
from telemetry.tracing import TraceSettings

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

AUDIT_RETENTION_DAYS = env.integer("AUDIT_RETENTION_DAYS", 0, least=0)

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
        for name in ("httpx", "httpx2", "celery.app.trace", "celery.worker.strategy", "celery.beat")
    },
}
