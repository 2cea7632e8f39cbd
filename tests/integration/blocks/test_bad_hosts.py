"""Every block that asks the web, against hosts that are slow, broken, huge and hostile.

The same hosts for all of them: a block that asks in another way, or believes what it hears, is seen.
"""

import gzip
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import override_settings
from pydantic import SecretStr

from blocks.library import pages, web_search, wikipedia
from blocks.sdk import BlockError
from blocks.sdk.credentials import ApiKeyCredentials, Credentials, HostScopedCredentials
from blocks.sdk.testing import GivenCredentials
from egress.policy import exemption
from tests.support.blocks import emitted
from tests.support.webhosts import Asked, WebHost, endlessly, redirect, reply, slowly
from tests.support.webworlds import allowed_host, online

LIBRARY = Path(web_search.__file__).parent
KEY = "a-key-that-nobody-hears"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SLOW = frozenset({"slow to say anything", "slow to begin", "slow to end"})
BOMB = gzip.compress(b"\0" * 40_000_000)


def short(asked: Asked) -> bytes:
    return HEAD + b"Content-Length: 1000\r\n\r\n<p>And then"


def bomb(asked: Asked) -> bytes:
    return HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB) + BOMB


HOSTS: dict[str, tuple[Callable[[Asked], bytes | Iterable[bytes]], set[str]]] = {
    "slow to say anything": (
        lambda asked: slowly(asked, b""),
        {"request_timed_out", "answer_unreadable"},
    ),
    "slow to begin": (
        lambda asked: slowly(asked, b"HTTP/1.1 200 OK\r\nX-A: "),
        {"request_timed_out", "answer_unreadable"},
    ),
    "slow to end": (
        lambda asked: slowly(asked, HEAD + b"Content-Length: 999999\r\n\r\n"),
        {"request_timed_out"},
    ),
    "gone at once": (lambda asked: b"", {"connection_failed", "answer_unreadable"}),
    "gone in the middle": (short, {"connection_failed", "answer_unreadable"}),
    "not of the web": (lambda asked: b"SSH-2.0-OpenSSH_9.6\r\n" * 9, {"answer_unreadable"}),
    "endless headers": (
        lambda asked: endlessly(asked, b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"b" * 5_000 + b"\r\n"),
        {"answer_unreadable", "answer_too_large"},
    ),
    "endless body": (
        lambda asked: endlessly(asked, HEAD + b"\r\n", b"<p>more</p>" * 5_000),
        {"answer_too_large"},
    ),
    "a bomb": (bomb, {"answer_too_large"}),
    "packed wrongly": (
        lambda asked: reply(b"no gzip", headers={"Content-Encoding": "gzip"}),
        {"answer_unreadable"},
    ),
    "packed oddly": (
        lambda asked: reply(b"x", headers={"Content-Encoding": "zstd"}),
        {"answer_unreadable"},
    ),
    "a circle": (lambda asked: redirect(asked.host.url), {"too_many_redirects"}),
    "a way inside": (lambda asked: redirect("http://169.254.169.254/latest"), {"address_refused"}),
    "a way to a file": (lambda asked: redirect("file:///etc/passwd"), {"url_refused"}),
    "a way to nowhere": (
        lambda asked: redirect("http://[::1"),
        {"url_refused", "answer_unreadable"},
    ),
}


@contextmanager
def allowing(host: WebHost) -> Iterator[None]:
    """Allow the host's address, whatever is there."""
    allowed = (exemption(host.url.removeprefix("http://")),)
    with override_settings(EGRESS={**settings.EGRESS, "allowed": allowed}):
        yield


def key_of(host: WebHost, provider: str) -> Credentials:
    place = (host.url.removeprefix("http://"),)
    one: dict[str, Any] = {
        "id": UUID(int=1),
        "provider": provider,
        "title": "T",
        "hosts": place,
        "tls_only": False,
    }
    if provider == "http":
        return HostScopedCredentials(**one, headers={"X-Key": SecretStr(KEY)})
    return ApiKeyCredentials(**one, base_url=host.url, key=SecretStr(KEY))


CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    # What is tried: the block, its inputs ("HERE" is the host), and the provider of its key.
    "web request": ("SendWebRequestBlock", {"url": "HERE", "method": "GET"}, ""),
    "with headers": ("SendAuthenticatedWebRequestBlock", {"url": "HERE", "method": "GET"}, "http"),
    "with a file": (
        "SendWebRequestBlock",
        {"url": "https://a.example", "method": "POST", "files": ["HERE"]},
        "",
    ),
    "feed": (
        "ReadRSSFeedBlock",
        {"rss_url": "HERE", "polling_rate": 1, "run_continuously": False},
        "",
    ),
    "page": ("ExtractWebsiteContentBlock", {"url": "HERE"}, ""),
    "page as it comes": ("ExtractWebsiteContentBlock", {"url": "HERE", "raw_content": True}, ""),
    "page by Jina": ("ExtractWebsiteContentBlock", {"url": "https://a.example"}, "jina"),
    "search by Jina": ("SearchTheWebBlock", {"query": "a"}, "jina"),
    "search by Brave": ("SearchTheWebBlock", {"query": "a", "provider": "brave"}, "brave"),
    "search by SearXNG": (
        "SearchTheWebBlock",
        {"query": "a", "provider": "searxng", "server": "HERE"},
        "searxng",
    ),
    "Wikipedia": ("GetWikipediaSummaryBlock", {"topic": "a"}, ""),
    "file to store": ("FileStoreBlock", {"file_in": "HERE"}, ""),
    "file to keep": ("KeepFileBlock", {"file": "HERE"}, ""),
    "file to read": ("FileReadBlock", {"file_input": "HERE"}, ""),
    "spreadsheet": ("ReadSpreadsheetBlock", {"file_input": "HERE"}, ""),
}


def refused(case: str, host: WebHost, monkeypatch: pytest.MonkeyPatch) -> BlockError:
    """Return why the block fails that asks the host."""
    name, given, provider = CASES[case]
    monkeypatch.setattr(web_search, "JINA", f"{host.url}/")
    monkeypatch.setattr(web_search, "BRAVE", f"{host.url}/search")
    monkeypatch.setattr(pages, "READER", f"{host.url}/")
    monkeypatch.setattr(wikipedia, "SUMMARIES", f"{host.url}/summary/")
    here = {"HERE": host.url}
    inputs = {
        pin: [here.get(one, one) for one in value]
        if isinstance(value, list)
        else here.get(value, value)
        for pin, value in given.items()
    }
    keys = {"credentials": key_of(host, provider)} if provider else {}
    with pytest.raises(BlockError) as caught:
        emitted(name, inputs, online(credentials=GivenCredentials(keys)))
    assert KEY not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("case", CASES)
def test_bad_host_is_left_with_its_reason(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for bad, (answer, codes) in HOSTS.items():
        # Those that would go on for ever are left soon, the others have all the time that they need.
        seconds = 0.5 if bad in SLOW else 120
        limits = {"read_seconds": seconds, "total_seconds": seconds, "max_bytes": 200_000}
        with allowed_host(answer, **limits, max_redirects=3) as host:
            error = refused(case, host, monkeypatch)

        assert error.code in codes, (bad, error)
        assert len(host.asked) <= 4, bad


@pytest.mark.parametrize("case", CASES)
def test_host_that_is_not_there_is_said(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with allowed_host(lambda asked: b"") as host:
        place = host.url
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))  # and does not listen
            host.port = int(nobody.getsockname()[1])
            with allowing(host):
                error = refused(case, host, monkeypatch)

    assert place != host.url
    assert error.code == "connection_failed"


def test_every_module_that_asks_the_web_is_tried_here() -> None:
    asking = {
        path.stem
        for path in LIBRARY.glob("*.py")
        if "context.http" in (text := path.read_text(encoding="utf-8")) or " fetch(" in text
    }

    assert asking == {
        *("feeds", "files", "pages", "spreadsheet", "web_requests", "web_search", "wikipedia")
    }
