"""Which runs may begin: as many at once as a person, and as each agent, may have.

A run that is not admitted stays QUEUED with its inputs and none of its nodes: it costs a row.
Admission computes its starts, opens them and rings for workers in one transaction. It happens

* at the start, where there is a place and nobody waits for one (`look`; the usual case),
* after a run left its place, and after a run joined the queue (`journal.admit`): of a run that leaves
  and one that joins at the same moment, at least one sees the other,
* in the sweep, which repairs what a lost process left undone (`recovery.admit_everybody`).

**What counts.** A person's limit is about workers: a run counts while it, or a run of an agent
that it started, has a node execution that does not wait. Runs that only wait (for a moment, an
approval, an event) leave their place; what goes on after a wait does not queue again. An agent's
limit counts every run of it that was admitted and has not ended. Only runs that people start
queue: those that runs start are admitted with them.

**Whose turn.** The runs of one person in the order of their start, but a full agent holds up
nobody but its own runs. People do not wait for one another: each has places of their own, and the
sweep goes round them, a few runs at a time. So the broker holds no more than everybody's admitted
work, however much is queued.

**Locks.** Decisions about one person's places are made one after another, under an advisory lock.
It comes before the row of any run: who holds a run's row never asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from accounts.models import User
from agents.executions.models import Execution
from agents.executions.tables import RUNS
from agents.graphs.models import Agent, GraphVersion
from agents.graphs.settings import GraphSettings
from kernel.errors import Conflict
from kernel.jsontypes import loads
from kernel.postgresql.batch import Batch, begin_here
from kernel.postgresql.prepared import Prepared
from quotas import runs

AT_ONCE = 20  # runs of one person that are admitted in one transaction

USERS = f'"{User._meta.db_table}"'
AGENTS = f'"{Agent._meta.db_table}"'
VERSIONS = f'"{GraphVersion._meta.db_table}"'

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('admission of ' || %(owner)s::text, 0))"

PLACES = f"""
COALESCE(
  (SELECT max_concurrent_executions FROM {USERS} WHERE id = %(owner)s), %(default)s
)
"""

AT_WORK = f"""
(SELECT count(DISTINCT COALESCE(run.root_id, run.id)) FROM {RUNS.name} run
 WHERE run.owner_id = %(owner)s
   AND run.ended_at IS NULL AND run.admitted_at IS NOT NULL AND NOT run.idle)
"""

UNADMITTED = f"""
FROM {RUNS.name} run
WHERE run.owner_id = %(owner)s AND run.ended_at IS NULL AND run.admitted_at IS NULL
"""

MOST_OF_AGENT = "(agent.settings->>'max_concurrent_executions')::int"

UNDER_WAY = f"""
(SELECT count(*) FROM {RUNS.name} run
 WHERE run.agent_id = agent.id AND run.parent_id IS NULL
   AND run.ended_at IS NULL AND run.admitted_at IS NOT NULL)
"""

SITUATION = f"""
SELECT {AT_WORK} AS at_work, {PLACES} AS places, EXISTS (SELECT {UNADMITTED}) AS others_wait,
       agent.settings::text AS settings,
       CASE WHEN {MOST_OF_AGENT} IS NULL THEN 0 ELSE {UNDER_WAY} END AS under_way
