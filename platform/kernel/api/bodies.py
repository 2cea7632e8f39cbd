"""Bodies of requests: refused when too large, and seen when they come in chunks."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from kernel.api.errors import API
from kernel.api.problems import Problem, Refusal
from kernel.api.refusals import EVERYWHERE, too_large
from kernel.errors import TrellisError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Page = Callable[[TrellisError], HttpResponse]


class LimitBody:
    """ASGI: answers 413 to a body beyond ``BODY_LIMITS`` or ``DATA_UPLOAD_MAX_MEMORY_SIZE``.

    Django copies a body to disk before any of its middleware runs, so the limit stands outside.
    A body that says its length is refused unread; one in chunks, at the chunk that is too much.
    A compressed one is refused (415): what it unpacks to could be of any length.
    ``page`` makes what browsers are told of it that ask for a page.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], *, page: Page) -> None:
        self.app = app
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _header(scope, b"content-encoding").strip().lower() not in (b"", b"identity"):
            await self._refuse(scope, send, CompressedBody())
            return
        limit = limit_of(scope["path"])
        body = _Body(receive, limit.most)
        if _declared_length(scope) <= limit.most:
            await self.app(scope, body.receive, send)
            if not body.is_too_large:
                return
        await self._refuse(scope, send, too_large(limit.most, limit.variable))

    async def _refuse(self, scope: Scope, send: Send, error: TrellisError) -> None:
        asks_for_page = b"text/html" in _header(scope, b"accept")
        if asks_for_page and not scope["path"].startswith(API):
            response = await sync_to_async(self.page)(error)
        else:
            response = Problem(Refusal.of(error))
        headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
        await send(
            {"type": "http.response.start", "status": response.status_code, "headers": headers}
        )
        await send({"type": "http.response.body", "body": response.content})


class Limit(NamedTuple):
    """How many bytes a body may have, and the variable that says so."""

    most: float
    variable: str = EVERYWHERE


def limit_of(path: str) -> Limit:
    """Return the limit of a request to this path: the smallest that holds there."""
    everywhere = Limit(float(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or "inf"))
    here = [
        Limit(most, variable)
        for start, most, variable in settings.BODY_LIMITS
        if re.match(start, path)
    ]
    return min([everywhere, *here], key=lambda limit: limit.most)


class CompressedBody(TrellisError):
    """The body is compressed (`Content-Encoding`), which is not read here. Send it as it is."""

    code = "unsupported_media_type"
    status = 415


class BodyLengthMiddleware:
    """Gives a body that came in chunks its length: without one DRF takes it for empty.

    It also belongs innermost because it is synchronous: an asynchronous chain would hand each
    request to a thread and back once for every class of Django's.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        stream = getattr(request, "_stream", None)
        if "CONTENT_LENGTH" not in request.META and "HTTP_TRANSFER_ENCODING" in request.META:
            request.META["CONTENT_LENGTH"] = str(_length(stream))
        return self.get_response(request)


class _Body:
    """Counts a body. Beyond the limit the application hears that the caller is gone.

    That makes Django drop what it has read, and say nothing.
    """

    def __init__(self, receive: Receive, limit: float) -> None:
        self._receive = receive
        self._left = limit

    @property
    def is_too_large(self) -> bool:
        return self._left < 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_too_large else message


def _declared_length(scope: Scope) -> int:
    """Return what Content-Length says, 0 where it says nothing."""
    declared = _header(scope, b"content-length")
    return int(declared) if declared.isdigit() else 0


def _header(scope: Scope, name: bytes) -> bytes:
    return next((bytes(value) for one, value in scope["headers"] if one == name), b"")


def _length(stream: Any) -> int:
    """Return how much can be read from a stream that can be wound back."""
    if stream is None or not stream.seekable():
        return 0
    end: int = stream.seek(0, 2)
    stream.seek(0)
    return end
