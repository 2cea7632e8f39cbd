"""How long runs are kept: first all of a run, then the run without its values, then nothing.

The instance says so by `PAYLOAD_RETENTION_DAYS` and `EXECUTION_RETENTION_DAYS`, the owner of an
agent by its setting `retention_days`, which stands for both. An age counts from the end of the
last run of a family (a run with all the runs that it started): a family stays or goes together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import connection

from agents.executions.models import Execution
from agents.graphs.settings import GraphSettings

# What an agent's owner set; null where the instance's ages hold.
OWN = "(agent.settings ->> 'retention_days')::int"


@dataclass(frozen=True)
class Ages:
    """After how many days things go; None: they stay, unless the agent's owner says otherwise.

    ``at_least``: nothing goes before this many days, whatever anybody set.
    """

    values: int | None
    rows: int | None
    at_least: int | None = None

    @classmethod
    def of_instance(cls) -> Self:
        """Return what the settings say, where 0 keeps for ever."""
        return cls(
            values=settings.EXECUTIONS["payload_retention_days"] or None,
            rows=settings.EXECUTIONS["execution_retention_days"] or None,
        )

    @classmethod
    def older_than(cls, days: int) -> Self:
        """Return the ages that let go what is older than this, unless its owner keeps it."""
        return cls(values=days, rows=days, at_least=days)

    def own(self, days: int | None) -> tuple[int | None, int | None]:
        """Return the ages of values and of rows where an agent's owner set this."""
        return (self.values, self.rows) if days is None else (days, days)


@dataclass(frozen=True)
class Due:
    """A family that may go: its first run, and the moment before which all of it ended.

    ``weight`` is about how many rows the first run has, with a value for each node execution.
    """

    root: UUID
    created: datetime
    ended_before: datetime
    weight: int


@dataclass(frozen=True)
class Kept:
    """Until when a run has its values, and until when it stays, at least; None: for ever."""

    values: datetime | None = None
    rows: datetime | None = None


def kept_until(execution: Execution) -> Kept:
    """Return when a run that has ended, alone or with others, may be purged at the earliest."""
    root = execution
    if execution.root_id is not None:
        root = Execution.objects.with_graph().get(pk=execution.root_id)
    if root.ended_at is None or execution.ended_at is None:
        return Kept()
    ages = Ages.of_instance()
    own = GraphSettings.stored(root.graph_version.agent.settings).retention_days
    last = max(root.ended_at, execution.ended_at)
    values, rows = (last + timedelta(days=days) if days else None for days in ages.own(own))
    return Kept(min(filter(None, (values, rows)), default=None), rows)


def is_set(ages: Ages) -> bool:
    """Return whether anything can become due: by these ages, or by an agent's own."""
    return _shortest(ages.values, None) is not None or ages.rows is not None


def due(
    ages: Ages,
    moment: datetime,
    *,
    rows: bool,
    after: tuple[datetime, UUID] | None = None,
    most: int,
) -> list[Due]:
    """Return families whose rows (or else values) are due at this moment, the oldest first.

    ``after``: only those that began later than this one. They are hints: who removes them looks
    again once they are locked.
    """
    query = due_query(ages, moment, rows=rows)
    if query is None:
        return []
    sql, values = query
    if after is not None:
        sql += " AND (run.created, run.id) > (%(created)s, %(root)s)"
        values |= {"created": after[0], "root": after[1]}
    sql += " ORDER BY run.created, run.id LIMIT %(most)s"
    with connection.cursor() as cursor:
        cursor.execute(sql, {**values, "most": most})
        return [Due(*found) for found in cursor.fetchall()]


def due_query(ages: Ages, moment: datetime, *, rows: bool) -> tuple[str, dict[str, Any]] | None:
    """Return the query for the families that are due, and its parameters; None if none can be.

    Its parameters' names are its own, so that the two queries may stand in one statement.
    """
    days = ages.rows if rows else ages.values
    shortest = _shortest(days, ages.at_least)
    if shortest is None:
        return None
    kind = "rows" if rows else "values"
    age = f"GREATEST(COALESCE({OWN}, %({kind}_days)s), %({kind}_least)s)"
    before = f"%({kind}_moment)s - make_interval(days => {age})"
    sql = f"""
SELECT run.id, run.created, {before}, run.opened * 2 + run.last_seq + 1
FROM executions_execution run
JOIN graphs_graphversion version ON version.id = run.graph_version_id
JOIN graphs_agent agent ON agent.id = version.agent_id
WHERE run.root_id IS NULL AND run.created < %({kind}_newest)s AND run.ended_at < {before}
  AND NOT EXISTS (
    SELECT FROM executions_execution member WHERE member.root_id = run.id
    AND (member.ended_at IS NULL OR member.ended_at >= {before})
  )"""
    if not rows:
        sql += " AND run.payload_purged_at IS NULL"
    if days is None:  # find the runs of the few agents that have an age, not everybody's
        sql += f"""
  AND run.graph_version_id = ANY(ARRAY(
    SELECT version.id FROM graphs_graphversion version
    JOIN graphs_agent agent ON agent.id = version.agent_id WHERE {OWN} IS NOT NULL
  ))"""
    values = {
        "days": days,
        "least": ages.at_least,
        "moment": moment,
        "newest": moment - timedelta(days=shortest),
    }
    return sql, {f"{kind}_{name}": value for name, value in values.items()}


def _shortest(days: int | None, least: int | None) -> int | None:
    """Return the shortest age that any run can have; None where all runs stay."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT min({OWN}) FROM graphs_agent agent")
        [own] = cursor.fetchone()
    ages = [age for age in (days, own) if age is not None]
    return max(min(ages), least or 0) if ages else None