FROM {AGENTS} agent WHERE agent.id = %(agent)s
"""

# The run that asks is counted; what it is refused is undone with it.
ASK = f"""
WITH used AS ({runs.COUNT})
SELECT situation.*, {runs.COLUMNS}
FROM ({SITUATION}) situation CROSS JOIN used LEFT JOIN {runs.OWN} own ON own.user_id = used.user_id
"""

OF_SITUATION = 5  # columns

MAY_ADMIT = f"SELECT EXISTS (SELECT {UNADMITTED}) AND {AT_WORK} < {PLACES}"

# The versions in a person's queue are found by a probe of the index for each, not by reading the
# queue: thousands of runs of an agent that is full hold up no run of another one.
NEXT = f"""
WITH RECURSIVE queued AS (
  (SELECT run.graph_version_id AS id {UNADMITTED} ORDER BY run.graph_version_id LIMIT 1)
  UNION ALL
  SELECT (SELECT run.graph_version_id {UNADMITTED} AND run.graph_version_id > queued.id
          ORDER BY run.graph_version_id LIMIT 1)
  FROM queued WHERE queued.id IS NOT NULL
), room AS (
  SELECT version.id, agent.id AS agent_id,
         CASE WHEN {MOST_OF_AGENT} IS NULL THEN %(most)s
              ELSE GREATEST({MOST_OF_AGENT} - {UNDER_WAY}, 0) END AS free
  FROM queued JOIN {VERSIONS} version ON version.id = queued.id
  JOIN {AGENTS} agent ON agent.id = version.agent_id
), first AS (
  SELECT one.id, one.created, room.free,
         row_number() OVER (PARTITION BY room.agent_id ORDER BY one.created, one.id) AS turn
  FROM room CROSS JOIN LATERAL (
    SELECT run.id, run.created {UNADMITTED} AND run.graph_version_id = room.id
    ORDER BY run.created LIMIT LEAST(%(most)s, room.free)
  ) one
)
SELECT id FROM first WHERE turn <= free ORDER BY created, id
LIMIT GREATEST(LEAST(%(most)s, {PLACES} - {AT_WORK}), 0)
"""

OWNERS = f"""
WITH RECURSIVE owner AS (
  (SELECT run.owner_id AS id FROM {RUNS.name} run
   WHERE run.ended_at IS NULL AND run.admitted_at IS NULL ORDER BY run.owner_id LIMIT 1)
  UNION ALL
  SELECT (SELECT run.owner_id FROM {RUNS.name} run
          WHERE run.ended_at IS NULL AND run.admitted_at IS NULL AND run.owner_id > owner.id
          ORDER BY run.owner_id LIMIT 1)
  FROM owner WHERE owner.id IS NOT NULL
)
SELECT id FROM owner WHERE id IS NOT NULL
"""


# What every start and every end of a run asks is planned once.
_PARAMETERS = {"owner": "$1", "default": "$2", "agent": "$3"}
# Of several people in the order of their ids, so that nobody waits in a circle.
TAKE_TURNS = Prepared(
    "trellis_take_turns",
    ("bigint[]",),
    "SELECT pg_advisory_xact_lock(hashtextextended('admission of ' || one::text, 0)) "
    "FROM unnest($1) one",
)
ASK_FOR_PLACE = Prepared("trellis_ask_for_place", ("bigint", "int", "uuid"), ASK % _PARAMETERS)
ASK_FOR_OTHERS = Prepared("trellis_ask_for_others", ("bigint", "int"), MAY_ADMIT % _PARAMETERS)


class AgentIsBusy(Conflict):
    """The agent has as many runs as it may have at once."""

    code = "agent_is_busy"


@dataclass(frozen=True)
class Situation:
    """What decides about one more run of an agent."""

    at_work: int
    places: int
    others_wait: bool
    settings: GraphSettings
    under_way: int  # runs of the agent; only where the agent has a limit

    @property
    def person_is_full(self) -> bool:
        return self.at_work >= self.places

    @property
    def agent_is_full(self) -> bool:
        most = self.settings.max_concurrent_executions
        return most is not None and self.under_way >= most

    @property
    def has_place(self) -> bool:
        """Return whether a new run may begin at once, overtaking nobody."""
        return not (self.person_is_full or self.agent_is_full or self.others_wait)


@dataclass(frozen=True)
class Asked:
    """Somebody who wants to start an agent, with so many bytes."""

    owner_id: Any
    agent_id: UUID
    size: int = 0


def look(asked: Sequence[Asked]) -> list[Situation]:
    """Return what decides about one more run of each; it stays so until the transaction ends.

    They count from now on as runs of the day and the month, but not as one another's runs at work. Raises
    RunQuotaUsedUp, or StorageFull where there is no room for the bytes that one begins with.
    """
    batch, rows = Batch(), list[Sequence[Any]]()
    batch.add(TAKE_TURNS, [sorted({one.owner_id for one in asked})])
    for one in asked:
        batch.add(ASK_FOR_PLACE, [one.owner_id, _usual_places(), one.agent_id], rows.extend)
    batch.run()
    for one, found in zip(asked, rows, strict=True):
        runs.Standing.counted(found[OF_SITUATION:]).refuse_if_over(one.size)
    return [_read(found[:OF_SITUATION]) for found in rows]


def runs_to_replace(situation: Situation, agent_id: UUID) -> list[UUID]:
    """Return the runs of the agent, oldest first, that must stop so that one more may be.

    Those that wait for a place are among them, those that are being stopped already are not.
    """
    most = situation.settings.max_concurrent_executions
    if most is None:
        return []
    rows = Execution.objects.live().filter(agent=agent_id, parent=None, cancel_requested_at=None)
    all_but_the_newest = rows.order_by("-created").values_list("pk", flat=True)[most - 1 :]
    return list(all_but_the_newest)[::-1]


def refuse_if_busy(situation: Situation, agent_id: UUID) -> None:
    """Raise AgentIsBusy where the agent's runs, with those that wait, are as many as may be."""
    most = situation.settings.max_concurrent_executions
    if most is None:
        return
    waiting = Execution.objects.unadmitted().filter(agent=agent_id).count()
    if situation.under_way + waiting >= most:
        raise AgentIsBusy(
            f"The agent has {situation.under_way + waiting} runs, and may have {most} at once. "
            "Its setting `when_full` says that a start is then skipped."
        )


