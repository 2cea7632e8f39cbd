"""Counts and times each request, and begins its trace."""

from time import perf_counter
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from opentelemetry.trace import Span, SpanKind

from telemetry import reporting, tracing
from telemetry.metrics import REQUEST_SECONDS, REQUESTS
from telemetry.middleware import Async, Middleware, Sync

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"  # a method that nobody knows, an address that leads nowhere


class ObservingMiddleware(Middleware):
    """Stands inside of the probes, which are asked all the time and of interest to nobody."""

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        began = _begin()
        with _span(request) as span:
            response = cast(Sync, self.get_response)(request)
            _end(request, response, span, perf_counter() - began)
            return response

    async def answer_later(self, request: HttpRequest) -> HttpResponseBase:
        began = _begin()
        with _span(request) as span:
            response = await cast(Async, self.get_response)(request)
            _end(request, response, span, perf_counter() - began)
            return response


def route_of(request: HttpRequest) -> str:
    """Return the pattern of the address, which has no ids in it."""
    match = request.resolver_match
    return f"/{match.route}" if match is not None and match.route else OTHER


def _begin() -> float:
    reporting.start(reporting.WEB)
    return perf_counter()


def _span(request: HttpRequest) -> tracing.Spanning:
    caller = request.headers.get(tracing.HEADER, "")
    return tracing.span(request.method or OTHER, parent=caller, kind=SpanKind.SERVER)


def _end(request: HttpRequest, response: HttpResponseBase, span: Span, seconds: float) -> None:
    method = request.method if request.method in METHODS else OTHER
    route, status = route_of(request), response.status_code
    REQUESTS.labels(method, route, status).inc()
    REQUEST_SECONDS.labels(method, route).observe(seconds)
    if span.is_recording():
        span.update_name(f"{method} {route}")
        span.set_attribute("http.request.method", method)
        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", status)
        span.set_attribute("trellis.request_id", getattr(request, "request_id", ""))
        if status >= 500:
            tracing.failed(span, str(status))
