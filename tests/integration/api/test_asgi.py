"""The whole application, as an ASGI server calls it."""

import gzip
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from pytest_django import Settings

from accounts.models import User
from tests.support.sockets import Sockets

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
async def http(servers: None) -> AsyncIterator[httpx.AsyncClient]:
    from config.asgi import application

    transport = httpx.ASGITransport(cast(Any, application))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_a_body_in_chunks_is_read_whole(http: httpx.AsyncClient) -> None:
    body = chunks(b'{"username": "x", ', b'"password": "y"}')

    response = await http.post(
        "/api/v1/auth/token/", content=body, headers={"Content-Type": "application/json"}
    )

    assert (response.status_code, response.json()["code"]) == (401, "no_active_account")


async def test_chunks_beyond_the_limit_are_refused(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    response = await http.post("/api/v1/auth/token/", content=chunks(b"x" * 600, b"x" * 600))

    assert (response.status_code, response.json()["code"]) == (413, "too_large")


async def test_what_strangers_may_send_is_small(http: httpx.AsyncClient) -> None:
    beyond = b"x" * 70_000  # more than 64 KiB, much less than 32 MiB

    for content in (beyond, chunks(beyond[:40_000], beyond[40_000:])):
        response = await http.post("/api/v1/auth/token/", content=content)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
        assert "MAX_SMALL_REQUEST_BYTES" in response.json()["detail"]
    assert (await http.post("/api/v1/graphs/", content=beyond)).status_code == 401


@pytest.mark.parametrize("path", ["/agents/import/", "/api/v1/graphs/", "/api/v1/graphs"])
async def test_what_brings_in_an_agent_has_a_limit_of_its_own(
    http: httpx.AsyncClient, settings: Settings, path: str
) -> None:
    settings.BODY_LIMITS = [
        (start, 1000 if variable == "MAX_IMPORT_BYTES" else most, variable)
        for start, most, variable in settings.BODY_LIMITS
    ]

    for content in (b"x" * 1001, chunks(b"x" * 600, b"x" * 600)):
        response = await http.post(path, content=content)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
        assert response.json()["detail"] == (
            "The request's body is larger than 1000 bytes. Send less, or raise MAX_IMPORT_BYTES."
        )
    other = f"/api/v1/graphs/{'0' * 8}-0000-4000-8000-{'0' * 12}/execute/"
    assert (await http.post(other, content=b"x" * 1001)).status_code == 401


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "identity, gzip", "GZIP"])
async def test_a_compressed_body_is_refused_unread(http: httpx.AsyncClient, encoding: str) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}

    response = await http.post("/api/v1/auth/token/", content=bomb, headers=headers)

    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


async def test_browsers_get_a_page_of_what_was_not_read(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

    for content in (b"x" * 1001, chunks(b"x" * 600, b"x" * 600)):
        page = await http.post("/agents/import/", content=content, headers=headers)

        assert page.status_code == 413
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "This was not read" in page.text
        assert "larger than 1000 bytes. Send less, or raise MAX_REQUEST_BYTES." in page.text
        ordinary = await http.get("/sign-in/")
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options"):
            assert page.headers[name] == ordinary.headers[name]
    of_api = await http.post("/api/v1/graphs/", content=b"x" * 1001, headers=headers)
    assert of_api.headers["Content-Type"] == "application/problem+json"


async def test_requests_have_their_own_ids(http: httpx.AsyncClient) -> None:
    ids = {(await http.get("/api/nothing")).headers["X-Request-ID"] for _ in range(3)}

    assert len(ids) == 3


async def test_a_socket_without_credentials_is_closed_with_4001(socket: Sockets) -> None:
    opened = await socket("/ws/v1/")

    assert await opened.closing_code() == 4001


async def test_a_socket_with_a_bad_token_is_closed_with_4003(socket: Sockets) -> None:
    opened = await socket("/ws/v1/?token=x")

    assert await opened.closing_code() == 4003


async def test_a_socket_with_a_key_hears_a_heartbeat(socket: Sockets, alice: User) -> None:
    opened = await socket("/ws/v1/", user=alice)

    answer = await opened.ask("heartbeat", "ping")

    assert (answer["method"], answer["data"], answer["success"]) == ("heartbeat", "pong", True)


async def test_a_socket_to_nowhere_is_refused(socket: Sockets, alice: User) -> None:
    opened = await socket("/ws/nowhere/", user=alice)

    assert not opened.accepted
