"""What libraries let people start: the versions of the listings that they collected.

Whoever has a listing may start each of its approved versions, so that schedules and presets of an older
one go on, and the one that their entry is at, also when its creator took it back. Nobody may start
anything of a suspended listing: it is suspended because it does harm.
"""

from typing import Any

from django.db.models import F, Q, QuerySet

from agents.graphs import lending
from store.models import LibraryAgent, ListingVersion
from store.moderation import State

Carried = ListingVersion.sub_agents.through


class Collected:
    """Lends what somebody collected."""

    def lent(self, person: Any) -> QuerySet[Any, Any]:
        """Return the versions of graphs of the listings in the person's library."""
        mine = Q(
            listing__library_entries__owner_id=person,
            listing__library_entries__deleted_at=None,
            listing__suspended_at=None,
        )
        which = Q(status=State.APPROVED) | Q(pk=F("listing__library_entries__version"))
        return ListingVersion.objects.filter(mine & which).values("graph_version")

    def preferred(self, person: Any) -> QuerySet[Any, Any]:
        """Return the versions that the entries of the person's library are at."""
        mine = LibraryAgent.objects.collected()
        mine = mine.filter(owner_id=person, listing__suspended_at=None)
        return mine.values("version__graph_version")

    def shown(self, person: Any) -> QuerySet[Any, Any]:
        """Return those whose creators show their graphs."""
        return self.lent(person).filter(listing__shows_graph=True)


class CarriedAlong:
    """Lends the sub-agents that travel with what was approved.

    A creator may go on starting others' agents as parts of their own; whoever may look at an agent may
    look at those of its sub-agents that are its creator's too.
    """

    def lent(self, person: Any) -> QuerySet[Any, Any]:
        """Return the sub-agents of the person's own approved listings."""
        rows = Carried.objects.filter(
            listingversion__listing__owner_id=person, listingversion__status=State.APPROVED
        )
        sound = Q(graphversion__agent__listing=None) | Q(
            graphversion__agent__listing__suspended_at=None
        )
        return rows.filter(sound).values("graphversion")

    def preferred(self, person: Any) -> QuerySet[Any, Any]:
        """Return none: sub-agents are named with their versions."""
        return Carried.objects.none().values("graphversion")

    def shown(self, person: Any) -> QuerySet[Any, Any]:
        """Return the sub-agents of the same creators as the agents that may be looked at."""
        rows = Carried.objects.filter(
            listingversion__listing__library_entries__owner_id=person,
            listingversion__listing__library_entries__deleted_at=None,
            listingversion__listing__suspended_at=None,
            listingversion__listing__shows_graph=True,
            graphversion__agent__owner=F("listingversion__listing__owner"),
        )
        return rows.values("graphversion")


def lend() -> None:
    """Let people start what they collected."""
    lending.LENDERS.extend([Collected(), CarriedAlong()])
