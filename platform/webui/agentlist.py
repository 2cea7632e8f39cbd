"""A person's agents, with how their last run went and how many runs are under way."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from agents.executions.models import Execution
from agents.graphs.models import GraphVersion


def listed_agents(user: User, search: str = "") -> QuerySet[GraphVersion]:
    """Return the active versions with how each agent's last run went, all or those searched for.

    Agents that came in with another one are found by a search, and on that agent's page.
    """
    versions = GraphVersion.objects.visible_to(user).active()
    if search:
        versions = versions.filter(Q(name__icontains=search) | Q(description__icontains=search))
    else:
        versions = versions.filter(agent__imported_with=None)
    return versions.defer("document").annotate(
        last_run=_of_last_run(user, "pk"),
        last_status=_of_last_run(user, "status"),
        last_created=_of_last_run(user, "created"),
    )


def runs_under_way(user: User, agents: Collection[UUID]) -> dict[UUID, int]:
    """Return how many runs of each of the agents have not ended, in one query; none: left out."""
    if not agents:
        return {}
    live = Execution.objects.visible_to(user).live().filter(parent=None)
    rows: Any = live.filter(graph_version__agent__in=agents).order_by()
    return dict(rows.values_list("graph_version__agent").annotate(Count("pk")))


def _of_last_run(user: User, field: str) -> Subquery:
    """Return a field of an agent's last run: of the last runs of its versions, the newest.

    Each of those is found in an index. Asked for at once, the planner would read through all runs
    of the person for an agent that never ran.
    """
    runs = Execution.objects.visible_to(user).filter(graph_version=OuterRef("pk"), parent=None)
    last = runs.order_by("-created")
    of_versions = GraphVersion.objects.filter(agent=OuterRef("agent")).annotate(
        ran=Subquery(last.values("created")[:1]), found=Subquery(last.values(field)[:1])
    )
    return Subquery(of_versions.order_by(F("ran").desc(nulls_last=True)).values("found")[:1])
