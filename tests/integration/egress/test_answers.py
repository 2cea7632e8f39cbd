"""Hosts that are slow, endless, broken or hostile, on both clients."""

import gzip
import zlib
from collections.abc import Awaitable, Callable, Iterable
from threading import Event

import pytest

from egress import (
    AnswerTooLarge,
    AnswerUnreadable,
    AsyncClient,
    Client,
    ConnectionFailed,
    HostNotFound,
    Limits,
    Policy,
    RequestStopped,
    RequestTimedOut,
    UrlRefused,
)
from egress.addresses import Address
from egress.errors import EgressError
from tests.support.listeners import silence
from tests.support.webhosts import Answer, Asked, Names, WebHost, endlessly, reply, slowly, web_host

Fetch = Callable[..., Awaitable[str]]
HURRY = Limits(connect_seconds=5, read_seconds=20, total_seconds=0.4, max_bytes=100_000)
IMPATIENT = Limits(connect_seconds=5, read_seconds=0.3, total_seconds=60, max_bytes=100_000)
SMALL = Limits(max_bytes=100_000)
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


async def fetch_beside_others(host: WebHost, limits: Limits) -> str:
    async with AsyncClient(policy=host.policy, limits=limits) as http:
        return (await http.get(host.url)).text


async def fetch_in_a_thread(host: WebHost, limits: Limits) -> str:
    with Client(policy=host.policy, limits=limits) as http:
        return http.get(host.url).text


@pytest.fixture(params=[fetch_in_a_thread, fetch_beside_others])
def fetch(request: pytest.FixtureRequest) -> Fetch:
    """Each way to ask."""
    given: Fetch = request.param
    return given


async def refusal(fetch: Fetch, answer: Answer, limits: Limits) -> EgressError:
    """Return why the answer was not taken."""
    with (
        web_host(answer) as host,
        pytest.raises(EgressError) as caught,
    ):
        await fetch(host, limits)
    return caught.value


async def test_an_answer_arrives(fetch: Fetch) -> None:
    with web_host(lambda asked: reply(b"hello")) as host:
        assert await fetch(host, SMALL) == "hello"


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "deflate", "raw deflate", "identity"])
async def test_a_packed_answer_is_unpacked(fetch: Fetch, coding: str) -> None:
    text = "hello " * 5000
    packed = {
        "gzip": gzip.compress(text.encode()),
        "x-gzip": gzip.compress(text[:6].encode()) + gzip.compress(text[6:].encode()),
        "deflate": zlib.compress(text.encode()),
        "raw deflate": zlib.compress(text.encode(), wbits=-15),
        "identity": text.encode(),
    }[coding]
    headers = {"Content-Encoding": coding.removeprefix("raw ")}

    with web_host(lambda asked: reply(packed, headers=headers)) as host:
        assert await fetch(host, SMALL) == text
    assert host.asked[0].headers["accept-encoding"] == "gzip, deflate"


async def test_silence_before_the_answer_ends(fetch: Fetch) -> None:
    def nothing(asked: Asked) -> Iterable[bytes]:
        asked.host.closing.wait(30)
        yield b""

    error = await refusal(fetch, nothing, IMPATIENT)

    assert isinstance(error, RequestTimedOut)
    assert error.code == "request_timed_out"


async def test_silence_within_the_answer_ends(fetch: Fetch) -> None:
    def half(asked: Asked) -> Iterable[bytes]:
        yield HEAD + b"Content-Length: 10\r\n\r\nhalf"
        asked.host.closing.wait(30)

    assert isinstance(await refusal(fetch, half, IMPATIENT), RequestTimedOut)


async def test_a_head_byte_by_byte_ends(fetch: Fetch) -> None:
    error = await refusal(fetch, lambda asked: slowly(asked, HEAD, b"X-Slow: "), HURRY)

    assert isinstance(error, RequestTimedOut)
    assert error.message == "The request was not done in 0.4 seconds, the most that it may take."


async def test_a_body_byte_by_byte_ends(fetch: Fetch) -> None:
    head = HEAD + b"Content-Length: 100000\r\n\r\n"

    assert isinstance(
        await refusal(fetch, lambda asked: slowly(asked, head), HURRY), RequestTimedOut
    )


async def test_interim_answers_without_end_end(fetch: Fetch) -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    error = await refusal(fetch, lambda asked: endlessly(asked, b"", interim), HURRY)

    assert isinstance(error, RequestTimedOut)


async def test_a_body_without_end_ends(fetch: Fetch) -> None:
    piece = b"400\r\n" + b"x" * 0x400 + b"\r\n"
    error = await refusal(fetch, lambda asked: endlessly(asked, CHUNKED, piece), SMALL)

    assert isinstance(error, AnswerTooLarge)
    assert error.message == ("The answer is larger than 100,000 bytes, the most that is taken.")


