"""Visits are counted once, honestly, without holding up a page; counts come into the database once."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.timezone import now

from accounts.models import User
from agents.engine.states import ExecutionStatus
from agents.executions.models import Execution
from market import counting, running, tidying
from market.buffer import Buffer, buffer_at
from market.models import Entry, Rollup, SearchTerm
from market.ranking import COLD, score
from market.visitors import digest
from store import announcing
from store.models import Listing, ListingRating
from tests.factories.market import listed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("servers")]

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
Visit = Callable[..., HttpRequest]


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    """Let each test begin with nothing in Redis."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    buffer = buffer_at(settings.REDIS_URL)
    for key in buffer.client.scan_iter(match="market:*"):
        buffer.client.delete(key)
    buffer._key = None


@pytest.fixture
def visit() -> Visit:
    def make(
        user: User | None = None, *, agent: str = FIREFOX, method: str = "GET", **meta: str
    ) -> HttpRequest:
        factory = RequestFactory()
        request = factory.generic(method, "/", headers={"User-Agent": agent}, **meta)  # type: ignore[arg-type]
        request.user = user or AnonymousUser()
        return request

    return make


def counted(listing: Listing) -> tuple[int, int]:
    counting.roll_up()
    entry = Entry.objects.get(pk=listing.pk)
    return entry.views, entry.downloads


