"""Who is on a WebSocket."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User
from apikeys.services import issue
from apikeys.websocket import AllowedOrigins, WebSocketAuthentication
from tests.support.sockets import Sockets

pytestmark = pytest.mark.django_db(transaction=True)


async def name_the_user(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Accept, tell who was found and why not, and wait for the end."""
    await receive()
    who = {"user": scope["user"].get_username(), "error": scope.get("auth_error")}
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": json.dumps(who)})
    await receive()


@pytest.fixture
async def socket() -> AsyncIterator[Sockets]:
    sockets = Sockets(AllowedOrigins(WebSocketAuthentication(name_the_user)))
    yield sockets
    await sockets.close()


async def found(socket: Sockets, path: str = "/ws/v1/", **headers: str) -> tuple[str, str | None]:
    opened = await socket(path, headers=headers)
    who = await opened.receive()
    return who["user"], who["error"]


async def test_a_token_in_the_address_signs_in(socket: Sockets, alice: User) -> None:
    token = await sync_to_async(AccessToken.for_user)(alice)

    assert await found(socket, f"/ws/v1/?token={token}") == ("alice", None)


async def test_a_key_in_the_header_signs_in(socket: Sockets, alice: User) -> None:
    key = await sync_to_async(issue)(alice)

    assert await found(socket, **{"X-API-Key": key}) == ("alice", None)


async def test_a_key_in_the_address_does_not(socket: Sockets, alice: User) -> None:
    key = await sync_to_async(issue)(alice)

    assert await found(socket, f"/ws/v1/?api_key={key}") == ("", "missing")


async def test_a_session_signs_in(socket: Sockets, alice: User, client: Client) -> None:
    await sync_to_async(client.force_login)(alice)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    assert await found(socket, Cookie=cookie) == ("alice", None)


async def test_the_token_goes_before_the_key(socket: Sockets, alice: User, bob: User) -> None:
    token = await sync_to_async(AccessToken.for_user)(alice)
    key = await sync_to_async(issue)(bob)

    assert await found(socket, f"/ws/v1/?token={token}", **{"X-API-Key": key}) == ("alice", None)


@pytest.mark.parametrize("path", ["/ws/v1/", "/ws/v1/?token=", "/ws/v1/?other=1"])
async def test_without_credentials_nobody_is_there(socket: Sockets, path: str) -> None:
    assert await found(socket, path) == ("", "missing")


@pytest.mark.parametrize("token", ["x", "a.b.c", "%00", "%ff"])
async def test_a_bad_token_is_invalid(socket: Sockets, token: str) -> None:
    assert await found(socket, f"/ws/v1/?token={token}") == ("", "invalid")


@pytest.mark.parametrize("key", ["", "x", "\xff"])
async def test_a_bad_key_is_invalid(socket: Sockets, key: str) -> None:
    assert await found(socket, **{"X-API-Key": key}) == ("", "invalid")


async def test_a_refresh_token_is_no_access_token(socket: Sockets, alice: User) -> None:
    token = await sync_to_async(RefreshToken.for_user)(alice)

    assert await found(socket, f"/ws/v1/?token={token}") == ("", "invalid")


async def test_a_bad_token_is_not_made_up_for_by_a_session(
    socket: Sockets, alice: User, client: Client
) -> None:
    await sync_to_async(client.force_login)(alice)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    assert await found(socket, "/ws/v1/?token=x", Cookie=cookie) == ("", "invalid")


async def test_an_inactive_user_is_turned_away_everywhere(
    socket: Sockets, alice: User, client: Client
) -> None:
    token = await sync_to_async(AccessToken.for_user)(alice)
    key = await sync_to_async(issue)(alice)
    await sync_to_async(client.force_login)(alice)
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    await User.objects.aupdate(is_active=False)

    assert await found(socket, f"/ws/v1/?token={token}") == ("", "invalid")
    assert await found(socket, **{"X-API-Key": key}) == ("", "invalid")
    assert await found(socket, Cookie=cookie) == ("", "missing")


@pytest.mark.parametrize("origin", ["http://localhost:8000", "https://127.0.0.1"])
async def test_our_own_pages_may_connect(socket: Sockets, origin: str) -> None:
    assert (await socket(headers={"Origin": origin})).accepted


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "", "http://localhost.evil"])
async def test_pages_of_other_sites_may_not(socket: Sockets, origin: str) -> None:
    refused = await socket(headers={"Origin": origin})

    assert (refused.accepted, refused.code) == (False, 1000)


async def test_a_script_has_no_origin_and_may(socket: Sockets, alice: User) -> None:
    assert (await socket(user=alice)).accepted
