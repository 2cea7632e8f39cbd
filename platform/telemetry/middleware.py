"""The outermost middleware: the request's id, and what operators' tools ask for.

All classes run in whichever mode their neighbours do, so neither moves a request to another
thread.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import cast
from uuid import uuid4

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from structlog.contextvars import bind_contextvars

from telemetry import context, exposition
from telemetry.guard import may_read
from telemetry.health import Readiness, running_version

Sync = Callable[[HttpRequest], HttpResponseBase]
Async = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
Probe = Callable[[HttpRequest], HttpResponse]

HEADER = "X-Request-ID"
SANE_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


class Middleware:
    """What they share: one class for the sync and the async chain."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Sync | Async) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        return self.answer_later(request) if self.is_async else self.answer(request)

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        raise NotImplementedError

    async def answer_later(self, request: HttpRequest) -> HttpResponseBase:
        raise NotImplementedError


class RequestIdMiddleware(Middleware):
    """Names the request: in the log, on the request, and on the response.

    A caller's own id is kept when it is short and plain, so that a trace can cross services.
    """

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        name = _name(request)
        response = cast(Sync, self.get_response)(request)
        response[HEADER] = name
        return response

    async def answer_later(self, request: HttpRequest) -> HttpResponseBase:
        name = _name(request)
        response = await cast(Async, self.get_response)(request)
        response[HEADER] = name
        return response


class HealthMiddleware(Middleware):
    """Answers probes before anything else can refuse them: host names, sign-in, the database.

    ``/healthz``: the process is alive. ``/readyz``: its servers answer and the database is
    migrated; what it cannot mend, such as a missing worker, makes it ``degraded`` and no less
    ready. ``/version``: what runs here. ``/metrics``: the figures, for whom `guard` lets in.
    """

    def __init__(self, get_response: Sync | Async) -> None:
        super().__init__(get_response)
        self.readiness = Readiness()
        self.probes: dict[str, Probe] = {
            "/healthz": _alive,
            "/readyz": self._ready,
            "/version": _version,
            "/metrics": _metrics,
        }

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        probe = self._probe(request)
        return probe(request) if probe else cast(Sync, self.get_response)(request)

    async def answer_later(self, request: HttpRequest) -> HttpResponseBase:
        probe = self._probe(request)
        if probe is None:
            return await cast(Async, self.get_response)(request)
        if probe in (self._ready, _metrics):  # they ask servers
            return await sync_to_async(probe)(request)
        return probe(request)

    def _probe(self, request: HttpRequest) -> Probe | None:
        probe = self.probes.get(request.path_info)
        if probe and request.method not in {"GET", "HEAD"}:
            return _not_allowed
        return probe

    def _ready(self, _: HttpRequest) -> HttpResponse:
        wrong = self.readiness.checks()
        unavailable = any(wrong.values())
        if not unavailable:  # else nobody can be asked
            wrong |= self.readiness.notices()
        status = "unavailable" if unavailable else "degraded" if any(wrong.values()) else "ok"
        checks = {name: sentence or "ok" for name, sentence in wrong.items()}
        return _fresh({"status": status, "checks": checks}, 503 if unavailable else 200)


def _name(request: HttpRequest) -> str:
    """Return the caller's id if it can go into a log line as it is, else a new one.

    It stays bound after the response, which Django and the server log only then: see
    ``telemetry.signals``.
    """
    asked = request.headers.get(HEADER, "")
    name = asked if SANE_ID.fullmatch(asked) else uuid4().hex
    request.request_id = name  # type: ignore[attr-defined]  # problem documents repeat it
    bind_contextvars(request_id=name)
    context.begin(request)
    return name


def _alive(_: HttpRequest) -> HttpResponse:
    return _fresh({"status": "ok", "checks": {}})


def _version(_: HttpRequest) -> HttpResponse:
    return _fresh({"name": "trellis", "version": running_version()})


def _metrics(request: HttpRequest) -> HttpResponse:
    if not may_read(request):
        return HttpResponse(
            "The figures are for monitoring. Send `Authorization: Bearer …` with the token of "
            "this instance: METRICS_TOKEN, or the file metrics_token in its data directory.\n",
            status=401,
            content_type="text/plain; charset=utf-8",
            headers={"WWW-Authenticate": 'Bearer realm="metrics"', "Cache-Control": "no-store"},
        )
    text, media_type = exposition.page(request.headers.get("Accept", ""))
    return HttpResponse(text, content_type=media_type, headers={"Cache-Control": "no-store"})


def _not_allowed(_: HttpRequest) -> HttpResponse:
    return HttpResponseNotAllowed(["GET", "HEAD"])


def _fresh(body: Mapping[str, object], status: int = 200) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
