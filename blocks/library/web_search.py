"""The block that searches the web, with whichever engine somebody has."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import SecretStr

from blocks.library.web_requests import headers_of
from blocks.sdk import (
    BlockError,
    Category,
    HttpResponse,
    InputPins,
    OutputPins,
    RunContext,
    answered,
    block,
    pin,
)
from blocks.sdk.credentials import (
    ApiKeyCredentials,
    ChosenCredential,
    Credentials,
    credentials_pin,
)

Engine = Literal["jina", "brave", "searxng"]
JINA = "https://s.jina.ai/"
BRAVE = "https://api.search.brave.com/res/v1/web/search"
LARGEST = 5 * 1024 * 1024
LONGEST_QUERY = 400
MOST_RESULTS = 20


class SearchInputs(InputPins):
    credentials: ChosenCredential = credentials_pin(
        "jina",
        "brave",
        "searxng",
        kinds=["api_key", "user_password"],
        discriminator="provider",
        mapping={"jina": "jina", "brave": "brave", "searxng": "searxng"},
        keyless=["searxng"],
        description="The search engine's key",
    )
    query: str = pin(description="What to look for")
    provider: Engine = pin("jina", description="The search engine", advanced=True)
    server: str = pin(
        "",
        description="Where SearXNG is, unless its credential says so",
        placeholder="https://searx.example.org",
        advanced=True,
    )


class SearchOutputs(OutputPins):
    results: str = pin("", description="What was found: titles, addresses and what they say")


@block(
    id="87840993-2053-44b7-8da4-187ad4ee518c",
    name="SearchTheWebBlock",
    categories=[Category.SEARCH],
    legacy_ids=["b2c3d4e5-6f7g-8h9i-0j1k-l2m3n4o5p6q7"],
    answers={JINA: HttpResponse(content=b"search content", headers={"content-type": "text/plain"})},
    example_credentials={
        "credentials": ApiKeyCredentials(
            id=UUID(int=1),
            provider="jina",
            title="Example",
            hosts=("s.jina.ai",),
            key=SecretStr("example"),
        )
    },
    examples=[
        (SearchInputs(query="Artificial Intelligence"), SearchOutputs(results="search content"))
    ],
)
def search(inputs: SearchInputs, context: RunContext) -> Iterator[SearchOutputs]:
    """Search the web and emit what was found, as one text."""
    query = inputs.query.strip()
    if not 0 < len(query) <= LONGEST_QUERY:
        raise BlockError(f"`query` must have from one to {LONGEST_QUERY} characters.")
    find = {"jina": _jina, "brave": _brave, "searxng": _searxng}[inputs.provider]
    yield SearchOutputs(results=find(query, inputs, context))


def _jina(query: str, inputs: SearchInputs, context: RunContext) -> str:
    chosen = context.credentials.get()
    return _ask(context, JINA, {"q": query}, chosen, accept="text/plain").text


def _brave(query: str, inputs: SearchInputs, context: RunContext) -> str:
    chosen = context.credentials.get()
    found = _ask(context, BRAVE, {"q": query, "count": str(MOST_RESULTS)}, chosen).json()
    pages = _members(_member(found, "web"), "results")
    return as_text([(one.get("title"), one.get("url"), one.get("description")) for one in pages])


def _searxng(query: str, inputs: SearchInputs, context: RunContext) -> str:
    chosen = context.credentials.find()
    server = inputs.server.strip() or (chosen.base_url if chosen else "")
    if not server:
        raise BlockError("`server` is empty. Say where SearXNG is, or choose its credential.")
    address = f"{server.rstrip('/')}/search"
    answer = _ask(context, address, {"q": query, "format": "json"}, chosen)
    pages = _members(answer.json(), "results")
    return as_text([(one.get("title"), one.get("url"), one.get("content")) for one in pages])


def _ask(
    context: RunContext,
    address: str,
    params: Mapping[str, str],
    chosen: Credentials | None,
    accept: str = "application/json",
) -> HttpResponse:
    if chosen is not None:
        chosen.check(address)
    return answered(
        context.http.request(
            "GET",
            address,
            params=params,
            headers={"Accept": accept},
            secrets=None if chosen is None else headers_of(chosen),
            max_bytes=LARGEST,
        )
    )


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _members(value: Any, name: str) -> list[Mapping[str, Any]]:
    found = _member(value, name)
    if not isinstance(found, list):
        return []
    return [one for one in found if isinstance(one, Mapping)]


def as_text(pages: Sequence[tuple[Any, Any, Any]]) -> str:
    """Return search results as Jina writes them, so that agents read each engine's alike."""
    parts = [
        f"[{number}] Title: {title or ''}\n[{number}] URL Source: {url or ''}\n"
        f"[{number}] Description: {said or ''}"
        for number, (title, url, said) in enumerate(pages[:MOST_RESULTS], start=1)
    ]
    return "\n\n".join(parts) or "Nothing was found."
