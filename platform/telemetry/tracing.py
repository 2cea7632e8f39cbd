"""Traces, where OTEL_EXPORTER_OTLP_ENDPOINT names a collector; else nothing, at no cost.

A trace begins with a request, or is the caller's where that sends ``traceparent``. What outlives the
request carries it on as a text of its own (`traceparent`), such as a run in its row, so that whoever
goes on with it makes spans of the same trace, in whichever process.

No library is instrumented, and no exception is recorded with its texts: spans say what ran, for how
long and how it ended, never with what.
"""

import os
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict

from django.conf import settings
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry import redaction
from telemetry.health import running_version

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

HEADER = "traceparent"
PAUSE = 1000  # milliseconds between two messages to the collector, at most

Spanning = AbstractContextManager[Span]


class TraceSettings(TypedDict):
    """Where traces go. Without an endpoint there are none."""

    endpoint: str
    headers: dict[str, str]
    service: str


OFF: Spanning = nullcontext(INVALID_SPAN)
_w3c = TraceContextTextMapPropagator()


def enabled() -> bool:
    """Return whether traces are made."""
    return bool(settings.TRACES["endpoint"])


def span(
    name: str,
    *,
    parent: str | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: dict[str, Any] | None = None,
) -> Spanning:
    """Return what makes a span for the length of a ``with`` block, where traces are made.

    ``parent`` is a `traceparent`; None for the span that is current here.
    """
    if not enabled():
        return OFF
    above = None if parent is None else _w3c.extract({HEADER: parent})
    tracer = provider(os.getpid()).get_tracer("trellis", running_version())
    return tracer.start_as_current_span(
        name,
        context=above,
        kind=kind,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )


def traceparent() -> str:
    """Return what carries the present trace on; "" where there is none."""
    carrier: dict[str, str] = {}
    if enabled():
        _w3c.inject(carrier)
    return carrier.get(HEADER, "")


def failed(span: Span, why: str) -> None:
    """Say that what the span stands for failed."""
    span.set_status(Status(StatusCode.ERROR, redaction.text(why)))


def flush() -> None:
    """Send what waits: this process ends."""
    if enabled() and provider.cache_info().currsize:
        provider(os.getpid()).force_flush()


def shutdown() -> None:
    """Send what waits, and make no more spans with the present settings."""
    if provider.cache_info().currsize:
        provider(os.getpid()).shutdown()
        provider.cache_clear()


@cache
def provider(_process: int) -> "TracerProvider":
    """Return what makes this process's spans; a forked one has its own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    found = settings.TRACES
    resource = Resource.create(
        {
            "service.name": found["service"],
            "service.version": running_version(),
            "process.pid": os.getpid(),
        }
    )
    exporter = OTLPSpanExporter(
        endpoint=f"{found['endpoint'].rstrip('/')}/v1/traces", headers=found["headers"]
    )
    made = TracerProvider(resource=resource)
    made.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=PAUSE))
    return made
