"""Pictures of pages: everything that a page fetches goes through the guard, and the browser ends."""

import io
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest
from PIL import Image

from agents.executions.web import RunScreens
from blocks.sdk import BlockError, RequestFailed
from blocks.sdk.testing import FakeContext
from egress import (
    AddressRefused,
    ConnectionFailed,
    EgressError,
    RequestStopped,
    RequestTimedOut,
    UrlRefused,
)
from egress.browser import BrowserFailed, NoBrowser, Wanted, picture_of, screens
from egress.browser.program import running
from tests.support import chromium
from tests.support.blocks import emitted
from tests.support.waiting import eventually
from tests.support.webhosts import Answer, Asked, WebHost, redirect, reply, slowly, web_host
from tests.support.webworlds import allowed_host

pytestmark = pytest.mark.skipif(chromium.find() is None, reason="There is no Chromium here.")
HTML = {"Content-Type": "text/html; charset=utf-8"}
GREEN = (0, 128, 0)
TRIED = {"fetch-out", "socket-out", "file-out", "call"}
PAGE = b"<!doctype html><title>t</title><body style='background:#008000;margin:0;height:1500px'>"


@pytest.fixture(autouse=True)
def browser(settings: Any) -> None:
    """Root cannot have the sandbox; the pages here are our own."""
    settings.BROWSER = {"path": chromium.find(), "sandbox": False}


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def page(*more: str) -> Answer:
    return lambda asked: reply(PAGE + "".join(more).encode(), headers=HTML)


@contextmanager
def secret_host() -> Iterator[WebHost]:
    """A host of this machine that nobody may ask."""
    with web_host(
        lambda asked: reply(b"secret", headers={"Access-Control-Allow-Origin": "*"})
    ) as found:
        yield found


def test_window_or_the_whole_page_is_taken() -> None:
    with allowed_host(page()) as host:
        seen = picture(picture_of(Wanted(host.url, 320, 200)))
        whole = picture(picture_of(Wanted(host.url, 320, 200, full_page=True, format="webp")))

    assert (seen.format, seen.size, seen.convert("RGB").getpixel((5, 5))) == (
        "PNG",
        (320, 200),
        GREEN,
    )
    assert (whole.format, whole.size) == ("WEBP", (320, 1500))


def told(host: WebHost) -> set[str]:
    """Return what the page's script told its host."""
    asked = list(host.asked)
    return {one.path.partition("?")[2] for one in asked if one.path.startswith("/told")}


def test_nothing_that_a_page_fetches_goes_around_the_guard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(screens, "LOAD_SECONDS", 60.0)
    with secret_host() as inside, socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.1", 0))
        udp.settimeout(0.1)
        port = udp.getsockname()[1]
        place = inside.url.removeprefix("http://")
        hosts = [inside.url, f"http://localhost:{inside.port}", f"http://[::1]:{inside.port}"]
        script = f"""
          <img src="/held"><img src="{hosts[0]}/img"><iframe src="{hosts[1]}/frame"></iframe>
          <link rel="stylesheet" href="{hosts[2]}/css"><object data="{hosts[0]}/object"></object>
          <script src="{hosts[0]}/script"></script>
          <script>
            const told = [];
            const tell = (what) => {{ told.push(what); fetch("/told?" + what); }};
            fetch("{hosts[0]}/fetch").then(() => tell("fetch-in"), () => tell("fetch-out"));
            const link = new WebSocket("ws://{place}/socket");
            link.onopen = () => tell("socket-in"); link.onerror = () => tell("socket-out");
            navigator.sendBeacon("{hosts[0]}/beacon", "x");
            const call = new RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.1:{port}"}}]}});
            call.createDataChannel("x");
            call.createOffer().then((offer) => call.setLocalDescription(offer)).then(() => tell("call"));
            fetch("file:///etc/passwd").then(() => tell("file-in"), () => tell("file-out"));
            window.open("{hosts[0]}/window");
            alert("nobody is there");
          </script>"""

        def answer(asked: Asked) -> bytes:
            if asked.path == "/held":  # the page is there once all was tried
                eventually(lambda: told(asked.host) >= TRIED)
            shown = PAGE + script.encode() if asked.path == "/" else b""
            return reply(shown, headers=HTML)

        with allowed_host(answer) as host:
            picture_of(Wanted(host.url, 320, 200))
        with pytest.raises(TimeoutError):
            udp.recv(10)

    assert inside.asked == []
    assert inside.connections == 0
    assert {one for one in told(host) if one.endswith("-in")} == set()
    assert told(host) >= TRIED


