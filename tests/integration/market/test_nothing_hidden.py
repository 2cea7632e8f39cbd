"""Whatever becomes of listings, nobody who is a stranger meets one that is not public, nor counts it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.utils.timezone import now
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import User
from market import cards, indexing, search
from market.models import Entry, FeaturedCreator, FeaturedListing
from market.wanted import SORTS, Wanted
from store.models import Listing, ListingVersion
from store.moderation import State
from tests.factories.accounts import UserFactory
from tests.factories.market import listed, version

pytestmark = pytest.mark.usefixtures("servers")

WORD = "zanzibar"  # in the name of each listing, with a number: what is looked for in answers
SPELLED = re.compile(rf"{WORD}-?(\d+)", re.IGNORECASE)
API = "/api/v1"
PAGES = (
    *("/market/", "/market/search/", f"/market/search/?q={WORD}", "/market/top/"),
    *("/market/search/?category=data", "/market/search/?q=zanziber", "/market/creators/"),
    *(f"/market/search/?sort={sort}" for sort in SORTS),
    *("/market/feed.atom", "/market/categories/data/feed.atom"),
    *("/sitemap.xml", "/sitemap-agents.xml", "/sitemap-creators.xml", "/robots.txt"),
)
CALLS = (
    *("store/agents/", f"store/agents/?search_query={WORD}", "store/agents/?featured=true"),
    *("store/agents/?category=data&sorted_by=rating", "store/creators/"),
    *("store/agents/?submission_status=PENDING", "store/creators/?featured=true"),
    *("market/agents/", "market/agents/?submission_status=PENDING"),
    *("market/agents/?submission_status=REJECTED&name=zanzibar&sort_by=downloads",),
    *(f"market/search/?query={WORD}&submission_status=DRAFT", "market/search/?query=zanziber"),
    *("market/top-downloads/agents/", "market/featured/agents/", "market/categories/"),
)


@dataclass(frozen=True)
class Fate:
    """What became of a listing after its first version was made."""

    first: State
    second: State | None
    suspended: bool
    deleted: bool
    owner_left: bool
    agent_deleted: bool
    shows_graph: bool
    told: bool  # whether the index was told of it


fates = st.builds(
    Fate,
    first=st.sampled_from(State),
    second=st.none() | st.sampled_from([State.APPROVED, State.PENDING, State.WITHDRAWN]),
    suspended=st.booleans(),
    deleted=st.sampled_from([False, False, True]),
    owner_left=st.sampled_from([False, False, True]),
    agent_deleted=st.sampled_from([False, False, True]),
    shows_graph=st.booleans(),
    told=st.booleans(),
)


class TestStrangers(TestCase):
    """Hypothesis needs Django's own test case, which undoes each example."""

    @given(st.lists(fates, min_size=1, max_size=4))
    @settings(
        max_examples=5,
        deadline=None,
        phases=[
            Phase.explicit,
            Phase.generate,
        ],  # an example takes seconds; what fails is told as it is
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.differing_executors],
    )
    def test_meet_what_is_public_and_nothing_else(self, drawn: list[Fate]) -> None:
        made = [_listing(number, fate) for number, fate in enumerate(drawn)]
        public = {number for number, fate in enumerate(drawn) if _is_public(fate)}
        client = Client(headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"})

        assert set(Listing.objects.public()) == {made[number] for number in public}
        for answer in _answers(client, made, drawn):
            text = answer.content.decode("utf-8", "replace")
            met = {int(number) for number in SPELLED.findall(text)} - _asked_for(answer)
            assert met <= public, (answer.request["PATH_INFO"], met - public)
        _check_counts(client, len(public))


def _listing(number: int, fate: Fate) -> Listing:
    owner = UserFactory.create(username=f"{WORD}{number}")
    made = listed(
        owner,
        f"{WORD} {WORD}{number}",
        state=fate.first,
        shows_graph=fate.shows_graph,
        sub_heading=f"{WORD}{number}",
    )
    if fate.second is not None and fate.first not in {State.DRAFT, State.PENDING}:
        version(made, f"{WORD} {WORD}{number}", state=fate.second)
    Entry.objects.update_or_create(
        pk=made.pk, defaults={"downloads": 3, "runs": 2, "rating_total": 4, "rating_count": 1}
    )
    FeaturedListing.objects.create(listing=made)
    FeaturedCreator.objects.create(creator=owner)
    moment = now() - timedelta(minutes=1)
    Listing.objects.filter(pk=made.pk).update(
        suspended_at=moment if fate.suspended else None,
        deleted_at=moment if fate.deleted else None,
    )
    User.objects.filter(pk=owner.pk).update(is_active=not fate.owner_left)
    if fate.agent_deleted:
        type(made.agent).objects.filter(pk=made.agent_id).update(deleted_at=moment)
    if fate.told:
        indexing.refresh([made.pk])
    made.refresh_from_db()
    return made


def _is_public(fate: Fate) -> bool:
    has_second = fate.second is State.APPROVED and fate.first not in {State.DRAFT, State.PENDING}
    approved = fate.first is State.APPROVED or has_second
    gone = fate.suspended or fate.deleted or fate.owner_left or fate.agent_deleted
    return approved and not gone


def _answers(client: Client, made: list[Listing], drawn: list[Fate]) -> Iterator[Any]:
    for path in (*PAGES, *(f"{API}/{call}" for call in CALLS)):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        yield answer
    for listing, fate in zip(made, drawn, strict=True):
        for path, needs_graph in _addresses(listing):
            answer = client.get(path)
            if not _is_public(fate):
                assert answer.status_code == 404, path
            elif not needs_graph or fate.shows_graph:
                assert answer.status_code == 200, (path, answer.status_code)
            yield answer


def _addresses(listing: Listing) -> Iterator[tuple[str, bool]]:
    """Yield everything that is about the listing alone, and whether that takes a graph that is open."""
    name = listing.owner.username
    for path in (
        f"/market/agents/{name}/{listing.slug}/",
        f"/market/creators/{name}/",
        f"/market/creators/{name}/feed.atom",
        f"{API}/store/agents/{name}/{listing.slug}/",
        f"{API}/store/creator/{name}/",
        f"{API}/market/agents/{listing.pk}/",
    ):
        yield path, False
    yield f"/market/agents/{name}/{listing.slug}/download/", True
    yield f"{API}/market/agents/{listing.pk}/download/", True
    yield f"{API}/market/agents/{listing.pk}/download-file/", True
    for one in ListingVersion.objects.filter(listing=listing, status=State.APPROVED):
        yield f"{API}/store/download/agents/{one.pk}/", True
        yield f"{API}/store/agents/{one.pk}/", False
        yield f"/market/cards/{one.pk}/{cards.digest(one)}.png", False


def _asked_for(answer: Any) -> set[int]:
    """Return the numbers that were in the address: an error may repeat it."""
    asked = f"{answer.request['PATH_INFO']}?{answer.request['QUERY_STRING']}"
    return (
        {int(number) for number in SPELLED.findall(asked)} if answer.status_code == 404 else set()
    )


def _check_counts(client: Client, public: int) -> None:
    for call, *where in (
        ("store/agents/", "pagination", "total_items"),
        (f"store/agents/?search_query={WORD}", "pagination", "total_items"),
        ("store/creators/", "pagination", "total_items"),
        ("market/agents/?submission_status=PENDING", "total_count"),
        (f"market/search/?query={WORD}", "total_count"),
        ("market/top-downloads/agents/", "total_count"),
    ):
        found = client.get(f"{API}/{call}").json()
        for key in where:
            found = found[key]
        assert found == public, call


@pytest.mark.django_db
def test_versions_that_are_not_approved_are_not_found_by_their_ids(alice: User) -> None:
    made = listed(alice, "Tea")
    client = Client()
    for state in (State.PENDING, State.WITHDRAWN, State.REJECTED):
        pk: UUID = version(made, "Secret", state=state).pk
        for path in (f"{API}/store/agents/{pk}/", f"{API}/store/download/agents/{pk}/"):
            assert client.get(path).status_code == 404
        assert "Secret" not in client.get("/market/agents/alice/tea/").content.decode()
        ListingVersion.objects.filter(pk=pk).update(status=State.WITHDRAWN)


@pytest.mark.django_db
def test_a_suggestion_is_made_of_what_is_public(alice: User) -> None:
    made = listed(alice, "Zanzibar")
    assert search.suggestion(Wanted(query="zanziber")) == "zanzibar"

    Listing.objects.filter(pk=made.pk).update(suspended_at=now())

    assert search.suggestion(Wanted(query="zanziber")) == ""
