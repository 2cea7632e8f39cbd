"""The statements of the hot path, written by hand.

The ORM would take a round trip per row kind, and more time to build SQL than PostgreSQL takes to
run it. Here a claim is one statement, everything that a decision reads is one batch, and
everything that it writes is one statement. Rows are still the models' rows.

Batches are several statements in one message (PostgreSQL's simple query protocol): the first one
locks, and each of the others sees what was committed before it began, so after the lock was held.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection, models

from agents.executions.models import Emission, Event, Execution, NodeExecution

M = TypeVar("M", bound=models.Model)


class Table(Generic[M]):
    """A model's table as SQL text, and its rows as model instances."""

    def __init__(self, model: type[M]) -> None:
        self.model = model
        self.fields = list(model._meta.concrete_fields)
        self.name = f'"{model._meta.db_table}"'
        self.attributes = [one.attname for one in self.fields]

    def __len__(self) -> int:
        return len(self.fields)

    def columns(self, alias: str) -> str:
        """Return the columns, qualified, in the order in which `row` reads them."""
        return ", ".join(f'{alias}."{one.column}"' for one in self.fields)

    def row(self, values: Sequence[Any]) -> M:
        """Return the instance for a row of `columns`."""
        return self.model.from_db(connection.alias, self.attributes, values)

    def insert(self, rows: Sequence[M], update: Iterable[str] = ()) -> tuple[str, list[Any]]:
        """Return an INSERT of the rows; those that exist get the ``update`` columns instead."""
        fields = [one for one in self.fields if not isinstance(one, models.AutoField)]
        names = ", ".join(f'"{one.column}"' for one in fields)
        one_row = f"({', '.join(['%s'] * len(fields))})"
        sql = f"INSERT INTO {self.name} ({names}) VALUES {', '.join([one_row] * len(rows))}"
        changes = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in update)
        if changes:
            sql += f" ON CONFLICT (id) DO UPDATE SET {changes}"
        return sql, [_prepared(one, row) for row in rows for one in fields]

    def update(self, row: M, names: Sequence[str]) -> tuple[str, list[Any]]:
        """Return an UPDATE of one row's columns."""
        fields = [one for one in self.fields if one.name in names]
        changes = ", ".join(f'"{one.column}" = %s' for one in fields)
        return (
            f"UPDATE {self.name} SET {changes} WHERE id = %s",
            [*(_prepared(one, row) for one in fields), row.pk],
        )


RUNS, NODES = Table(Execution), Table(NodeExecution)
EVENTS, EMISSIONS = Table(Event), Table(Emission)


@dataclass
class Batch:
    """Queries that go out in one message; each is answered through the reader it came with."""

    statements: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)
    readers: list[Callable[[list[Any]], None]] = field(default_factory=list)

    def add(self, sql: str, parameters: Sequence[Any], reader: Callable[[list[Any]], None]) -> None:
        """Add a query; its rows will be given to the reader."""
        self.statements.append(sql)
        self.parameters += parameters
        self.readers.append(reader)

    def run(self) -> None:
        """Send all queries and read all answers."""
        with connection.cursor() as cursor:
            cursor.execute("; ".join(self.statements), self.parameters)
            for number, reader in enumerate(self.readers):
                if number:
                    cursor.nextset()
                reader(cursor.fetchall())


# Rows are locked FOR NO KEY UPDATE: a foreign key's check of another transaction (a sub-agent's run
# points at this run and at its node execution) neither waits for these locks nor is waited for.
#
# A row is found by its key. The state is compared as an expression, lest the planner prefer one of
# the small indexes on rows in that state and read all of them: there may be thousands.
LOCK = f"""
SELECT {RUNS.columns("run")}, {NODES.columns("node")}
FROM {NODES.name} node JOIN {RUNS.name} run ON run.id = node.execution_id
WHERE node.id = %s AND node.status || '' = ANY(%s)
FOR NO KEY UPDATE OF run, node
"""

