"""Feeds, RSS and Atom: each new entry begins a run."""

import hashlib
from typing import Any
from uuid import UUID

from pydantic import Field

from agents.triggers.asking import LONGEST_URL, Page, fetched, url_problems
from agents.triggers.errors import LookFailed
from agents.triggers.kinds.base import Item, Look, Polled, PolledConfig, Watch
from blocks.library.feeds import read_entries

MOST_NEW = 50
"""Entries of one look; the others are found by the next one."""
MOST_REMEMBERED = 5_000


class FeedConfig(PolledConfig):
    """Which feed."""

    url: str = Field(
        max_length=LONGEST_URL, title="Address", description="Of the feed: RSS or Atom."
    )


class Feed(Polled[FeedConfig]):
    """Remembers which entries there were."""

    name = "feed"
    title = "Feed"
    description = "Begins a run for each new entry of a feed (RSS or Atom)."
    order = 40
    config = FeedConfig

    def subject(self, config: FeedConfig, resource: str) -> str:
        return config.url

    def problems(self, config: FeedConfig, owner_id: Any, agent_id: UUID) -> list[str]:
        return url_problems(config.url)

    def look(self, watch: Watch) -> Look:
        page = fetched(watch.config.url, watch.state)
        if page is None:
            return Look(watch.state)
        entries = _entries(page)
        ids = dict(entries)
        if "seen" not in watch.state:
            return Look({**page.remembered, "seen": list(ids)[-MOST_REMEMBERED:]})
        seen = dict.fromkeys(watch.state["seen"])
        fresh = [(id, entry) for id, entry in ids.items() if id not in seen]
        taken = fresh[:MOST_NEW]
        kept = [*seen, *(id for id, _ in taken)]
        # What there still is stays known, however long the feed is.
        known = [id for id in kept if id not in ids][-MOST_REMEMBERED:] + [
            id for id in kept if id in ids
        ]
        # The rest waits for the next look, which must not be told that nothing has changed.
        remembered = page.remembered if len(taken) == len(fresh) else {}
        return Look(
            {**remembered, "seen": known},
            [Item(f"entry:{id}", {"url": watch.config.url, "entry": entry}) for id, entry in taken],
        )


def _entries(page: Page) -> list[tuple[str, dict[str, Any]]]:
    """Return the feed's entries, oldest first, each under the digest of what the feed calls it."""
    found = read_entries(page.content, page.headers, page.url)
    if found is None:
        raise LookFailed("There is no feed at this address: neither RSS nor Atom.")
    return [
        (hashlib.sha256(one.id.encode("utf-8", "replace")).hexdigest()[:32], dict(one.entry))
        for one in found
    ]


kind = Feed()
