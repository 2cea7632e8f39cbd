"""What a process sends before it ends: counts, spans and reports that still wait."""

from telemetry import reporting, sentry, tracing


def flush() -> None:
    """Send everything."""
    reporting.end()
    tracing.flush()
    sentry.flush()
