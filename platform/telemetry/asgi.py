"""ASGI around what Django does not see: the process's life, and WebSockets."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

from asgiref.sync import sync_to_async
from structlog.contextvars import bound_contextvars

from telemetry import ending, reporting
from telemetry.metrics import SOCKETS
from telemetry.middleware import HEADER, SANE_ID

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[Any]]


class Lifespan:
    """Answers the server when the process starts and ends; at its end, what waits is sent."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await sync_to_async(ending.flush)()
                await send({"type": "lifespan.shutdown.complete"})
                return


class ObservedSockets:
    """Counts open WebSockets, and names each in the log as a request is named."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        reporting.start(reporting.WEB)
        SOCKETS.inc()
        try:
            with bound_contextvars(request_id=_name(scope)):
                return await self.app(scope, receive, send)
        finally:
            SOCKETS.dec()


def _name(scope: Scope) -> str:
    asked = dict(scope.get("headers", ())).get(HEADER.lower().encode(), b"").decode("latin-1")
    return asked if SANE_ID.fullmatch(asked) else uuid4().hex
