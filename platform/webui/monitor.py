"""Which of a person's runs a list shows, as the query of its address says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self
from uuid import UUID

from django.http import QueryDict
from django.utils.timezone import now

from accounts.models import User
from agents.engine.states import ExecutionStatus
from agents.executions.models.execution import ExecutionQuerySet
from agents.graphs.models import GraphVersion
from webui.asked import uuid_of

PERIODS: Mapping[str, tuple[str, timedelta]] = {
    "1h": ("The last hour", timedelta(hours=1)),
    "24h": ("The last 24 hours", timedelta(hours=24)),
    "7d": ("The last 7 days", timedelta(days=7)),
    "30d": ("The last 30 days", timedelta(days=30)),
}
STATUSES = tuple(status.value for status in ExecutionStatus)
UNFINISHED = "UNFINISHED"  # queued or running
LONGEST_SEARCH = 200
MOST_AGENTS = 500  # that can be chosen; the search finds the others


@dataclass(frozen=True)
class RunFilter:
    """What is asked for; what cannot be read of a query asks for nothing."""

    status: str = ""
    agent: UUID | None = None
    period: str = ""
    search: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """Return what the query asks for."""
        status, period = query.get("status", ""), query.get("since", "")
        return cls(
            status=status if status in (UNFINISHED, *STATUSES) else "",
            agent=uuid_of(query.get("agent", "")),
            period=period if period in PERIODS else "",
            search=query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
        )

    @property
    def is_empty(self) -> bool:
        return self == RunFilter()

    def of_any_status(self) -> "RunFilter":
        """Return the same question about runs of all statuses."""
        return RunFilter(agent=self.agent, period=self.period, search=self.search)

    def query(self, **changes: str) -> str:
        """Return the query string that asks for this, with some of it changed."""
        words = QueryDict(mutable=True)
        asked = {
            "status": self.status,
            "agent": str(self.agent or ""),
            "since": self.period,
            "q": self.search,
        }
        words.update({name: value for name, value in {**asked, **changes}.items() if value})
        return f"?{words.urlencode()}"

    def narrow(self, rows: ExecutionQuerySet) -> ExecutionQuerySet:
        """Return those of the runs that are asked for."""
        if self.status == UNFINISHED:
            rows = rows.live()
        elif self.status:
            rows = rows.filter(status=self.status)
        if self.agent:
            rows = rows.of_agent(self.agent)
        if self.period:
            rows = rows.filter(created__gte=now() - PERIODS[self.period][1])
        if self.search:
            rows = rows.searched(self.search)
        return rows


def agents_to_choose(user: User, chosen: UUID | None) -> list[tuple[str, str]]:
    """Return (id, name) of the person's agents by name, the chosen one in any case."""
    versions = GraphVersion.objects.visible_to(user).active().filter(agent__imported_with=None)
    rows: list[Any] = list(
        versions.order_by("name", "pk").values_list("agent_id", "name")[:MOST_AGENTS]
    )
    if chosen and chosen not in dict(rows):
        rows += GraphVersion.objects.filter(
            agent=chosen, agent__owner=user, is_active=True
        ).values_list("agent_id", "name")
    return [(str(pk), name) for pk, name in rows]