# Whose values may go out: those that started before any other that is still at work, and it.
# The inner query stands by itself, so that it is asked once and bounds the scan of the index.
IN_LINE = f"""
SELECT {NODES.columns("node")} FROM {NODES.name} node
WHERE node.execution_id = %s AND node.node_id = %s
  AND NOT node.settled AND node.start_number IS NOT NULL
  AND node.start_number <= COALESCE((
    SELECT other.start_number FROM {NODES.name} other
    WHERE other.execution_id = %s AND other.node_id = %s
      AND NOT other.settled AND other.start_number IS NOT NULL
      AND other.status IN ('QUEUED', 'RUNNING', 'WAITING') AND other.id <> %s
    ORDER BY other.start_number LIMIT 1
  ), 2147483647)
ORDER BY node.start_number
"""

LACKING = f"""
SELECT {NODES.columns("node")} FROM {NODES.name} node
WHERE node.execution_id = %s AND node.node_id = %s AND node.status = 'INCOMPLETE'
  AND node.number > %s AND NOT node.arrived @> ARRAY[%s]
ORDER BY node.number LIMIT %s
"""

LAST_STARTED = f"""
SELECT {NODES.columns("node")} FROM {NODES.name} node
WHERE node.execution_id = %s AND node.node_id = %s AND node.start_number IS NOT NULL
ORDER BY node.start_number DESC LIMIT 1
"""

# The run is locked before its node execution changes, as everywhere; the first claim of a run also
# starts it, which shows in `started_at` being this claim's own moment.
CLAIM = f"""
WITH run AS (
  SELECT run.id FROM {NODES.name} node JOIN {RUNS.name} run ON run.id = node.execution_id
  WHERE node.id = %(node)s AND node.status || '' = 'QUEUED'
  FOR NO KEY UPDATE OF run
), taken AS (
  UPDATE {NODES.name} node
  SET status = 'RUNNING', attempt = node.attempt + 1, worker = %(worker)s,
      lease_until = %(lease)s, started_at = COALESCE(node.started_at, %(now)s)
  FROM run
  WHERE node.id = %(node)s AND node.execution_id = run.id AND node.status || '' = 'QUEUED'
  RETURNING node.*
), counted AS (
  UPDATE {RUNS.name} run
  SET last_seq = run.last_seq + 1 + (run.status = 'QUEUED')::int, status = 'RUNNING',
      started_at = COALESCE(run.started_at, %(now)s)
  FROM taken WHERE run.id = taken.execution_id
  RETURNING run.*
), told AS (
  INSERT INTO {EVENTS.name}
    (execution_id, seq, kind, status, node_execution_id, first, last, note, created)
  SELECT id, last_seq - 1, 'graph_execution_event', 'RUNNING', NULL, 0, 0, '', %(now)s
  FROM counted WHERE started_at = %(now)s
  UNION ALL
  SELECT counted.id, counted.last_seq, 'node_execution_event', 'RUNNING', taken.id,
         taken.emitted, taken.emitted, '', %(now)s
  FROM counted, taken
)
SELECT {RUNS.columns("counted")}, {NODES.columns("taken")} FROM counted, taken
"""


def lock(
    batch: Batch,
    node: UUID,
    statuses: Iterable[str],
    found: Callable[[Execution, NodeExecution], None],
) -> None:
    """Add to the batch: lock the run of a node execution in one of the states, and read both.

    Only a row that has such a state before the lock is waited for; the one read is as it is after.
    """

    def read(rows: list[Any]) -> None:
        for values in rows:
            found(RUNS.row(values[: len(RUNS)]), NODES.row(values[len(RUNS) :]))

    batch.add(LOCK, [node, [str(one) for one in statuses]], read)


def claim(
    node: UUID, *, worker: str, lease: datetime, now: datetime
) -> tuple[Execution, NodeExecution] | None:
    """Take a queued node execution and tell so; None if it cannot be taken (any more)."""
    values: dict[str, Any] = {"node": node, "worker": worker, "lease": lease, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        found = cursor.fetchone()
    if found is None:
        return None
    return RUNS.row(found[: len(RUNS)]), NODES.row(found[len(RUNS) :])


def write(parts: Sequence[tuple[str, list[Any]]]) -> None:
    """Run statements that depend on one another's rows only as one: the last with the rest."""
    *first, (last, parameters) = parts
    ahead = ", ".join(f"part{number} AS ({sql})" for number, (sql, _) in enumerate(first))
    values = [value for _, given in first for value in given]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {ahead} {last}" if ahead else last, [*values, *parameters])


def _prepared(one: Any, row: models.Model) -> Any:
    return one.get_db_prep_save(getattr(row, one.attname), connection)
