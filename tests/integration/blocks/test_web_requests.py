"""Send Web Request, against hosts that speak HTTP well and badly."""

import json
from typing import Any

import pytest

from blocks.sdk import RequestFailed, RequestFailedForNow
from blocks.sdk.testing import MemoryFiles
from tests.support.blocks import emitted
from tests.support.webhosts import Answer, Asked, endlessly, redirect, reply, slowly, web_host
from tests.support.webworlds import allowed_host, online

JSON = {"Content-Type": "application/json; charset=utf-8"}


def send(answer: Answer, path: str = "/", **pins: Any) -> tuple[list[tuple[str, Any]], Asked]:
    """Return what the block emits, and what the host was asked."""
    with allowed_host(answer) as host:
        given = emitted("SendWebRequestBlock", {"url": host.url + path, **pins}, online())
    [asked] = host.asked
    return given, asked


@pytest.mark.parametrize(
    ("status", "pin"),
    [
        ("200 OK", "response"),
        ("201 Created", "response"),
        ("400 Bad Request", "client_error"),
        ("404 Not Found", "client_error"),
        ("429 Too Many", "client_error"),
        ("500 Oops", "server_error"),
        ("503 Away", "server_error"),
        ("304 Not Modified", "server_error"),
    ],
)
def test_the_status_chooses_the_pin(status: str, pin: str) -> None:
    body = b"" if status.startswith("304") else b'{"a": 1}'
    given, _ = send(lambda asked: reply(body, status=status, headers=JSON))

    assert given == [(pin, {"a": 1} if body else None)]


@pytest.mark.parametrize(
    ("kind", "content", "value"),
    [
        ("application/json", b"[1, 2.5, null]", [1, 2.5, None]),
        ("application/json", b"", None),
        ("text/plain", b"[1]", "[1]"),
        ("text/plain; charset=latin-1", b"caf\xe9", "café"),
        ("text/plain; charset=nonsense", "café".encode(), "café"),
        ("text/html", b"\xff<p>", "�<p>"),
        ("", b"bare", "bare"),
    ],
)
def test_the_content_is_a_value_or_a_text(kind: str, content: bytes, value: Any) -> None:
    given, _ = send(lambda asked: reply(content, headers={"Content-Type": kind}))

    assert given == [("response", value)]


def test_an_answer_without_content_is_nothing() -> None:
    given, _ = send(lambda asked: reply(status="204 No Content"))

    assert given == [("response", None)]


@pytest.mark.parametrize("content", [b"{", b"NaN", b"[Infinity]", b"[" * 100_000, b"\xff"])
def test_json_that_is_none_is_an_error_of_the_block(content: bytes) -> None:
    with pytest.raises(RequestFailed) as caught:
        send(lambda asked: reply(content, headers=JSON))

    assert caught.value.code == "answer_unreadable"


def test_json_goes_out_as_json() -> None:
    _, asked = send(lambda asked: reply(), body={"a": [1, None]}, headers={"X-One": "1"})

    assert (asked.method, json.loads(asked.body)) == ("POST", {"a": [1, None]})
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["x-one"] == "1"


def test_a_form_goes_out_as_a_form() -> None:
    _, asked = send(lambda asked: reply(), json_format=False, body={"a": "1 2", "b": "ü"})

    assert asked.body == b"a=1+2&b=%C3%BC"
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


def test_files_go_out_with_the_form() -> None:
    with allowed_host(lambda asked: reply()) as host:
        emitted(
            "SendWebRequestBlock",
            {
                "url": host.url,
                "body": {"note": "two"},
                "files_name": "paper",
                "files": ["data:text/plain,hello", "kept.csv"],
            },
            online(files=MemoryFiles({"kept.csv": b"1,2"})),
        )
    [asked] = host.asked

    assert asked.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="note"\r\n\r\ntwo\r\n' in asked.body
    assert (
        b'name="paper"; filename="file.txt"\r\nContent-Type: text/plain\r\n\r\nhello' in asked.body
    )
    assert b'name="paper"; filename="kept.csv"\r\nContent-Type: text/csv\r\n\r\n1,2' in asked.body


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_each_method_is_sent(method: str) -> None:
    given, asked = send(lambda asked: reply(), "/thing?a=b", method=method)

    assert given == [("response", "")]
    assert (asked.method, asked.path, asked.body) == (method, "/thing?a=b", b"")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://127.0.0.1/", "address_refused"),
        ("http://169.254.169.254/latest/meta-data/", "address_refused"),
        ("http://2130706433/", "url_refused"),
        ("file:///etc/passwd", "url_refused"),
        ("not an address", "url_refused"),
        ("", "url_refused"),
    ],
)
def test_what_may_not_be_asked_fails_the_block(url: str, code: str) -> None:
    with pytest.raises(RequestFailed) as caught:
        emitted("SendWebRequestBlock", {"url": url}, online())

    assert caught.value.code == code


def test_a_redirect_inside_is_refused_and_asks_nobody() -> None:
    with (
        web_host(lambda asked: reply(b"inside")) as inside,
        pytest.raises(RequestFailed) as caught,
    ):
        send(lambda asked: redirect(inside.url))

    assert caught.value.code == "url_refused"
    assert inside.asked == []


@pytest.mark.parametrize(
    "headers",
    [{"X": "a\r\nY: b"}, {"": "x"}, {"X\n": "x"}, {"é": "x"}, {"X": "\ud800"}, {"X": "日本"}],
)
def test_a_header_that_cannot_be_sent_fails_the_block(headers: dict[str, str]) -> None:
    with allowed_host(lambda asked: reply()) as host, pytest.raises(RequestFailed) as caught:
        emitted("SendWebRequestBlock", {"url": host.url, "headers": headers}, online())

    assert caught.value.code == "url_refused"
    assert host.asked == []


def test_a_slow_host_is_left() -> None:
    with (
        allowed_host(
            lambda asked: slowly(asked, b"HTTP/1.1 200 OK\r\n"), total_seconds=0.3
        ) as host,
        pytest.raises(RequestFailed) as caught,
    ):
        emitted("SendWebRequestBlock", {"url": host.url}, online())

    assert caught.value.code == "request_timed_out"


def test_an_endless_answer_is_left() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
    with (
        allowed_host(lambda asked: endlessly(asked, head, b"x" * 1024), max_bytes=50_000) as host,
        pytest.raises(RequestFailed) as caught,
    ):
        emitted("SendWebRequestBlock", {"url": host.url}, online())

    assert caught.value.code == "answer_too_large"


@pytest.mark.parametrize(
    ("method", "kind"),
    [("GET", RequestFailedForNow), ("PUT", RequestFailedForNow), ("POST", RequestFailed)],
)
def test_only_what_does_no_harm_twice_is_tried_again(method: str, kind: type[Exception]) -> None:
    """Who is silent after a POST may have done what was asked."""
    with (
        allowed_host(slowly, total_seconds=0.3) as host,
        pytest.raises(kind) as caught,
    ):
        emitted("SendWebRequestBlock", {"url": host.url, "method": method}, online())

    assert type(caught.value) is kind
