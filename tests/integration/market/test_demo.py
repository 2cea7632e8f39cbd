"""The demo is lively, made once, and not mistaken for real."""

import pytest

from accounts.models import User
from agents.executions import starting
from agents.graphs.models import Agent
from market import demo
from market.demo.scenes import FEATURED, OFFERS, PEOPLE
from market.models import Entry, FeaturedListing
from store.models import Listing, ListingReview
from tests.support.runs import run_to_end

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("servers")]


def test_it_fills_the_market_and_a_second_time_changes_nothing() -> None:
    made = demo.make()

    public = Listing.objects.public()
    assert public.count() == made.listings == len(OFFERS)
    assert set(public.values_list("owner__username", flat=True)) == {one.username for one in PEOPLE}
    assert Entry.objects.filter(runs__gt=0, rating_count__gt=0).count() == len(OFFERS)
    assert FeaturedListing.objects.count() == len(FEATURED)
    counts = _counts()

    again = demo.make()

    assert (again.listings, again.known) == (0, len(OFFERS))
    assert _counts() == counts


def _counts() -> list[int]:
    return [User.objects.count(), Agent.objects.count(), ListingReview.objects.count()]


def test_it_is_refused_where_people_are_unless_it_is_asked_for(alice: User, bob: User) -> None:
    with pytest.raises(demo.NotForRealPeople):
        demo.make()
    assert Listing.objects.count() == 0
    assert User.objects.count() == 2

    assert demo.make(among_people=True).listings == len(OFFERS)


def test_nobody_can_sign_in_as_its_people() -> None:
    demo.make()

    assert not any(one.has_usable_password() for one in User.objects.all())


def test_every_agent_of_it_runs_without_anything_outside() -> None:
    demo.make()

    for listing in Listing.objects.public().select_related("active_version__graph_version"):
        version = listing.active_version
        assert version is not None
        owner = version.graph_version.agent.owner_id
        done = run_to_end(starting.start(owner_id=owner, version=version.graph_version, inputs={}))
        assert done.status == "COMPLETED", (version.name, done.error)
