"""Listings and their versions, made without the actions of the store."""

from typing import Any

from django.utils.timezone import now
from factory.declarations import LazyAttribute, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from store.models import Decision, Listing, ListingVersion, Picture
from store.moderation import State
from tests.factories.accounts import UserFactory
from tests.factories.graphs import AgentFactory, GraphVersionFactory


class ListingFactory(DjangoModelFactory[Listing]):
    """A listing without a version."""

    class Meta:
        model = Listing

    owner = SubFactory(UserFactory)
    agent = SubFactory(AgentFactory, owner=SelfAttribute("..owner"))
    slug = Sequence("agent-{}".format)


class ListingVersionFactory(DjangoModelFactory[ListingVersion]):
    """A version that waits for a moderator; ``status=…`` for another one."""

    class Meta:
        model = ListingVersion

    listing = SubFactory(ListingFactory)
    number = Sequence(lambda count: count + 1)
    graph_version = SubFactory(GraphVersionFactory, agent=SelfAttribute("..listing.agent"))
    name = "Calculator"
    sub_heading = "Adds and takes away"
    description = "It **calculates**."
    status = State.PENDING
    submitted_at = LazyAttribute(lambda version: None if version.status == State.DRAFT else now())
    reviewed_at = LazyAttribute(
        lambda version: now() if version.status in {State.APPROVED, State.REJECTED} else None
    )


class PictureFactory(DjangoModelFactory[Picture]):
    """A picture of which there is a row, and nothing in the storage."""

    class Meta:
        model = Picture

    owner = SubFactory(UserFactory)
    digest = Sequence("{:064}".format)
    width, height, size = 1200, 800, 1000
    is_whole = True


class DecisionFactory(DjangoModelFactory[Decision]):
    """A line of a listing's history."""

    class Meta:
        model = Decision

    listing = SubFactory(ListingFactory)
    action = "approve"
    role = "moderator"


def published(**fields: Any) -> Listing:
    """Return a listing that everybody sees, with its version; ``fields`` are the version's."""
    version = ListingVersionFactory.create(status=State.APPROVED, **fields)
    listing = version.listing
    listing.active_version = version
    listing.save()
    return listing
