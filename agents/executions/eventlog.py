"""Read a run's events in one message to PostgreSQL, with all that their watchers are told.

Watchers wait for this at each bell, and the ORM took longer to put the queries together than
PostgreSQL takes to answer them. What a query reads is still the models' rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection

from agents.executions.models import Emission, Event, Execution, NodeExecution
from agents.executions.tables import Table
from agents.graphs.models import GraphVersion

RUNS = Table(Execution, unread=("inputs", "nodes_input_masks", "credential_inputs"))
VERSIONS = Table(GraphVersion, unread=("document", "description"))
EVENTS, EMISSIONS = Table(Event), Table(Emission)
# Without what only workers and sweeps want to know.
NODES = Table(
    NodeExecution,
    unread=(
        *("number", "start_number", "queue", "arrived", "losses", "worker", "lease_until"),
        *("sent_at", "sends", "wake_at", "sleeps", "limit_id", "limit_place", "limit_turn"),
        *("emitted", "delivered", "settled"),
    ),
)

_PAGE = f"SELECT * FROM {EVENTS.name} WHERE execution_id = %s AND seq > %s ORDER BY seq LIMIT %s"

PAGE = f"""
SELECT {EVENTS.columns("event")}, {NODES.columns("node")}, child.id
FROM ({_PAGE}) event LEFT JOIN {NODES.name} node ON node.id = event.node_execution_id
LEFT JOIN {RUNS.name} child ON child.parent_id = node.id
ORDER BY event.seq
"""

VALUES = f"""
SELECT event.seq, emission.pin, emission.value
FROM ({_PAGE}) event JOIN {EMISSIONS.name} emission
  ON emission.node_execution_id = event.node_execution_id
  AND emission.number >= event.first AND emission.number < event.last
ORDER BY event.seq, emission.number
"""

RUN = f"""
SELECT {RUNS.columns("run")}, {VERSIONS.columns("version")}
FROM {RUNS.name} run JOIN {VERSIONS.name} version ON version.id = run.graph_version_id
WHERE run.id IN ({{visible}})
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event, the node execution that it is about, and the values that it brings, by pin.

    ``child`` is the run that the node execution started, if it did.
    """

    event: Event
    node_execution: NodeExecution | None = None
    values: Sequence[tuple[str, Any]] = ()
    child: UUID | None = None


class Log:
    """The record of one run, as one person may see it at the moment of each read."""

    def __init__(self, user: Any, run: UUID) -> None:
        self._run = run
        visible = Execution.objects.visible_to(user).filter(pk=run).order_by().values("pk")
        try:
            sql, self._who = visible.query.sql_with_params()
        except EmptyResultSet:  # with these credentials no run can be seen
            sql, self._who = "SELECT NULL::uuid WHERE FALSE", ()
        self._visible = RUN.format(visible=sql)

    def run(self) -> Execution | None:
        """Return the run without its inputs. None: there is none that the person may see."""
        with connection.cursor() as cursor:
            cursor.execute(self._visible, self._who)
            return _run(cursor.fetchall())

    def after(self, seq: int, limit: int) -> tuple[Execution, list[Recorded]] | None:
        """Return the run, and what was recorded of it after the event with this number.

        No further than the run's row knows: the event of its end tells when that was.
        """
        page: list[Any] = [self._run, seq, limit]
        with connection.cursor() as cursor:
            cursor.execute(f"{self._visible}; {PAGE}; {VALUES}", [*self._who, *page, *page])
            execution = _run(cursor.fetchall())
            cursor.nextset()
            found = _page(cursor)
        if execution is None:
            return None
        return execution, [one for one in found if one.event.seq <= execution.last_seq]


def after(execution: Execution, seq: int, limit: int) -> list[Recorded]:
    """Return what was recorded of a run after the event with this number.

    No further than this row of the run knows, which may be older than what has been recorded.
    """
    page: list[Any] = [execution.pk, seq, min(limit, max(0, execution.last_seq - seq))]
    with connection.cursor() as cursor:
        cursor.execute(f"{PAGE}; {VALUES}", [*page, *page])
        return _page(cursor)


def _run(rows: Iterable[Sequence[Any]]) -> Execution | None:
    for row in rows:
        execution = RUNS.row(row[: len(RUNS)])
        execution.graph_version = VERSIONS.row(row[len(RUNS) :])
        return execution
    return None


def _page(cursor: Any) -> list[Recorded]:
    """Return the events of two answers: a page of them, and their values."""
    rows = cursor.fetchall()
    cursor.nextset()
    values: dict[int, list[tuple[str, Any]]] = defaultdict(list)
    for seq, pin, value in cursor.fetchall():
        values[seq].append((pin, value))
    return [_recorded(row, values) for row in rows]


def _recorded(row: Sequence[Any], values: dict[int, list[tuple[str, Any]]]) -> Recorded:
    event = EVENTS.row(row[: len(EVENTS)])
    if event.node_execution_id is None:
        return Recorded(event)
    *node, child = row[len(EVENTS) :]
    return Recorded(event, NODES.row(node), values.get(event.seq, ()), child)