async def test_headers_without_end_end(fetch: Fetch) -> None:
    error = await refusal(fetch, lambda asked: endlessly(asked, HEAD, b"X-A: b\r\n"), SMALL)

    assert isinstance(error, AnswerUnreadable)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_bomb_does_not_go_off(fetch: Fetch, coding: str) -> None:
    zeros = b"\0" * 50_000_000
    packed = gzip.compress(zeros, 1) if coding == "gzip" else zlib.compress(zeros, 1)
    answer = reply(packed, headers={"Content-Encoding": coding})

    assert isinstance(await refusal(fetch, lambda asked: answer, SMALL), AnswerTooLarge)


async def test_a_bomb_of_empty_members_does_not_hold_anybody(fetch: Fetch) -> None:
    packed = gzip.compress(b"") * 200_000
    answer = reply(packed, headers={"Content-Encoding": "gzip"})

    with web_host(lambda asked: answer) as host:
        try:
            assert await fetch(host, HURRY) == ""
        except RequestTimedOut:
            return  # a slow machine


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "compress", "gzip;q=1", "é"])
async def test_what_was_not_offered_is_not_unpacked(fetch: Fetch, coding: str) -> None:
    answer = reply(b"abc", headers={"Content-Encoding": coding})

    assert isinstance(await refusal(fetch, lambda asked: answer, SMALL), AnswerUnreadable)


async def test_what_is_not_packed_though_it_says_so_is_refused(fetch: Fetch) -> None:
    answer = reply(b"plain", headers={"Content-Encoding": "gzip"})
    error = await refusal(fetch, lambda asked: answer, SMALL)

    assert isinstance(error, AnswerUnreadable)
    assert error.code == "answer_unreadable"


@pytest.mark.parametrize("lost", [1, 8, 200])
async def test_a_packed_answer_that_breaks_off_is_refused(fetch: Fetch, lost: int) -> None:
    packed = gzip.compress(bytes(range(256)) * 100)[:-lost]
    answer = reply(packed, headers={"Content-Encoding": "gzip"})

    assert isinstance(await refusal(fetch, lambda asked: answer, SMALL), AnswerUnreadable)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"5\r\nhel",
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_what_is_not_http_is_an_error_of_ours(fetch: Fetch, answer: bytes) -> None:
    error = await refusal(fetch, lambda asked: answer, SMALL)

    assert isinstance(error, AnswerUnreadable | ConnectionFailed | UrlRefused)


async def test_nobody_there_is_an_error_of_ours(fetch: Fetch) -> None:
    with silence() as port:
        host = WebHost("127.0.0.1", port)
        with pytest.raises((ConnectionFailed, AnswerUnreadable)) as caught:
            await fetch(host, SMALL)

    assert caught.value.may_pass or isinstance(caught.value, AnswerUnreadable)


def test_a_name_that_leads_nowhere_is_named() -> None:
    with (
        Client(policy=Policy(), resolver=Names({})) as http,
        pytest.raises(HostNotFound, match=r"no host 'gone\.example'"),
    ):
        http.get("http://gone.example/")


def test_a_resolver_that_is_silent_holds_nobody() -> None:
    silent = Event()

    def waits(host: str, port: int) -> list[Address]:
        silent.wait(30)
        return []

    try:
        with (
            Client(policy=Policy(), resolver=waits, limits=HURRY) as http,
            pytest.raises(RequestTimedOut),
        ):
            http.get("http://slow.example/")
    finally:
        silent.set()


def test_whoever_does_not_want_the_answer_any_more_does_not_wait_for_it() -> None:
    wanted = Event()

    def nothing(asked: Asked) -> Iterable[bytes]:
        wanted.set()
        asked.host.closing.wait(30)
        yield b""

    with (
        web_host(nothing) as host,
        Client(policy=host.policy, stop=wanted.is_set) as http,
        pytest.raises(RequestStopped),
    ):
        http.get(host.url)


def test_a_stream_is_measured_too() -> None:
    piece = b"400\r\n" + b"x" * 0x400 + b"\r\n"
    with (
        web_host(lambda asked: endlessly(asked, CHUNKED, piece)) as host,
        Client(policy=host.policy, limits=SMALL) as http,
        http.stream("GET", host.url) as answer,
        pytest.raises(AnswerTooLarge),
    ):
        for _ in answer.iter_bytes():
            pass


def test_connections_are_used_again() -> None:
    answer = reply(b"hello", headers={"Connection": "keep-alive"})

    with web_host(lambda asked: answer) as host, Client(policy=host.policy) as http:
        assert [http.get(host.url).text for _ in range(3)] == ["hello"] * 3

    assert (len(host.asked), host.connections) == (3, 1)
