"""What is in somebody's library: their own agents, and what they collected, in one list.

Own agents are there because they are theirs: nothing has to be kept in step with them. The key of their
entry is the agent's, whether there is a row or not.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, F, FilteredRelation, Q, Value
from django.db.models.functions import Coalesce, Greatest

from accounts.models import User
from agents.graphs.models import Agent, GraphVersion, GraphVersionQuerySet
from kernel.access import Scope, may
from kernel.errors import NotFound
from store.models import LibraryAgent

JOINED = ("listing__owner", "listing__active_version", "version", "folder")


@dataclass(frozen=True)
class Entry:
    """An agent in a library: the version that runs when none is named, and what is kept about it."""

    version: GraphVersion
    kept: LibraryAgent

    @property
    def is_own(self) -> bool:
        return self.kept.listing_id is None

    @property
    def can_access_graph(self) -> bool:
        """Return whether its graph may be looked at and copied."""
        listing = self.kept.listing
        return listing is None or (listing.shows_graph and not listing.is_suspended)

    @property
    def name(self) -> str:
        """Return what it is called: in the store, where it came from there."""
        return self.kept.version.name if self.kept.version else self.version.name

    @property
    def about(self) -> str:
        """Return what it is, in a line or a few."""
        return self.kept.version.sub_heading if self.kept.version else self.version.description

    @property
    def standing(self) -> str:
        """Return whether it can be used: ``usable``, ``withdrawn``, ``suspended`` or ``gone``.

        What was withdrawn can be used by those who have it.
        """
        listing = self.kept.listing
        if self.version.agent.deleted_at is not None:
            return "gone"
        if listing is None:
            return "usable"
        if listing.is_suspended:
            return "suspended"
        is_public = listing.deleted_at is None and listing.active_version is not None
        has = self.kept.version
        return "usable" if is_public and has and has.is_available else "withdrawn"


def listed(user: Any) -> GraphVersionQuerySet:
    """Return the versions of the user's library: of each agent the one that runs.

    Each has `title`, `is_favorite`, `is_archived` and `folder_id`. None for a key without READ_GRAPH.
    """
    kept = FilteredRelation(
        "agent__library_entries", condition=Q(agent__library_entries__owner_id=user.pk)
    )
    own = Agent.objects.filter(owner_id=user.pk, deleted_at=None).order_by().values("pk")
    got = LibraryAgent.objects.collected().filter(owner_id=user.pk).order_by().values("agent")
    rows = GraphVersion.objects.alias(kept=kept).filter(agent__in=own.union(got, all=True))
    rows = rows.filter(
        Q(agent__owner_id=user.pk, is_active=True)
        | Q(kept__version__graph_version=F("pk"), kept__deleted_at=None)
    ).annotate(
        title=Coalesce("kept__version__name", "name"),
        is_favorite=Coalesce("kept__is_favorite", False),
        is_archived=Coalesce("kept__is_archived", False),
        folder_id=F("kept__folder_id"),
        library_of=Value(user.pk, BigIntegerField()),
        updated_at=Greatest("created", "kept__updated"),
    )
    return rows if may(user, Scope.READ_GRAPH) else rows.none()


def matching(words: str) -> Q:
    """Return the condition that an agent's name or description has the words.

    Of what was collected, what the store says of it.
    """
    mine = Q(description__icontains=words, kept__version=None)
    return Q(title__icontains=words) | mine | Q(kept__version__sub_heading__icontains=words)


def entries_of(user: Any, versions: Collection[GraphVersion]) -> list[Entry]:
    """Return the entries of the versions, in their order, with one query."""
    agents = [version.agent_id for version in versions]
    rows = LibraryAgent.objects.filter(owner_id=user.pk, agent__in=agents)
    kept = {row.agent_id: row for row in rows.select_related(*JOINED)}
    return [
        Entry(version, kept.get(version.agent_id) or _own(user, version.agent_id))
        for version in versions
    ]


def find(user: User, pk: UUID) -> Entry:
    """Return the entry. Raises NotFound, for a stranger too."""
    kept = LibraryAgent.objects.visible_to(user).filter(pk=pk).values_list("agent", flat=True)
    return find_agent(user, kept.first() or pk)


def find_agent(user: User, agent_id: UUID) -> Entry:
    """Return the entry of the agent. Raises NotFound where it is not in the user's library."""
    rows = listed(user).filter(agent=agent_id).select_related("agent__owner").defer("document")
    found = entries_of(user, rows[:1])
    if not found:
        raise NotFound(f"There is no agent `{agent_id}` in your library.")
    return found[0]


def own_entry(user: User, agent_id: UUID) -> LibraryAgent:
    """Return the entry of an agent of the user's own, as it is kept or as it would be."""
    found = LibraryAgent.objects.filter(owner_id=user.pk, agent=agent_id).first()
    return found or _own(user, agent_id)


def _own(user: User, agent_id: UUID) -> LibraryAgent:
    return LibraryAgent(pk=agent_id, owner_id=user.pk, agent_id=agent_id)


def collected_among(user: Any, listings: Iterable[UUID]) -> set[UUID]:
    """Return which of the listings are in the user's library."""
    rows = LibraryAgent.objects.collected().filter(owner_id=user.pk, listing__in=listings)
    return set(rows.values_list("listing", flat=True))
