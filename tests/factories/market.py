"""Listings as they stand in the market, made without the store's actions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.text import slugify
from django.utils.timezone import now

from accounts.models import User
from agents.graphs.models import GraphVersion
from market import indexing
from store.models import Listing, ListingVersion
from store.moderation import State
from tests.factories.graphs import AgentFactory, GraphVersionFactory


def listed(
    owner: User,
    name: str = "Calculator",
    *,
    state: State = State.APPROVED,
    categories: Sequence[str] = ("data",),
    at: datetime | None = None,
    shows_graph: bool = True,
    **fields: Any,
) -> Listing:
    """Return a listing of the owner with one version in that state; found by search if it is public."""
    agent = AgentFactory.create(owner=owner)
    listing = Listing.objects.create(
        owner=owner, agent=agent, slug=slugify(name) or str(agent.pk), shows_graph=shows_graph
    )
    version(listing, name, state=state, categories=categories, at=at, **fields)
    indexing.refresh([listing.pk])
    listing.refresh_from_db()
    return listing


def version(
    listing: Listing,
    name: str,
    *,
    state: State = State.APPROVED,
    categories: Sequence[str] = ("data",),
    at: datetime | None = None,
    graph: GraphVersion | None = None,
    **fields: Any,
) -> ListingVersion:
    """Return a further version of the listing; the active one where it is approved."""
    moment = at or now()
    number = listing.versions.count() + 1
    made = ListingVersion.objects.create(
        listing=listing,
        number=number,
        graph_version=graph
        or GraphVersionFactory.create(agent=listing.agent, version=number, is_active=number == 1),
        name=name,
        categories=list(categories),
        status=state,
        submitted_at=None if state is State.DRAFT else moment,
        reviewed_at=moment if state in {State.APPROVED, State.REJECTED} else None,
        **fields,
    )
    if state is State.APPROVED:
        listing.active_version = made
        listing.save()
    return made
