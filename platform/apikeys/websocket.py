"""Who is on a WebSocket: a JWT in ``?token=``, else a key in ``X-API-Key``, else the session.

Middleware of HTTP does not run on WebSockets, so the same questions are asked here again.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import ParseResult, parse_qs

from channels.auth import AuthMiddlewareStack
from channels.db import database_sync_to_async
from channels.security.websocket import OriginValidator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.authentication import user_of_token
from accounts.models import User
from apikeys.models import ApiKey

Scope = dict[str, Any]
MISSING = "missing"
INVALID = "invalid"
HEADER = b"x-api-key"


class WebSocketAuthentication:
    """Puts the user into the scope.

    Where there is none, ``scope["user"]`` is anonymous and ``scope["auth_error"]`` says whether
    credentials are ``"missing"`` (close with 4001) or ``"invalid"`` (close with 4003). A token or
    key that is offered must be good: a session does not make up for a bad one.
    """

    def __init__(self, app: Any) -> None:
        self.app = app
        self.with_session: Any = AuthMiddlewareStack(self._after_session)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> Any:
        find = _offered(scope)
        if find is None:
            return await self.with_session(scope, receive, send)
        user = await database_sync_to_async(find)()
        error = {} if user else {"auth_error": INVALID}
        return await self.app({**scope, "user": user or AnonymousUser(), **error}, receive, send)

    async def _after_session(self, scope: Scope, receive: Any, send: Any) -> Any:
        if not scope["user"].is_authenticated:
            scope = {**scope, "auth_error": MISSING}
        return await self.app(scope, receive, send)


class AllowedOrigins(OriginValidator):
    """Refuses pages of other sites. Browsers always say where a page is from; scripts need not."""

    def __init__(self, app: Any) -> None:
        super().__init__(app, [*settings.ALLOWED_HOSTS, *settings.CSRF_TRUSTED_ORIGINS])

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        return parsed_origin is None or super().valid_origin(parsed_origin)


def _offered(scope: Scope) -> Callable[[], User | None] | None:
    """Return how to find the user of the credentials offered, or None without any."""
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if tokens := query.get("token"):
        return lambda: user_of_token(tokens[-1])
    for name, value in scope["headers"]:
        if name == HEADER:
            return lambda: _user_of_key(value.decode("latin-1"))
    return None


def _user_of_key(text: str) -> User | None:
    key = ApiKey.objects.find(text)
    if key is None:
        return None
    ApiKey.objects.touch(key)
    key.user.grant = key.grant
    return key.user
