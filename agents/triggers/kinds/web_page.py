"""An address of the web: a run begins when what is there has changed."""

import hashlib
from typing import Any
from uuid import UUID

from pydantic import Field

from agents.triggers.asking import LONGEST_URL, Page, fetched, url_problems
from agents.triggers.kinds.base import Item, Look, Polled, PolledConfig, Watch
from kernel.jsontypes import JSONValue, NotJSON, loads

LONGEST_TEXT = 200_000  # characters that a run is given


class WebPageConfig(PolledConfig):
    """Which address."""

    url: str = Field(max_length=LONGEST_URL, title="Address", description="Of what is watched.")


class WebPage(Polled[WebPageConfig]):
    """Remembers what was there by a digest."""

    name = "web_page"
    title = "Web address"
    description = "Begins a run when what is at an address of the web has changed."
    order = 41
    config = WebPageConfig

    def subject(self, config: WebPageConfig, resource: str) -> str:
        return config.url

    def problems(self, config: WebPageConfig, owner_id: Any, agent_id: UUID) -> list[str]:
        return url_problems(config.url)

    def look(self, watch: Watch) -> Look:
        page = fetched(watch.config.url, watch.state)
        if page is None:
            return Look(watch.state)
        digest = hashlib.sha256(page.content).hexdigest()
        before = watch.state.get("digest")
        count = int(watch.state.get("changes", 0))
        if before is None or before == digest:
            return Look({**page.remembered, "digest": digest, "changes": count})
        state = {**page.remembered, "digest": digest, "changes": count + 1}
        payload = {"url": watch.config.url, "content": _content(page), "status": page.status}
        return Look(state, [Item(f"change:{count + 1}:{digest}", payload)])


def _content(page: Page) -> JSONValue:
    """Return what is there: JSON as its value, else the text."""
    if "json" in page.headers.get("content-type", ""):
        try:
            return loads(page.content)
        except NotJSON:
            pass
    text = page.content[: 4 * LONGEST_TEXT].decode("utf-8", "replace")
    return text[:LONGEST_TEXT]


kind = WebPage()
