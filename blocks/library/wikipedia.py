"""The block that asks Wikipedia."""

from collections.abc import Iterator
from urllib.parse import quote

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

SUMMARIES = "https://en.wikipedia.org/api/rest_v1/page/summary/"
LARGEST = 1024 * 1024


class WikipediaInputs(InputPins):
    topic: str = pin(description="What the article is about: its title, or another name of it")


class WikipediaOutputs(OutputPins):
    summary: str = pin("", description="The first paragraph of the article")


@block(
    id="f5b0f5d0-1862-4d61-94be-3ad0fa772760",
    name="GetWikipediaSummaryBlock",
    categories=[Category.SEARCH],
    legacy_ids=["h5e7f8g9-1b2c-3d4e-5f6g-7h8i9j0k1l2m"],
    answers={
        f"{SUMMARIES}Artificial_Intelligence": HttpResponse(
            content=b'{"type": "standard", "extract": "summary content"}',
            headers={"content-type": "application/json"},
        )
    },
    examples=[
        (
            WikipediaInputs(topic="Artificial Intelligence"),
            WikipediaOutputs(summary="summary content"),
        )
    ],
)
def get_summary(inputs: WikipediaInputs, context: RunContext) -> Iterator[WikipediaOutputs]:
    """Emit what the English Wikipedia says about a topic, in a paragraph."""
    title = inputs.topic.strip().replace(" ", "_")
    if not title:
        raise BlockError("`topic` is empty. Name what the article is about.")
    answer = context.http.request("GET", SUMMARIES + quote(title, safe=""), max_bytes=LARGEST)
    if answer.status == 404:
        raise BlockError(f"Wikipedia has no article about {inputs.topic[:200]!r}.")
    found = answered(answer).json()
    summary = found.get("extract") if isinstance(found, dict) else None
    if not isinstance(summary, str):
        raise BlockError("Wikipedia's answer has no summary.")
    yield WikipediaOutputs(summary=summary)
