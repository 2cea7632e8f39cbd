"""The block that reads web pages."""

from collections.abc import Iterator
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
from blocks.sdk.credentials import ApiKeyCredentials, ChosenCredential, credentials_pin

READER = "https://r.jina.ai/"
LARGEST = 5 * 1024 * 1024
PAGES = frozenset({"", "text/html", "application/xhtml+xml"})
EXAMPLE_KEY = ApiKeyCredentials(
    id=UUID(int=1),
    provider="jina",
    title="Example",
    hosts=("r.jina.ai", "s.jina.ai"),
    key=SecretStr("example"),
)


class ExtractInputs(InputPins):
    credentials: ChosenCredential = credentials_pin(
        "jina",
        kinds=["api_key"],
        required=False,
        description="With one, Jina reads the page; without, this instance does",
    )
    url: str = pin(title="URL", description="The page's address")
    raw_content: bool = pin(
        False, description="Emit the page as it comes, markup and all", advanced=True
    )


class ExtractOutputs(OutputPins):
    content: str = pin(
        "", description="What the page is about, as Markdown, or the page as it comes"
    )


@block(
    id="436c3984-57fd-4b85-8e9a-459b356883bd",
    name="ExtractWebsiteContentBlock",
    categories=[Category.SEARCH],
    legacy_ids=["a1b2c3d4-5e6f-7g8h-9i0j-k1l2m3n4o5p6"],
    answers={
        f"{READER}https://en.wikipedia.org/wiki/Artificial_intelligence": HttpResponse(
            content=b"scraped content", headers={"content-type": "text/plain"}
        )
    },
    example_credentials={"credentials": EXAMPLE_KEY},
    examples=[
        (
            ExtractInputs(url="https://en.wikipedia.org/wiki/Artificial_intelligence"),
            ExtractOutputs(content="scraped content"),
        )
    ],
)
def extract_content(inputs: ExtractInputs, context: RunContext) -> Iterator[ExtractOutputs]:
    """Emit what a web page is about, without menus, advertisements and the like."""
    chosen = None if inputs.raw_content else context.credentials.find()
    if chosen is not None:
        chosen.check(READER)
        answer = context.http.request(
            "GET", READER + inputs.url, secrets=headers_of(chosen), max_bytes=LARGEST
        )
        yield ExtractOutputs(content=answered(answer).text)
        return
    page = answered(context.http.request("GET", inputs.url, max_bytes=LARGEST))
    yield ExtractOutputs(content=page.text if inputs.raw_content else readable(page))


def readable(page: HttpResponse) -> str:
    """Return what a page is about, as Markdown; a plain text as it is."""
    import trafilatura  # 30 MB that processes which read no page can do without

    kind = page.media_type
    if kind not in PAGES and (kind.startswith("text/") or kind == "application/json"):
        return page.text
    if kind not in PAGES:
        raise BlockError(f"There is no page at this address but a file of the type {kind!r}.")
    try:
        found = trafilatura.extract(
            page.content,
            url=page.url or None,
            output_format="markdown",
            include_comments=False,
            include_links=True,
        ) or trafilatura.html2txt(page.content)
    except (ValueError, RecursionError, MemoryError):
        found = None
    if not found:
        raise BlockError(
            "The page has no text that could be read. `raw_content` emits it as it is."
        )
    return str(found)
