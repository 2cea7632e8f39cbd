"""Extract Website Content: with our own reader, with Jina's, and as it comes."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from blocks.library import pages
from blocks.sdk import BlockError, RequestFailed
from blocks.sdk.credentials import ApiKeyCredentials
from blocks.sdk.testing import GivenCredentials
from tests.support.blocks import emitted
from tests.support.webhosts import Answer, endlessly, reply
from tests.support.webworlds import allowed_host, online

ARTICLE = """<!doctype html><html><head><title>On trees</title><script>alert("script")</script>
<style>p { color: red }</style></head><body>
<nav><a href="/">Home</a><a href="/about">About us</a></nav>
<article><h1>On trees</h1>
<p>Trees grow slowly, and the oldest of them are older than anything that people have written down.</p>
<p>See also <a href="/roots">the page about roots</a>, which hold them where they are for so long.</p>
<ul><li>Oaks are found in many places</li><li>Pines stay green all through the year</li></ul>
</article><footer>Copyright and cookies and more</footer></body></html>"""
HTML = {"Content-Type": "text/html; charset=utf-8"}


def read(answer: Answer, **pins: Any) -> str:
    """Return what the block emits."""
    with allowed_host(answer) as host:
        [(name, content)] = emitted(
            "ExtractWebsiteContentBlock", {"url": host.url, **pins}, online()
        )
    assert name == "content"
    return str(content)


def test_the_article_is_left_and_its_surroundings_are_not() -> None:
    text = read(lambda asked: reply(ARTICLE.encode(), headers=HTML))

    assert "# On trees" in text
    assert "Trees grow slowly, and the oldest of them" in text
    assert "[the page about roots]" in text
    assert "- Oaks are found in many places" in text
    for gone in ("alert", "color", "About us", "cookies"):
        assert gone not in text


def test_a_page_can_be_had_as_it_comes() -> None:
    text = read(lambda asked: reply(ARTICLE.encode(), headers=HTML), raw_content=True)

    assert text == ARTICLE


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "text/markdown"])
def test_a_text_is_what_it_is(kind: str) -> None:
    assert read(lambda asked: reply(b'{"a": 1}', headers={"Content-Type": kind})) == '{"a": 1}'


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "shift_jis"])
def test_a_page_in_any_encoding_is_read(encoding: str) -> None:
    text = {"utf-8": "Grüße", "windows-1251": "Привет", "shift_jis": "こんにちは"}[encoding]
    page = (
        f'<html><head><meta charset="{encoding}"></head><body><article><p>{text} {"x " * 200}</p>'
        "</article></body></html>"
    )

    assert text in read(
        lambda asked: reply(page.encode(encoding), headers={"Content-Type": "text/html"})
    )


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/octet-stream"])
def test_what_is_no_page_is_refused(kind: str) -> None:
    with pytest.raises(BlockError, match=f"a file of the type '{kind}'"):
        read(lambda asked: reply(b"%PDF", headers={"Content-Type": kind}))


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<html></html>",
        b"\x00" * 1000,
        b"<" * 100_000,
        b"<div>" * 50_000,
        b"<a b='" * 20_000,
        b"<!DOCTYPE html [<!ENTITY a 'b'>]><p>&a;</p>",
    ],
)
def test_a_page_that_cannot_be_read_is_an_error_or_little_text(page: bytes) -> None:
    try:
        text = read(lambda asked: reply(page, headers=HTML))
    except BlockError as error:
        assert "no text that could be read" in str(error)  # noqa: PT017 - either is right
    else:
        assert len(text) <= len(page)


def test_entities_do_not_reach_files() -> None:
    page = (
        b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><html><body><article><p>'
        + b"Some words that fill a paragraph. " * 20
        + b"&x;</p></article></body></html>"
    )

    assert "root:" not in read(lambda asked: reply(page, headers=HTML))


def test_a_page_without_end_is_left() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999999999\r\n\r\n"
    with pytest.raises(BlockError) as caught:
        read(lambda asked: endlessly(asked, head, b"<p>more</p>" * 10_000))

    assert caught.value.code == "answer_too_large"


@pytest.mark.parametrize("status", ["404 Not Found", "403 Forbidden"])
def test_a_page_of_an_error_is_not_the_page(status: str) -> None:
    with pytest.raises(RequestFailed, match=f"status {status[:3]}"):
        read(lambda asked: reply(ARTICLE.encode(), status=status, headers=HTML))


def test_with_a_key_jina_reads_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    with allowed_host(lambda asked: reply(b"# Read")) as host:
        monkeypatch.setattr(pages, "READER", f"{host.url}/")
        key = ApiKeyCredentials(
            id=UUID(int=1),
            provider="jina",
            title="Mine",
            hosts=(host.url.removeprefix("http://"),),
            tls_only=False,
            key=SecretStr("jina-secret"),
        )
        given = emitted(
            "ExtractWebsiteContentBlock",
            {"url": "https://a.example/x?y=z"},
            online(credentials=GivenCredentials({"credentials": key})),
        )

    assert given == [("content", "# Read")]
    [asked] = host.asked
    assert asked.path == "/https://a.example/x?y=z"
    assert asked.headers["authorization"] == "Bearer jina-secret"