@dataclass
class Others:
    """Whether a run of a person waits and there is a place for it; a hint, taken without a lock."""

    owner_id: Any
    may_begin: bool | None = None
    """None as long as nobody asked."""

    def ask(self, batch: Batch) -> None:
        """Add the question to a batch; behind its COMMIT, it counts what that has changed."""
        batch.add(ASK_FOR_OTHERS, [self.owner_id, _usual_places()], self._read)

    def _read(self, rows: list[Any]) -> None:
        [[self.may_begin]] = rows


def may_admit(owner_id: Any) -> bool:
    """Return whether somebody waits and there is a place; a hint, taken without a lock."""
    others, batch = Others(owner_id), Batch()
    others.ask(batch)
    batch.run()
    return bool(others.may_begin)


def next_runs(owner_id: Any) -> list[UUID]:
    """Return the runs that are to begin now, a bounded number, in their order.

    No other transaction decides about this person's places until this one ends.
    """
    return [pk for (pk,) in _ask(NEXT, owner_id, locked=True, most=AT_ONCE)]


def owners_who_wait() -> list[Any]:
    """Return the people who have runs that wait for a place."""
    return [owner for (owner,) in _ask(OWNERS, None, locked=False)]


def reason(execution: Execution) -> str:
    """Return in words what a run that is not admitted waits for; "" for any other run.

    For `waiting` and the pages: "waits for a free place: 100 of your 100 runs are at work".
    """
    if execution.admitted_at is not None or execution.state.is_final:
        return ""
    asked = execution.owner_id, execution.graph_version.agent_id
    found = _read(_ask(SITUATION, asked[0], locked=False, agent=asked[1])[0])
    if found.agent_is_full:
        most = found.settings.max_concurrent_executions
        return (
            f"waits for a free place: {found.under_way} of the {most} runs that this agent may "
            "have at once are under way"
        )
    if found.person_is_full:
        return f"waits for a free place: {found.at_work} of your {found.places} runs are at work"
    return "waits for its turn; it begins within seconds"


def _read(row: Sequence[Any]) -> Situation:
    at_work, places, others_wait, chosen, under_way = row
    return Situation(at_work, places, others_wait, GraphSettings.stored(loads(chosen)), under_way)


def _usual_places() -> int:
    places: int = settings.EXECUTIONS["max_concurrent"]
    return places


def _ask(sql: str, owner_id: Any, *, locked: bool, **more: Any) -> list[Any]:
    """Return the rows of a query; ``locked``: it sees what is so once the lock is held."""
    values = {"owner": owner_id, "default": _usual_places(), **more}
    statements = [LOCK, sql] if locked else [sql]
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    if begin_here(database):
        statements.insert(0, "BEGIN")
    with database.cursor() as cursor:
        cursor.execute("; ".join(statements), values)
        for _ in statements[1:]:
            cursor.nextset()
        return list(cursor.fetchall())
