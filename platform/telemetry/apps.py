"""The telemetry application."""

from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    name = "telemetry"

    def ready(self) -> None:
        import telemetry.signals  # noqa: F401  # connects to Celery's
        from telemetry import redaction, sentry

        redaction.remember_environment()
        sentry.start()