class TestWhoCounts:
    def test_a_visitor_counts_once_a_day_for_each_agent(self, alice: User, visit: Visit) -> None:
        one, two = listed(alice, "One"), listed(alice, "Two")
        for _ in range(3):
            counting.count(counting.VIEW, one, visit(REMOTE_ADDR="192.0.2.1"))
            counting.count(counting.VIEW, two, visit(REMOTE_ADDR="192.0.2.1"))
        counting.count(counting.VIEW, one, visit(REMOTE_ADDR="192.0.2.2"))
        counting.count(counting.DOWNLOAD, one, visit(REMOTE_ADDR="192.0.2.1"))

        assert counted(one) == (2, 1)
        assert counted(two) == (1, 0)

    def test_another_browser_is_no_other_visitor(self, alice: User, visit: Visit) -> None:
        listing = listed(alice)
        for number in range(5):
            counting.count(counting.VIEW, listing, visit(agent=f"{FIREFOX} {number}"))

        assert counted(listing) == (1, 0)

    def test_the_next_day_it_counts_again(
        self, alice: User, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listing = listed(alice)
        for day in (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 2)):
            monkeypatch.setattr(counting, "today", lambda day=day: day)
            counting.count(counting.VIEW, listing, visit())

        assert counted(listing) == (2, 0)

    @pytest.mark.parametrize(
        "asked",
        [
            {"agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
            {"agent": "Twitterbot/1.0"},
            {"agent": "curl/8.5.0"},
            {"agent": "python-requests/2.32"},
            {"agent": ""},
            {"method": "HEAD"},
            {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
            {"HTTP_PURPOSE": "prefetch"},
            {"HTTP_X_MOZ": "prefetch"},
        ],
    )
    def test_programs_and_what_is_fetched_ahead_do_not_count(
        self, alice: User, visit: Visit, asked: dict[str, str]
    ) -> None:
        listing = listed(alice)

        counting.count(counting.VIEW, listing, visit(**asked))

        assert counted(listing) == (0, 0)

    def test_the_creators_own_looks_do_not_count(
        self, alice: User, bob: User, visit: Visit
    ) -> None:
        listing = listed(alice)
        counting.count(counting.VIEW, listing, visit(alice))
        counting.count(counting.VIEW, listing, visit(bob))

        assert counted(listing) == (1, 0)

    def test_nothing_that_names_the_visitor_is_kept(self, alice: User, visit: Visit) -> None:
        listing = listed(alice)
        address = "203.0.113.77"
        counting.count(counting.VIEW, listing, visit(REMOTE_ADDR=address))
        counting.searched("tea", visit(REMOTE_ADDR=address), found=True)

        client = counting.buffer().client
        kept = b""
        for key in client.scan_iter(match="market:*"):
            kind = client.type(key)
            kept += (
                key
                + str(
                    client.hgetall(key)
                    if kind == b"hash"
                    else client.smembers(key)
                    if kind == b"set"
                    else client.get(key)
                ).encode()
            )

        assert address.encode() not in kept
        assert str(listing.pk).encode() in kept

    def test_the_same_visitor_is_another_digest_under_another_key(self, visit: Visit) -> None:
        assert (
            digest(visit(), b"monday") == digest(visit(), b"monday") != digest(visit(), b"tuesday")
        )


class TestExactlyOnce:
    def test_a_batch_that_comes_again_counts_once(
        self, alice: User, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listing = listed(alice)
        counting.count(counting.VIEW, listing, visit())
        monkeypatch.setattr(Buffer, "drop", lambda *_: None)  # a crash after the commit
        counting.roll_up()
        monkeypatch.undo()
        counting.count(counting.VIEW, listing, visit(REMOTE_ADDR="192.0.2.9"))

        assert counted(listing) == (1, 0)
        assert counted(listing) == (2, 0)
        assert counted(listing) == (2, 0)

    def test_a_batch_that_could_not_be_written_is_written_later(
        self, alice: User, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listing = listed(alice)
        counting.count(counting.VIEW, listing, visit())

        def broken(*_: Any) -> None:
            raise DatabaseError("gone")

        monkeypatch.setattr(counting, "add", broken)
        with pytest.raises(DatabaseError):
            counting.roll_up()
        monkeypatch.undo()

        assert Entry.objects.get(pk=listing.pk).views == 0
        assert counted(listing) == (1, 0)

    def test_what_is_counted_for_what_is_gone_is_left_out(self, alice: User, visit: Visit) -> None:
        listing = listed(alice)
        counting.count(counting.VIEW, listing, visit())
        listing.delete()

        assert counting.roll_up() == 1
        assert counting.roll_up() == 0
        assert Rollup.objects.count() == 1

    def test_a_page_goes_on_where_redis_is_away(
        self, alice: User, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listing = listed(alice)
        away = Buffer("redis://127.0.0.1:1/0")
        monkeypatch.setattr(counting, "buffer", lambda: away)

        counting.count(counting.VIEW, listing, visit())
        counting.searched("tea", visit(), found=True)

        with pytest.raises(redis.RedisError):
            away.take()

    def test_looks_make_it_warmer(self, alice: User, visit: Visit) -> None:
        listing = listed(alice)
        assert Entry.objects.get(pk=listing.pk).heat == COLD

        counting.count(counting.VIEW, listing, visit())
        counting.roll_up()

        assert Entry.objects.get(pk=listing.pk).heat > COLD


class TestSearches:
    def test_terms_are_counted_by_day_without_who_asked(self, visit: Visit) -> None:
        for address in ("192.0.2.1", "192.0.2.2"):
            counting.searched("  Tea   Party ", visit(REMOTE_ADDR=address), found=True)
        counting.roll_up()
        counting.searched("tea party", visit(), found=False)
        counting.searched("tea party", visit(agent="curl/8"), found=False)
        counting.roll_up()

        [row] = SearchTerm.objects.all()
        assert (row.day, row.term, row.searches, row.found) == (
            counting.today(),
            "tea party",
            3,
            False,
        )

    def test_old_days_are_forgotten(self) -> None:
        for age in (settings.MARKET_SEARCH_DAYS + 1, 1):
            day = (now() - timedelta(days=age)).date()
            SearchTerm.objects.create(day=day, term="tea", searches=1)

        assert tidying.forget_old_searches(now()) == 1
        assert SearchTerm.objects.count() == 1


class TestRunsAndInstalls:
    def test_runs_of_others_that_ended_well_are_counted(self, alice: User, bob: User) -> None:
        listing = listed(alice)

        def ended(owner: User, status: ExecutionStatus) -> Execution:
            return Execution(owner=owner, agent_id=listing.agent_id, status=status, pk=uuid4())

        running.runs_ended(
            [
                ended(bob, ExecutionStatus.COMPLETED),
                ended(bob, ExecutionStatus.COMPLETED),
                ended(bob, ExecutionStatus.FAILED),
                ended(alice, ExecutionStatus.COMPLETED),
                Execution(owner=bob, agent_id=uuid4(), status=ExecutionStatus.COMPLETED),
            ]
        )

        assert Entry.objects.get(pk=listing.pk).runs == 2

    def test_the_store_tells_of_installs(self, alice: User) -> None:
        listing = listed(alice)

        announcing.installed(listing.pk)
        announcing.installed(listing.pk)

        assert Entry.objects.get(pk=listing.pk).installs == 2

    def test_the_store_tells_of_ratings(self, alice: User) -> None:
        listing = listed(alice)
        ListingRating.objects.create(listing=listing, total=9, count=2)

        announcing.rated(listing.pk)

        entry = Entry.objects.get(pk=listing.pk)
        assert (entry.rating, entry.score) == (4.5, score(9, 2))

    def test_the_store_tells_of_decisions(self, alice: User) -> None:
        listing = listed(alice)
        Entry.objects.all().delete()

        announcing.changed(listing.pk)

        assert Entry.objects.filter(pk=listing.pk).exists()