def test_page_that_leads_inside_shows_nothing_of_it() -> None:
    def answer(asked: Asked) -> bytes:
        return redirect(f"{inside.url}/") if asked.path == "/away" else reply(b"", headers=HTML)

    with secret_host() as inside, allowed_host(answer) as host, pytest.raises(EgressError):
        picture_of(Wanted(f"{host.url}/away", 320, 200))

    assert inside.asked == []


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://127.0.0.1/", AddressRefused),
        ("http://169.254.169.254/latest", AddressRefused),
        ("http://example.com:22/", UrlRefused),
        ("file:///etc/passwd", UrlRefused),
        ("chrome://version", UrlRefused),
        ("view-source:http://example.com", UrlRefused),
        ("javascript:alert(1)", UrlRefused),
        ("http://user:secret@example.com/", UrlRefused),
    ],
)
def test_address_that_may_not_be_asked_starts_no_browser(
    url: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "running", None)

    with pytest.raises(kind):
        picture_of(Wanted(url))


def test_host_that_does_not_answer_is_said() -> None:
    with allowed_host(lambda asked: b"") as host, pytest.raises((BrowserFailed, ConnectionFailed)):
        picture_of(Wanted(host.url, 320, 200))


def test_page_that_never_ends_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "LOAD_SECONDS", 8.0)

    def answer(asked: Asked) -> Any:
        if asked.path == "/slow.js":
            return slowly(asked, b"HTTP/1.1 200 OK\r\n\r\n")
        return reply(PAGE + b"<script src='/slow.js' async></script>", headers=HTML)

    with allowed_host(answer) as host:
        found = picture(picture_of(Wanted(host.url, 320, 200)))

    assert found.convert("RGB").getpixel((5, 5)) == GREEN


def test_picture_that_takes_too_long_or_is_not_wanted_any_more_ends_with_its_browser() -> None:
    answer: Answer = lambda asked: slowly(asked, b"HTTP/1.1 200 OK\r\nX-A: ")  # noqa: E731
    with allowed_host(answer, total_seconds=3) as host, pytest.raises(RequestTimedOut):
        picture_of(Wanted(host.url, 320, 200))
    with allowed_host(answer) as host, pytest.raises(RequestStopped):
        picture_of(Wanted(host.url, 320, 200), stop=lambda: bool(host.asked))

    eventually(lambda: not any(map(is_ours, psutil.process_iter(["cmdline"]))))


def is_ours(process: psutil.Process) -> bool:
    words = process.info["cmdline"] or []
    return (
        any("trellis-browser-" in word for word in words)
        and process.status() != "zombie"
        and any(parent.pid == psutil.Process().pid for parent in process.parents())
    )


def test_browser_has_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Any] = {}

    @contextmanager
    def looking(*arguments: Any, **more: Any) -> Iterator[Any]:
        with running(*arguments, **more) as found:
            found.ask("Target.getTargets")  # it has begun
            below = psutil.Process().children(recursive=True)
            seen.update(next(one.environ() for one in below if "chrom" in one.name()))
            yield found

    monkeypatch.setenv("SECRET_KEY", "of-this-instance")
    monkeypatch.setattr(screens, "running", looking)
    with allowed_host(page()) as host:
        picture_of(Wanted(host.url, 320, 200))

    assert "SECRET_KEY" not in json.dumps(seen)
    assert "trellis-browser-" in seen["HOME"]


def test_without_a_browser_it_is_said(settings: Any) -> None:
    settings.BROWSER = {"path": "off", "sandbox": True}

    with pytest.raises(NoBrowser, match="no browser on this machine"):
        picture_of(Wanted("https://example.com"))


class TestBlock:
    def test_picture_goes_out_as_a_data_uri(self) -> None:
        context = FakeContext(screens=RunScreens())
        with allowed_host(page()) as host:
            inputs = {"url": host.url, "viewport_width": 64, "viewport_height": 48}
            [(pin, value)] = emitted("ScreenshotWebPageBlock", inputs, context)

        assert (pin, value[:22]) == ("image", "data:image/png;base64,")

    def test_refusal_fails_the_block_with_its_code(self) -> None:
        with pytest.raises(RequestFailed) as caught:
            emitted(
                "ScreenshotWebPageBlock",
                {"url": "http://127.0.0.1"},
                FakeContext(screens=RunScreens()),
            )

        assert caught.value.code == "address_refused"

    @pytest.mark.parametrize("size", [0, -1, 15, 4097, 10**9])
    def test_window_of_a_size_that_makes_no_sense_is_refused(self, size: int) -> None:
        context = FakeContext()
        with pytest.raises(BlockError, match="must be from 16 to 4,096 pixels"):
            emitted(
                "ScreenshotWebPageBlock",
                {"url": "https://a.example", "viewport_width": size},
                context,
            )

        assert context.screens.shown == []  # type: ignore[attr-defined]
