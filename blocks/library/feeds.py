"""The block that reads feeds: RSS and Atom."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from typing_extensions import TypedDict

from blocks.sdk import (
    BlockError,
    Category,
    HttpResponse,
    InputPins,
    OutputPins,
    RequestFailedForNow,
    RunContext,
    answered,
    block,
    pin,
)

LARGEST = 10 * 1024 * 1024
LONGEST_PERIOD = 100 * 366 * 24 * 60  # minutes
SHORTEST_WAIT = 1  # seconds
LONGEST_WAIT = 366 * 24 * 60 * 60
MOST_ENTRIES = 2_000  # of one reading
KEY = "feed"
DIGEST = 24  # characters of what stands for an entry's id, which may be long
MOST_REMEMBERED = 5_000  # entries that were there before
SAMPLE = b"""<?xml version="1.0"?>
<rss version="2.0"><channel><title>Example</title><link>https://example.com</link>
<item><title>Example RSS Item</title><link>https://example.com/article</link>
<description>This is an example RSS item description.</description>
<author>John Doe</author><category>Technology</category><category>News</category>
<pubDate>Fri, 23 Jun 2023 12:30:00 GMT</pubDate></item>
</channel></rss>"""


class FeedEntry(TypedDict):
    """One entry of a feed; ``pub_date`` is ISO 8601 in UTC, where the feed says when it was."""

    title: str
    link: str
    description: str
    pub_date: str | None
    author: str
    categories: list[str]


class FeedInputs(InputPins):
    rss_url: str = pin(
        title="RSS URL", description="The feed's address", placeholder="https://example.com/rss"
    )
    time_period: int = pin(
        1440, description="How old an entry may be at first, in minutes: 1440 is a day"
    )
    polling_rate: int = pin(description="How many seconds to wait before the feed is read again")
    run_continuously: bool = pin(
        True, description="Read the feed again and again; off reads it once"
    )


class FeedOutputs(OutputPins):
    entry: FeedEntry = pin(None, description="One new entry after another")
    entries: list[FeedEntry] = pin(
        default_factory=list, description="All the new entries of one reading"
    )


EXAMPLE = FeedEntry(
    title="Example RSS Item",
    link="https://example.com/article",
    description="This is an example RSS item description.",
    pub_date="2023-06-23T12:30:00+00:00",
    author="John Doe",
    categories=["Technology", "News"],
)


@block(
    id="5ebe6768-8e5d-41e3-9134-1c7bd89a8d52",
    name="ReadRSSFeedBlock",
    title="Read RSS Feed",
    categories=[Category.INPUT],
    legacy_ids=["c6731acb-4105-4zp1-bc9b-03d0036h370g"],
    answers={
        "https://example.com/rss": HttpResponse(
            content=SAMPLE, headers={"content-type": "application/rss+xml"}
        )
    },
    effect="idempotent",
    examples=[
        (
            FeedInputs(
                rss_url="https://example.com/rss",
                time_period=10_000_000,
                polling_rate=1,
                run_continuously=False,
            ),
            FeedOutputs(entry=EXAMPLE, entries=[EXAMPLE]),
        )
    ],
)
def read_feed(inputs: FeedInputs, context: RunContext) -> Iterator[FeedOutputs]:
    """Read a feed and emit its new entries, oldest first; once, or again and again.

    New at first is what was published in the time period, or does not say when it was; after
    that, what was not there before. Waiting for the next reading holds no worker.
    """
    if not 0 <= inputs.time_period <= LONGEST_PERIOD:
        raise BlockError("`time_period` must be between nothing and 100 years, in minutes.")
    if not inputs.run_continuously:
        since = context.now() - timedelta(minutes=inputs.time_period)
        yield from _emitted([one.entry for one in _read(inputs, context) if one.since(since)])
        return
    if not SHORTEST_WAIT <= inputs.polling_rate <= LONGEST_WAIT:
        raise BlockError("`polling_rate` must be between a second and a year.")
    yield from _watch(inputs, context)


def _watch(inputs: FeedInputs, context: RunContext) -> Iterator[FeedOutputs]:
    """Read on and on.

    The block runs again from its beginning after each wait, and values that it emitted are counted,
    not compared. So what each reading found is written down before it is emitted: then the
    same values come in the same order, whatever the feed says by now.
    """
    known = context.store.get(KEY, scope="this_node") or {
        "readings": 0,
        "emitted": 0,
        "seen": [],
        "last": [],
        "begun": context.now().isoformat(),
    }
    for _ in range(known["readings"] - 1):
        context.sleep(inputs.polling_rate)
    for _ in range(known["emitted"]):
        yield FeedOutputs(entries=[])  # emitted before: only its place counts
    if known["readings"]:
        yield from _emitted(known["last"], quiet=True)
        context.sleep(inputs.polling_rate)
    since = datetime.fromisoformat(known["begun"]) - timedelta(minutes=inputs.time_period)
    while True:
        seen = dict.fromkeys(known["seen"])
        try:
            read = _read(inputs, context)
        except RequestFailedForNow as error:  # a bad hour does not end what runs for weeks
            context.log(f"The feed was not read: {error}")
            read = []
        found = [one for one in read if one.since(since) and one.id not in seen]
        last = known["last"]
        known = {
            **known,
            "readings": known["readings"] + 1,
            "emitted": known["emitted"] + (len(last) + 1 if last else 0),
            "seen": list(seen | dict.fromkeys(one.id for one in found))[-MOST_REMEMBERED:],
            "last": [one.entry for one in found],
        }
        context.store.put(KEY, known, scope="this_node")
        yield from _emitted([one.entry for one in found], quiet=True)
        context.sleep(inputs.polling_rate)


def _emitted(entries: list[FeedEntry], *, quiet: bool = False) -> Iterator[FeedOutputs]:
    """Yield each entry, then all of them; ``quiet``: nothing where there are none."""
    for entry in entries:
        yield FeedOutputs(entry=entry)
    if entries or not quiet:
        yield FeedOutputs(entries=entries)


@dataclass(frozen=True)
class Found:
    """An entry, the digest of what the feed knows it by, and when it was published."""

    id: str
    entry: FeedEntry
    moment: datetime | None

    def since(self, moment: datetime) -> bool:
        """Return whether it was published after the moment, as far as anybody can tell."""
        return self.moment is None or self.moment > moment


def _read(inputs: FeedInputs, context: RunContext) -> list[Found]:
    """Return the feed's entries, oldest first."""
    answer = answered(context.http.request("GET", inputs.rss_url, max_bytes=LARGEST))
    found = read_entries(answer.content, answer.headers, answer.url or inputs.rss_url)
    if found is None:
        raise BlockError("There is no feed at this address: neither RSS nor Atom.")
    return found


