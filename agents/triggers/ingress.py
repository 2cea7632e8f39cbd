"""ASGI: the addresses of triggers, ``POST /hooks/{token}/``, beside Django and its middleware.

A call needs no session, no template and no form, and there may be very many at once: what stands
between a caller and the record of the call is in this file and in `desk`. Everything below ``/hooks/``
ends here, so no other view is reached under a name that looks like one.

Answers: 202 with the id of the run; 200 where the call begins none, or its run has ended while the
caller waited (``?wait=10``); 401 where it is not genuine; 404 where there is nothing, or nothing that
is active; 405 for other methods than POST.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from time import perf_counter
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from structlog.contextvars import bound_contextvars

from agents.triggers import outcomes, tokens
from agents.triggers.accepting import Taken
from agents.triggers.calls import Call, headers_of
from agents.triggers.desk import desk
from agents.triggers.errors import (
    CallNotReadable,
    CallTooSlow,
    MethodRefused,
    StartRefused,
    TooManyCalls,
    UnknownHook,
)
from agents.triggers.hooks import HERE
from agents.triggers.pace import Pace
from agents.triggers.settings import configured
from kernel.api.problems import CONTENT_TYPE, Refusal
from kernel.api.refusals import HostNotAllowed
from kernel.errors import TrellisError
from kernel.jsontypes import JSONObject, dumps
from telemetry import reporting
from telemetry.metrics import REQUEST_SECONDS, REQUESTS
from telemetry.middleware import HEADER, SANE_ID

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[Any]]

PATH = re.compile(rf"{HERE}([^/]{{1,200}})(/test)?/?")
ROUTE = "/hooks/<str:token>/"
SECONDS_FOR_BODY = 30.0


class Gone(Exception):
    """The caller has hung up, or has sent too much and is told so by somebody else."""


class Hooks:
    """Answers what comes to the addresses of triggers; hands all else on."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        if not scope["path"].startswith(HERE):
            return await self.app(scope, receive, send)
        began = perf_counter()
        headers = headers_of(scope["headers"])
        asked = headers.get(HEADER.lower(), "")
        name = asked if SANE_ID.fullmatch(asked) else uuid4().hex
        reporting.start(reporting.WEB)
        with bound_contextvars(request_id=name):
            try:
                status, body, more = await _answer(scope, receive, headers)
            except Gone:
                return None
            except TrellisError as error:
                refusal = Refusal.of(error)
                status, more = refusal.status, dict(refusal.headers)
                body = refusal.as_json(request_id=name)  # not the address: it has the token
            await _send(send, status, body, {**more, HEADER: name})
        method = "POST" if scope["method"] == "POST" else "other"
        REQUESTS.labels(method, ROUTE, status).inc()
        REQUEST_SECONDS.labels(method, ROUTE).observe(perf_counter() - began)
        return None


Answer = tuple[int, JSONObject, dict[str, str]]


async def _answer(scope: Scope, receive: Receive, headers: dict[str, str]) -> Answer:
    """Return status, body and headers. Raises what the caller is told instead, or Gone."""
    if scope["method"] != "POST":
        raise MethodRefused(headers={"Allow": "POST"})
    host = split_domain_port(headers.get("host", ""))[0]
    if not host or not validate_host(host, settings.ALLOWED_HOSTS):
        raise HostNotAllowed
    found = PATH.fullmatch(scope["path"])
    if found is None:
        raise UnknownHook
    wait = _wait(scope)
    address = _address(scope)
    rate = configured()["call_rate"]
    if not _pace(rate.amount, rate.seconds).allows(tokens.digest(found[1])):
        raise TooManyCalls(headers={"Retry-After": str(rate.seconds)})
    try:
        async with asyncio.timeout(SECONDS_FOR_BODY):
            body = await _body(receive)
    except TimeoutError:
        raise CallTooSlow from None
    told = await desk().hand_in(
        Call(
            digest=tokens.digest(found[1]),
            headers=headers,
            body=body,
            address=address,
            time=time.time(),
            is_test=found[2] is not None,
        )
    )
    if isinstance(told, TrellisError):
        raise told
    return await _told(told, wait)


async def _told(told: Taken, wait: float) -> Answer:
    if told.is_test:
        return 200, {"id": None, "test": "The call arrived. Its trigger's page shows it."}, {}
    if told.execution_id is None:
        return 200, {"id": None, "ignored": told.ignored}, {}
    id = str(told.execution_id)
    headers = {"Location": f"/api/v1/executions/{id}/"}
    if told.replayed:
        headers["Idempotency-Replayed"] = "true"
    if wait:
        ended = await outcomes.wait_for(told.execution_id, wait)
        if ended is not None and ended.refused:
            raise StartRefused(ended.refused)
        if ended is not None:
            shown = {"outputs": ended.outputs, "error": ended.error}
            return 200, {"id": id, "status": ended.status, **shown}, headers
    return 202, {"id": id}, headers


async def _body(receive: Receive) -> bytes:
    """Return the whole body; what stands outside counts its bytes. Raises Gone."""
    pieces = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _send(send: Send, status: int, body: JSONObject, headers: dict[str, str]) -> None:
    text = dumps(body).encode()
    kind = CONTENT_TYPE if status >= 400 else "application/json"
    named = {
        "Content-Type": kind,
        "Content-Length": str(len(text)),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        **headers,
    }
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in named.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": text})


def _wait(scope: Scope) -> float:
    """Return for how many seconds the caller waits, at most as long as this instance allows."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    if "wait" not in query:
        return 0.0
    text = query["wait"][-1]
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise CallNotReadable("`wait` is a whole number of seconds, such as `?wait=10`.")
    return float(min(int(text), configured()["longest_wait"]))


def _address(scope: Scope) -> str | None:
    try:
        return str(ip_address((scope.get("client") or ("",))[0]))
    except ValueError:
        return None


_paces: dict[tuple[int, int], Pace] = {}


def _pace(amount: int, seconds: int) -> Pace:
    return _paces.setdefault((amount, seconds), Pace(amount, seconds))
