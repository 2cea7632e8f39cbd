"""Limits of request bodies, as ASGI servers deliver them."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse
from pytest_django import Settings

from kernel.api.bodies import BodyLengthMiddleware, LimitBody, Message, Receive, Scope, Send
from kernel.errors import TrellisError

Answer = tuple[int, dict[str, Any]]


async def reader(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads the whole body and answers its length."""
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    body = json.dumps({"length": length}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def no_page(error: TrellisError) -> HttpResponse:
    raise AssertionError(f"nobody asked for a page of {error!r}")


async def answer_to(chunks: Iterable[bytes], **headers: str) -> tuple[Answer, int]:
    """Return the answer, and how many chunks were read for it."""
    waiting = list(chunks)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        sent.append(message)

    total = len(waiting)
    encoded = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await LimitBody(reader, page=no_page)(
        {"type": "http", "path": "/", "headers": encoded}, receive, send
    )
    start, end = sent
    return (start["status"], json.loads(end["body"])), total - len(waiting)


@pytest.fixture(autouse=True)
def limit(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10


async def test_a_body_of_just_the_limit_is_read() -> None:
    answer, _ = await answer_to([b"x" * 10], content_length="10")

    assert answer == (200, {"length": 10})


async def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    (status, problem), read = await answer_to([b"x" * 11], content_length="11")

    assert (status, problem["code"], read) == (413, "too_large", 0)
    assert problem["detail"] == (
        "The request's body is larger than 10 bytes. Send less, or raise MAX_REQUEST_BYTES."
    )


async def test_a_body_in_chunks_is_refused_at_the_chunk_that_is_too_much() -> None:
    (status, problem), read = await answer_to([b"x" * 6] * 100)

    assert (status, problem["code"], read) == (413, "too_large", 2)


async def test_without_a_limit_everything_is_read(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None

    answer, _ = await answer_to([b"x" * 6] * 100)

    assert answer == (200, {"length": 600})


@pytest.mark.parametrize(
    ("headers", "length"),
    [({b"transfer-encoding": b"chunked"}, "5"), ({b"content-length": b"3"}, "3"), ({}, None)],
)
def test_a_body_in_chunks_gets_its_length(headers: dict[bytes, bytes], length: str | None) -> None:
    from io import BytesIO

    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    scope = {"path": "/", "method": "POST", "headers": list(headers.items())}
    BodyLengthMiddleware(view)(ASGIRequest(scope, BytesIO(b"hello")))

    [request] = seen
    assert request.META.get("CONTENT_LENGTH") == length
    assert request.read() == b"hello"