def read_entries(content: bytes, headers: Mapping[str, str], url: str) -> list[Found] | None:
    """Return the entries of a feed, oldest first; None where this is none."""
    import feedparser  # 15 MB that processes which read no feed can do without

    # A file object: feedparser takes a text for an address or the name of a file.
    parsed = feedparser.parse(
        io.BytesIO(content),
        response_headers={
            "content-type": headers.get("content-type", ""),
            "content-location": url,
        },
    )
    if not parsed.entries and not parsed.get("version"):
        return None
    found = [_found(entry) for entry in parsed.entries[:MOST_ENTRIES]]
    early = datetime.min.replace(tzinfo=UTC)
    return sorted(found, key=lambda one: one.moment or early)


def _found(entry: Mapping[str, Any]) -> Found:
    # `dict`, because feedparser's own `get` warns of what it puts in place of the second one.
    dates = dict(entry)
    moment = _moment(dates.get("published_parsed") or dates.get("updated_parsed"))
    known = FeedEntry(
        title=_text(entry, "title"),
        link=_text(entry, "link"),
        description=_text(entry, "summary"),
        pub_date=None if moment is None else moment.isoformat(),
        author=_text(entry, "author"),
        categories=[
            str(tag.get("term")) for tag in entry.get("tags", []) if tag.get("term") is not None
        ],
    )
    name = _text(entry, "id") or known["link"] or known["title"]
    return Found(sha256(name.encode(errors="replace")).hexdigest()[:DIGEST], known, moment)


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def _moment(parsed: Any) -> datetime | None:
    """Return feedparser's time in UTC; None where it is none that there can be."""
    try:
        year, month, day, hour, minute, second = parsed[:6]
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (TypeError, ValueError):
        return None
