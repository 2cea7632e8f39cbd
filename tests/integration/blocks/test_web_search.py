"""Search The Web, against servers that answer as Jina, Brave and SearXNG do."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from pydantic import SecretStr

from blocks.library import web_search
from blocks.sdk import BlockError, RequestFailed, RequestFailedForNow
from blocks.sdk.credentials import ApiKeyCredentials
from blocks.sdk.testing import CannedHttp, FakeContext, GivenCredentials
from tests.support.blocks import emitted
from tests.support.webhosts import Answer, Asked, reply
from tests.support.webworlds import allowed_host, online

JSON = {"Content-Type": "application/json"}
FOUND = "[1] Title: A\n[1] URL Source: https://a.example\n[1] Description: Of A"


def search(
    answer: Answer, monkeypatch: pytest.MonkeyPatch, *, key: bool = True, **pins: Any
) -> tuple[str, Asked]:
    """Return what was found, and what the engine was asked."""
    with allowed_host(answer) as host:
        monkeypatch.setattr(web_search, "JINA", f"{host.url}/")
        monkeypatch.setattr(web_search, "BRAVE", f"{host.url}/res/v1/web/search")
        provider = pins.get("provider", "jina")
        chosen = ApiKeyCredentials(
            id=UUID(int=1),
            provider=provider,
            title="Mine",
            hosts=(host.url.removeprefix("http://"),),
            tls_only=False,
            base_url=host.url,
            key=SecretStr("search-secret"),
            header=("X-Subscription-Token", "{secret}")
            if provider == "brave"
            else ("Authorization", "Bearer {secret}"),
        )
        pins = {name: host.url if value == "HERE" else value for name, value in pins.items()}
        [(_, found)] = emitted(
            "SearchTheWebBlock",
            {"query": "trees & roots", **pins},
            online(credentials=GivenCredentials({"credentials": chosen} if key else {})),
        )
    [asked] = host.asked
    return found, asked


def query_of(asked: Asked) -> dict[str, list[str]]:
    return parse_qs(urlsplit(asked.path).query)


def test_jina_s_text_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found, asked = search(lambda asked: reply(FOUND.encode()), monkeypatch)

    assert found == FOUND
    assert query_of(asked) == {"q": ["trees & roots"]}
    assert asked.headers["authorization"] == "Bearer search-secret"


def test_brave_s_pages_become_the_same_text(monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"web": {"results": [{"title": "A", "url": "https://a.example", "description": "Of A"}]}}
    found, asked = search(
        lambda asked: reply(json.dumps(body).encode(), headers=JSON), monkeypatch, provider="brave"
    )

    assert found == FOUND
    assert query_of(asked) == {"q": ["trees & roots"], "count": ["20"]}
    assert asked.headers["x-subscription-token"] == "search-secret"


@pytest.mark.parametrize(("key", "server"), [(True, ""), (False, "HERE"), (True, "HERE")])
def test_searxng_s_pages_too(monkeypatch: pytest.MonkeyPatch, key: bool, server: str) -> None:
    body = {"results": [{"title": "A", "url": "https://a.example", "content": "Of A"}]}
    found, asked = search(
        lambda asked: reply(json.dumps(body).encode(), headers=JSON),
        monkeypatch,
        key=key,
        provider="searxng",
        server=server,
    )

    assert found == FOUND
    assert urlsplit(asked.path).path == "/search"
    assert query_of(asked) == {"q": ["trees & roots"], "format": ["json"]}
    assert ("authorization" in asked.headers) is key


@pytest.mark.parametrize(
    "body", [{}, [], {"web": None}, {"web": {"results": "x"}}, {"web": {"results": [1]}}]
)
def test_an_answer_without_pages_is_none(monkeypatch: pytest.MonkeyPatch, body: Any) -> None:
    found, _ = search(
        lambda asked: reply(json.dumps(body).encode(), headers=JSON), monkeypatch, provider="brave"
    )

    assert found == "Nothing was found."


@pytest.mark.parametrize(
    ("status", "kind"),
    [("401 Who", RequestFailed), ("422 What", RequestFailed), ("429 Slow", RequestFailedForNow)],
)
def test_a_refusal_is_an_error_that_tells_no_key(
    monkeypatch: pytest.MonkeyPatch, status: str, kind: type[BlockError]
) -> None:
    with pytest.raises(kind, match=f"status {status[:3]}") as caught:
        search(lambda asked: reply(b"search-secret", status=status), monkeypatch)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("provider", ["jina", "brave"])
def test_without_a_key_nobody_is_asked(provider: str) -> None:
    http = CannedHttp()

    with pytest.raises(BlockError, match="No credential was given"):
        emitted("SearchTheWebBlock", {"query": "x", "provider": provider}, FakeContext(http=http))

    assert http.sent == []


@pytest.mark.parametrize(
    ("pins", "sentence"),
    [
        ({"query": "  "}, "`query` must have"),
        ({"query": "x" * 401}, "`query` must have"),
        ({"query": "x", "provider": "searxng"}, "`server` is empty"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(pins: dict[str, str], sentence: str) -> None:
    with pytest.raises(BlockError, match=sentence):
        emitted("SearchTheWebBlock", pins, FakeContext())
