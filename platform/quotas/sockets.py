"""WebSockets that one person, or one address, may open, hold and talk through.

New ones count in a window in Redis, as requests do (`Kind.SOCKETS`). How many are held, and how many messages come
through one, each web process counts by itself: a message costs no round trip.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings

from quotas.own import known
from quotas.policy import Kind, Subject, Who, network_of, windows
from quotas.windows import windows_at

TOO_MANY = 4429
MESSAGES, SECONDS = 240, 60.0  # that a client may send in a time; watchers send few

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_held: Counter[Subject] = Counter()


class LimitedSockets:
    """ASGI, inside authentication: closes with 4429 what is one too many.

    A socket that is refused is accepted first: of one that is not, browsers say nothing but that it failed.
    """

    def __init__(self, app: Callable[..., Awaitable[Any]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> Any:
        subject = _subject(scope)
        if reason := await _refusal(subject):
            await receive()  # the handshake
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": TOO_MANY, "reason": reason})
            return None
        _held[subject] += 1
        try:
            return await self.app(scope, _Talk(receive, send).receive, send)
        finally:
            _held[subject] -= 1
            if not _held[subject]:
                del _held[subject]


class _Talk:
    """Counts messages. Of a client that sends too many the application hears that it has left."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._count, self._since = 0, time.monotonic()

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] != "websocket.receive" or self._may_pass():
            return message
        reason = f"More than {MESSAGES} messages in {SECONDS:.0f} seconds"
        await self._send({"type": "websocket.close", "code": TOO_MANY, "reason": reason})
        return {"type": "websocket.disconnect", "code": TOO_MANY}

    def _may_pass(self) -> bool:
        moment = time.monotonic()
        if moment - self._since >= SECONDS:
            self._count, self._since = 0, moment
        self._count += 1
        return self._count <= MESSAGES


def _subject(scope: Scope) -> Subject:
    user = scope.get("user")
    if user is not None and user.is_authenticated:
        return Subject(Who.USER, str(user.pk))
    host, _ = scope.get("client") or ("", 0)
    return Subject(Who.ADDRESS, network_of(host))


async def _refusal(subject: Subject) -> str:
    """Return why the socket may not be; "" where it may."""
    most = settings.MAX_SOCKETS_PER_USER
    if most and _held[subject] >= most:
        return f"You hold {most} WebSockets, which is all that you may"
    if rates := settings.RATES.get(Kind.SOCKETS):
        verdict = await sync_to_async(_hit)(subject, rates)
        if verdict is not None and not verdict.allowed:
            level = verdict.tightest
            return f"Too many new WebSockets. Try again in {level.wait} s"
    return ""


def _hit(subject: Subject, rates: Any) -> Any:
    found = windows(Kind.SOCKETS, [subject], rates, known.rates())
    return windows_at(settings.REDIS_URL).hit(found) if found else None
