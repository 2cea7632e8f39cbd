"""What the database promises of listings, and who sees them."""

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from accounts.models import User
from store.models import Decision, Listing, ListingVersion
from store.moderation import State
from tests.factories.store import (
    DecisionFactory,
    ListingFactory,
    ListingVersionFactory,
    PictureFactory,
    published,
)

pytestmark = pytest.mark.django_db


def test_everybody_sees_a_listing_whose_active_version_is_approved() -> None:
    listing = published()

    assert list(Listing.objects.public()) == [listing]
    assert list(ListingVersion.objects.public()) == [listing.active_version]


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
def test_nobody_sees_a_listing_whose_active_version_is_not_approved(state: State) -> None:
    listing = published()
    ListingVersion.objects.filter(listing=listing).update(status=state)

    assert not Listing.objects.public().exists()
    assert not ListingVersion.objects.public().exists()


def test_nobody_sees_a_listing_without_an_active_version() -> None:
    ListingVersionFactory.create(status=State.APPROVED)

    assert not Listing.objects.public().exists()
    assert not ListingVersion.objects.public().exists()


@pytest.mark.parametrize("field", ["suspended_at", "deleted_at"])
def test_nobody_sees_a_listing_that_is_suspended_or_deleted(field: str) -> None:
    listing = published()
    Listing.objects.filter(pk=listing.pk).update(**{field: now()})

    assert not Listing.objects.public().exists()
    assert not ListingVersion.objects.public().exists()


def test_nobody_sees_a_listing_of_somebody_whose_account_is_closed() -> None:
    listing = published()
    User.objects.filter(pk=listing.owner_id).update(is_active=False)

    assert not Listing.objects.public().exists()


def test_nobody_sees_a_listing_whose_agent_was_deleted() -> None:
    listing = published()
    listing.agent.deleted_at = now()
    listing.agent.save()

    assert not Listing.objects.public().exists()


def test_creators_see_their_own_listings_whatever_became_of_them(
    alice: User, charlie: User
) -> None:
    listing = ListingFactory.create(owner=alice, suspended_at=now())
    version = ListingVersionFactory.create(listing=listing, status=State.REJECTED)

    assert list(Listing.objects.visible_to(alice)) == [listing]
    assert list(ListingVersion.objects.visible_to(alice)) == [version]
    assert not Listing.objects.visible_to(charlie).exists()
    assert not ListingVersion.objects.visible_to(charlie).exists()


@pytest.mark.parametrize("second", [State.DRAFT, State.PENDING])
def test_a_listing_has_one_open_version(second: State) -> None:
    first = ListingVersionFactory.create()

    same = {"listing": first.listing, "graph_version": first.graph_version}

    refused = pytest.raises(IntegrityError, match="listingversion_one_open_per_listing")
    with refused, transaction.atomic():
        ListingVersionFactory.create(**same, status=second)

    ListingVersionFactory.create(**same, status=State.APPROVED)
    assert ListingVersion.objects.count() == 2


def test_an_agent_has_one_listing(alice: User) -> None:
    listing = ListingFactory.create(owner=alice)

    with pytest.raises(IntegrityError, match="agent_id"), transaction.atomic():
        ListingFactory.create(owner=alice, agent=listing.agent)


def test_slugs_are_unique_for_a_creator_and_no_further(alice: User, charlie: User) -> None:
    ListingFactory.create(owner=alice, slug="tea")
    ListingFactory.create(owner=charlie, slug="tea")

    with pytest.raises(IntegrityError, match="listing_slug_once_per_owner"), transaction.atomic():
        ListingFactory.create(owner=alice, slug="tea")


@pytest.mark.parametrize(
    "slug", ["Tea", "tea party", "tea--party", "-tea", "tea/", "", "tea\n", "tée"]
)
def test_a_slug_is_plain(slug: str) -> None:
    with pytest.raises(IntegrityError, match="listing_slug_is_plain"), transaction.atomic():
        ListingFactory.create(slug=slug)


def test_what_was_never_sent_is_not_pending() -> None:
    with pytest.raises(IntegrityError, match="listingversion_was_submitted"), transaction.atomic():
        ListingVersionFactory.create(submitted_at=None)


@pytest.mark.parametrize("state", [State.APPROVED, State.REJECTED])
def test_what_nobody_looked_at_is_not_decided(state: State) -> None:
    with pytest.raises(IntegrityError, match="listingversion_was_reviewed"), transaction.atomic():
        ListingVersionFactory.create(status=state, reviewed_at=None)


def test_a_reason_is_there_only_while_a_listing_is_suspended() -> None:
    refused = pytest.raises(IntegrityError, match="listing_reason_only_while_suspended")
    with refused, transaction.atomic():
        ListingFactory.create(suspended_reason="Spam")


def test_the_same_picture_is_there_once_for_its_creator(alice: User, charlie: User) -> None:
    PictureFactory.create(owner=alice, digest="1")
    PictureFactory.create(owner=charlie, digest="1")

    with pytest.raises(IntegrityError, match="picture_once_per_content"), transaction.atomic():
        PictureFactory.create(owner=alice, digest="1")


def test_decisions_are_only_added() -> None:
    decision = DecisionFactory.create(comments="Good")

    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
        Decision.objects.update(comments="Bad")
    with pytest.raises(IntegrityError, match="only added to"), transaction.atomic():
        Decision.objects.all().delete()

    decision.refresh_from_db()
    assert decision.comments == "Good"


def test_decisions_outlive_the_listing_and_its_creator() -> None:
    version = ListingVersionFactory.create()
    decision = DecisionFactory.create(
        listing=version.listing, version=version, by=version.listing.owner
    )

    version.listing.owner.delete()

    kept = Decision.objects.get()
    assert (kept.listing_id, kept.version_id) == (decision.listing_id, decision.version_id)
    assert not Listing.objects.exists()
    assert not ListingVersion.objects.exists()
