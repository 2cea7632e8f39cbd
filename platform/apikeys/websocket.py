"""Who is on a WebSocket, and for how long.

Middleware of HTTP does not run on WebSockets, so the same questions are asked here again. The first
of these that is offered counts:

* a ticket, in ``?ticket=`` or as the subprotocol ``trellis.ticket.<ticket>``,
* a token in ``?token=``,
* a token or a key as the subprotocol ``trellis.bearer.<text>``, or in ``Authorization: Bearer``,
* a key in ``X-API-Key``,
* the session of a browser.

A client that offers subprotocols offers ``trellis`` too, which is the one that is chosen: what is
secret is not said back.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import ParseResult, parse_qs

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.security.websocket import OriginValidator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.authentication import credential_of_token
from accounts.models import User
from accounts.standing import SessionCredential
from apikeys.credentials import bearer_of, credential_of_key, credential_of_text
from apikeys.tickets import redeem
from kernel.standing import Credential, watched

Scope = dict[str, Any]
MISSING = "missing"
INVALID = "invalid"
ENDED = 4003
SUBPROTOCOL = "trellis"
TICKET, BEARER = f"{SUBPROTOCOL}.ticket.", f"{SUBPROTOCOL}.bearer."
Find = Callable[[], Credential | None]


class WebSocketAuthentication:
    """Puts the user into the scope, and closes the socket when what opened it has ended (4003).

    Where there is nobody, ``scope["user"]`` is anonymous and ``scope["auth_error"]`` says whether
    credentials are ``"missing"`` (close with 4001) or ``"invalid"`` (close with 4003). What is
    offered must be good: a session does not make up for a bad token.
    """

    def __init__(self, app: Any) -> None:
        self.app = app
        self.with_session: Any = AuthMiddlewareStack(self._after_session)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> Any:
        find = _offered(scope)
        if find is None:
            return await self.with_session(scope, receive, send)
        credential, user = await _found(find)
        error = {} if credential else {"auth_error": INVALID}
        return await self._open({**scope, "user": user, **error}, credential, receive, send)

    async def _after_session(self, scope: Scope, receive: Any, send: Any) -> Any:
        user, session = scope["user"], scope["session"].session_key
        if not user.is_authenticated or not session:
            scope = {**scope, "user": AnonymousUser(), "auth_error": MISSING}
            return await self._open(scope, None, receive, send)
        return await self._open(scope, await _of_session(user, session), receive, send)

    async def _open(
        self, scope: Scope, credential: Credential | None, receive: Any, send: Any
    ) -> Any:
        gate = Gate(send, speaks=SUBPROTOCOL in scope.get("subprotocols", ()))
        async with watched(credential, gate.close):
            return await self.app(scope, receive, gate.send)


class Gate:
    """What a consumer sends through, until the gate is closed: from then on nothing goes out."""

    def __init__(self, send: Any, *, speaks: bool = False) -> None:
        self._send = send
        self._speaks = speaks
        self._accepted = self._closed = False

    async def send(self, message: dict[str, Any]) -> None:
        """Pass a message on. The handshake names our subprotocol where the client offered it."""
        if message["type"] == "websocket.accept":
            if self._speaks:
                message = {**message, "subprotocol": SUBPROTOCOL}
            await self._send(message)
            self._accepted = True
            if self._closed:  # while the consumer thought about it
                await self._say_goodbye()
        elif not self._closed:
            self._closed = message["type"] == "websocket.close"
            await self._send(message)

    async def close(self) -> None:
        """Close the socket, because what opened it has ended."""
        if not self._closed:
            self._closed = True
            if self._accepted:
                await self._say_goodbye()

    async def _say_goodbye(self) -> None:
        reason = "What opened this connection has ended"
        await self._send({"type": "websocket.close", "code": ENDED, "reason": reason})


class AllowedOrigins(OriginValidator):
    """Refuses pages of other sites. Browsers always say where a page is from; scripts need not."""

    def __init__(self, app: Any) -> None:
        super().__init__(app, [*settings.ALLOWED_HOSTS, *settings.CSRF_TRUSTED_ORIGINS])

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        return parsed_origin is None or super().valid_origin(parsed_origin)


def _offered(scope: Scope) -> Find | None:
    """Return how to find the credential that is offered, or None where none is."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if tickets := query.get("ticket"):
        return lambda: redeem(tickets[-1])
    if tokens := query.get("token"):
        return lambda: credential_of_token(tokens[-1])
    for one in scope.get("subprotocols", ()):
        if one.startswith(TICKET):
            return lambda: redeem(one.removeprefix(TICKET))
        if one.startswith(BEARER):
            return lambda: credential_of_text(one.removeprefix(BEARER))
    kind, _, text = headers.get(b"authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return lambda: credential_of_text(text.strip())
    if b"x-api-key" in headers:
        return lambda: credential_of_key(headers[b"x-api-key"])
    return None


@database_sync_to_async
def _found(find: Find) -> tuple[Credential | None, Any]:
    credential = find()
    user = bearer_of(credential)
    return credential if isinstance(user, User) else None, user


@database_sync_to_async
def _of_session(user: User, session: str) -> SessionCredential:
    # The scope has a lazy user: of the row that it stands for.
    return SessionCredential.of(User.objects.get(pk=user.pk), session)
