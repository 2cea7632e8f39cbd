"""Read RSS Feed, against feeds that are old, new, broken and hostile."""

from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from accounts.models import User
from agents.executions import recovery, runner
from agents.executions.models import NodeExecution, NodeMemory, StoredValue
from agents.executions.output import outputs
from blocks.library import feeds
from blocks.sdk import BlockError, RequestFailed, RequestFailedForNow
from blocks.sdk.testing import MemoryStore
from tests.support.blocks import emitted
from tests.support.cases import shown
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, rows, run_node, start
from tests.support.webhosts import Answer, endlessly, reply
from tests.support.webworlds import allowed_host, online

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title><id>urn:a</id>
<updated>2026-01-02T00:00:00Z</updated>
<entry><id>urn:1</id><title>One &amp; only</title><link href="/one"/>
<updated>2026-01-02T02:00:00+01:00</updated><author><name>Ann</name></author>
<category term="x"/><summary type="html">&lt;p&gt;Hi&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</summary>
</entry></feed>"""


def rss(*items: tuple[str, str]) -> bytes:
    """Return a feed with these entries: title and publish date."""
    found = "".join(
        f"<item><title>{title}</title><guid>{title}</guid>"
        + (f"<pubDate>{date}</pubDate>" if date else "")
        + "</item>"
        for title, date in items
    )
    return f'<rss version="2.0"><channel><title>F</title>{found}</channel></rss>'.encode()


def read(answer: Answer, **pins: Any) -> list[tuple[str, Any]]:
    """Return what the block emits for one reading."""
    with allowed_host(answer) as host:
        inputs = {"rss_url": host.url, "polling_rate": 1, "run_continuously": False, **pins}
        return emitted("ReadRSSFeedBlock", inputs, online())


def test_entries_of_the_time_period_come_oldest_first() -> None:
    feed = rss(
        ("new", "Fri, 02 Jan 2026 03:00:00 GMT"),
        ("zoned", "Fri, 02 Jan 2026 03:30:00 +0200"),
        ("old", "Wed, 31 Dec 2025 03:00:00 GMT"),
        ("undated", ""),
        ("odd", "yesterday at noon"),
    )

    given = read(lambda asked: reply(feed))

    assert [value["title"] for pin, value in given if pin == "entry"] == [
        "undated",
        "odd",
        "zoned",
        "new",
    ]
    assert given[-1] == ("entries", [value for _, value in given[:-1]])
    assert given[3][1]["pub_date"] == "2026-01-02T03:00:00+00:00"


def test_nothing_new_is_an_empty_list() -> None:
    feed = rss(("old", "Wed, 31 Dec 2025 03:00:00 GMT"))

    assert read(lambda asked: reply(feed)) == [("entries", [])]


def test_atom_is_a_feed_too_and_its_markup_is_safe() -> None:
    with allowed_host(lambda asked: reply(ATOM.encode())) as host:
        [(_, entry), _] = emitted(
            "ReadRSSFeedBlock",
            {"rss_url": f"{host.url}/feed", "polling_rate": 1, "run_continuously": False},
            online(),
        )

    assert entry == {
        "title": "One & only",
        "link": f"{host.url}/one",
        "description": "<p>Hi</p>",
        "pub_date": "2026-01-02T01:00:00+00:00",
        "author": "Ann",
        "categories": ["x"],
    }


@pytest.mark.parametrize("body", [b"", b"<html><p>No feed</p></html>", b"{}", b"\x00\xff" * 50])
def test_what_is_no_feed_is_an_error(body: bytes) -> None:
    with pytest.raises(BlockError, match="There is no feed at this address"):
        read(lambda asked: reply(body))


def test_entities_are_not_followed_and_do_not_grow() -> None:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    feed = (
        f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
        "<rss version='2.0'><channel><item><title>&l9;</title><guid>&file;</guid></item></channel></rss>"
    )

    [(_, entry), _] = read(lambda asked: reply(feed.encode()))

    assert "root:" not in str(entry)
    assert "haha" not in entry["title"]


def test_an_address_in_the_answer_is_not_a_file_to_open() -> None:
    with pytest.raises(BlockError, match="There is no feed"):
        read(lambda asked: reply(b"/etc/passwd"))
    with pytest.raises(BlockError, match="There is no feed"):
        read(lambda asked: reply(b"http://169.254.169.254/"))


def test_a_feed_without_end_is_left() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
    with pytest.raises((RequestFailed, RequestFailedForNow)) as caught:
        read(lambda asked: endlessly(asked, head, b"<item></item>" * 10_000))

    assert caught.value.code == "answer_too_large"


def test_a_busy_host_is_asked_again_when_it_says() -> None:
    with pytest.raises(RequestFailedForNow) as caught:
        read(lambda asked: reply(status="429 Slow down", headers={"Retry-After": "7"}))

    assert (caught.value.code, caught.value.retry_after) == ("host_refused", 7.0)


def test_a_host_that_has_no_such_page_is_not() -> None:
    with pytest.raises(RequestFailed, match="status 404"):
        read(lambda asked: reply(status="404 Not Found"))


@pytest.mark.parametrize(
    "pins",
    [
        {"time_period": -1},
        {"time_period": 10**12},
        {"run_continuously": True, "polling_rate": 0},
        {"run_continuously": True, "polling_rate": 10**12},
    ],
)
def test_a_time_that_makes_no_sense_is_refused_before_anybody_is_asked(
    pins: dict[str, Any],
) -> None:
    with (
        allowed_host(lambda asked: reply()) as host,
        pytest.raises(BlockError, match="must be"),
    ):
        emitted(
            "ReadRSSFeedBlock",
            {"rss_url": host.url, "polling_rate": 1, "run_continuously": False, **pins},
            online(),
        )

    assert host.asked == []


def let_time_pass(row: NodeExecution) -> None:
    """Make the moment at which the node execution wakes one of the past."""
    past = now() - timedelta(seconds=1)
    sleeps = [*row.sleeps[:-1], past.isoformat()]
    NodeExecution.objects.filter(pk=row.pk).update(wake_at=past, sleeps=sleeps)


@pytest.mark.django_db
def test_a_feed_that_is_watched_gives_each_entry_once(alice: User) -> None:
    days = [
        [("a", ""), ("b", "")],
        [("a", ""), ("b", "")],
        [("c", ""), ("b", "")],
        None,
        [("d", ""), ("e", "")],
    ]
    graph = GraphBuilder("Watch")

    def answer(asked: Any) -> bytes:
        today = days[len(asked.host.asked) - 1]
        return reply(status="503 Away") if today is None else reply(rss(*today))

    with allowed_host(answer) as host:
        node = graph.node(
            "ReadRSSFeedBlock", rss_url=host.url, polling_rate=3600, run_continuously=True
        )
        shown(graph, node, "entries", "found")
        execution = start(alice, graph)
        for day in range(len(days)):
            row = run_node(execution, node)
            assert (row.status, len(row.sleeps)) == ("WAITING", day + 1)
            let_time_pass(row)
            assert recovery.wake_sleepers() == 1
    run_outputs(execution, node)

    found = outputs(fresh(execution))["found"]
    assert [[entry["title"] for entry in reading] for reading in found] == [
        ["a", "b"],
        ["c"],
        ["d", "e"],
    ]
    assert len(host.asked) == len(days)
    assert StoredValue.objects.count() == 0
    [memory] = NodeMemory.objects.all()
    assert memory.node_execution.execution_id == execution.pk
    assert [len(one) for one in memory.value["seen"]] == [24] * 5


def run_outputs(execution: Any, node: str) -> None:
    """Run what the node fed, without the node itself."""
    watcher = {row.pk for row in rows(execution, node)}
    for row in NodeExecution.objects.filter(execution=execution, status="QUEUED"):
        if row.pk not in watcher:
            runner.run_node(row.pk, execution.pk)


@pytest.mark.django_db
def test_what_feeds_remembered_as_values_of_agents_goes_to_their_nodes(alice: User) -> None:
    migration = import_module("agents.executions.migrations.0022_add_node_memory")
    graph = GraphBuilder("Watch")
    node = graph.node("ReadRSSFeedBlock", rss_url="https://a.example", polling_rate=60)
    [row] = rows(start(alice, graph), node)
    known = {"readings": 1, "seen": ["urn:b", "urn:a"]}
    own = f"feed:{'1' * 8}-1111-1111-1111-{'1' * 12}"
    for key in (f"feed:{row.pk}", own, "feed:mine"):
        StoredValue.objects.create(owner=alice, key=key, value=known)

    with connection.cursor() as cursor:
        cursor.execute(migration.MOVE)

    [memory] = NodeMemory.objects.all()
    digests = [sha256(one).hexdigest()[: feeds.DIGEST] for one in (b"urn:b", b"urn:a")]
    assert (memory.node_execution_id, memory.key) == (row.pk, feeds.KEY)
    assert memory.value == {"readings": 1, "seen": digests}
    assert list(StoredValue.objects.values_list("key", flat=True)) == ["feed:mine"]


def test_long_names_of_entries_are_remembered_by_their_digests() -> None:
    items = "".join(f"<item><guid>{number}{'x' * 3_000}</guid></item>" for number in range(30))
    body = f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()
    store = MemoryStore()

    with allowed_host(lambda asked: reply(body)) as host:
        inputs = feeds.FeedInputs(rss_url=host.url, polling_rate=60)
        next(feeds._watch(inputs, online(store=store)))

    [known] = store.values.values()
    assert len(set(known["seen"])) == 30
    assert {len(one) for one in known["seen"]} == {feeds.DIGEST}
