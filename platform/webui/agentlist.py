"""A person's agents, with how their last run went and how many runs are under way."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from agents.executions.models import Execution
from agents.graphs.models import GraphVersion
from store.library import entries

SHOWN = {
    "": "All but what is archived",
    "own": "My own",
    "collected": "From the store",
    "favorites": "Favourites",
    "archived": "Archived",
}
OWN = Q(agent__owner_id=F("library_of"), agent__imported_with=None)
CHOICES = {
    "own": OWN & Q(is_archived=False),
    "collected": ~Q(agent__owner_id=F("library_of")) & Q(is_archived=False),
    "favorites": Q(is_favorite=True),
    "archived": Q(is_archived=True),
}


def listed_agents(user: User, search: str = "", show: str = "") -> QuerySet[GraphVersion]:
    """Return the versions of the library with how each agent's last run went, as far as wanted.

    Agents that came in with another one are found by a search, and on that agent's page.
    """
    versions = entries.listed(user)
    if search:
        versions = versions.filter(entries.matching(search))
    elif show in CHOICES:
        versions = versions.filter(CHOICES[show])
    else:
        versions = versions.filter(Q(agent__imported_with=None) & Q(is_archived=False))
    return (
        versions.select_related("agent")
        .defer("document")
        .annotate(
            last_run=_of_last_run(user, "pk"),
            last_status=_of_last_run(user, "status"),
            last_created=_of_last_run(user, "created"),
        )
    )


def runs_under_way(user: User, agents: Collection[UUID]) -> dict[UUID, int]:
    """Return how many runs of each of the agents have not ended, in one query; none: left out."""
    if not agents:
        return {}
    live = Execution.objects.visible_to(user).live().filter(parent=None)
    rows: Any = live.filter(agent__in=agents).order_by()
    return dict(rows.values_list("agent").annotate(Count("pk")))


def _of_last_run(user: User, field: str) -> Subquery:
    """Return a field of an agent's last run, of a version or a draft: one look into an index."""
    runs = Execution.objects.visible_to(user).filter(agent=OuterRef("agent"), parent=None)
    return Subquery(runs.order_by("-created").values(field)[:1])
