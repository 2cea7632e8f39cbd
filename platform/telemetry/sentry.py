"""Unexpected errors, reported to Sentry where SENTRY_DSN says so; without values and secrets.

What is reported is what is logged as an error, with the fields of the log line's context. Requests'
bodies, local variables and cookies stay here: they are people's data.
"""

from typing import Any

from django.conf import settings

from telemetry import context, redaction
from telemetry.health import running_version

LONGEST_WAIT = 2.0  # seconds at a process's end


def start() -> None:
    """Report from now on, where that is set."""
    if not settings.SENTRY_DSN:
        return
    import sentry_sdk
    from sentry_sdk.integrations.celery import CeleryIntegration
    from sentry_sdk.integrations.redis import RedisIntegration

    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        environment=settings.SENTRY_ENVIRONMENT,
        release=f"trellis@{running_version()}",
        include_local_variables=False,
        max_request_body_size="never",
        auto_session_tracking=False,
        before_send=prepare,
        before_breadcrumb=lambda crumb, _: redaction.tree(crumb),
        shutdown_timeout=LONGEST_WAIT,
        # These wrap each task and each command; what fails in them is logged all the same.
        disabled_integrations=[CeleryIntegration(), RedisIntegration()],
    )


def prepare(event: Any, _hint: Any) -> Any:
    """Return the report as it leaves: with what it belongs to, without secrets."""
    event["tags"] = {**(event.get("tags") or {}), **context.current()}
    request = event.get("request")
    if request:
        request.pop("cookies", None)
        request.pop("query_string", None)
        request["headers"] = {
            name: value
            for name, value in (request.get("headers") or {}).items()
            if name.lower() in {"user-agent", "content-type", "accept", "x-request-id"}
        }
    return redaction.tree(event)


def flush() -> None:
    """Send what waits."""
    if settings.SENTRY_DSN:
        import sentry_sdk

        sentry_sdk.flush(LONGEST_WAIT)
