"""The statements of the hot path, written by hand.

The ORM would take a round trip per row kind, and more time to build SQL than PostgreSQL takes to
run it. Here everything that a decision reads comes in one message and everything that it writes
goes in one; rows are still the models' rows.

A message is several statements in PostgreSQL's simple query protocol: the first one locks, and each
of the others sees what was committed before it began, so after the lock was held. BEGIN and COMMIT
ride along (`Batch`). The statements that every node execution needs are prepared once for each
connection (SQL's own PREPARE): planning them took longer than running them.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID
from weakref import WeakSet

from django.db import connection, models
from psycopg.pq import TransactionStatus

from agents.executions.models import Emission, Event, Execution, NodeExecution
from kernel.fields import JSONText
from kernel.jsontypes import dumps

M = TypeVar("M", bound=models.Model)

# A block that hangs while its run is locked would hold everybody up: the server hangs up on us.
IDLE_LIMIT = "SET LOCAL idle_in_transaction_session_timeout TO '10s'"
# Losing a claim only means that it is made again.
NOT_DURABLE = "SET LOCAL synchronous_commit TO off"


class _Column(NamedTuple):
    name: str
    attribute: str
    is_json: bool

    @classmethod
    def of(cls, one: Any) -> "_Column":
        return cls(one.column, one.attname, isinstance(one, JSONText))


class Table(Generic[M]):
    """A model's table as SQL text, and its rows as model instances.

    ``fixed`` columns never change once a row is there; ``unread`` ones are left to who needs them.
    """

    def __init__(
        self, model: type[M], fixed: Iterable[str] = (), unread: Iterable[str] = ()
    ) -> None:
        self.model = model
        self.name = f'"{model._meta.db_table}"'
        fields = [one for one in model._meta.concrete_fields if one.name not in set(unread)]
        self.attributes = [one.attname for one in fields]
        self._read = [one.column for one in fields]
        self._written = [one for one in fields if not isinstance(one, models.AutoField)]
        self._changed = [one for one in self._written if one.name not in set(fixed)]
        self._columns = [_Column.of(one) for one in self._written]
        self._changing = [_Column.of(one) for one in self._changed]
        self._given = ", ".join(f'"{one.column}" {_type_in_json(one)}' for one in self._written)
        self._defaults: dict[str, Any] = {
            str(one.column): one.get_default() for one in self._written
        }

    def __len__(self) -> int:
        return len(self.attributes)

    def columns(self, alias: str) -> str:
        """Return the columns, qualified, in the order in which `row` reads them."""
        return ", ".join(f'{alias}."{column}"' for column in self._read)

    def row(self, values: Sequence[Any]) -> M:
        """Return the instance for a row of `columns`."""
        return self.model.from_db(connection.alias, self.attributes, values)

    def insert(self, parameter: str) -> str:
        """Return an INSERT of the rows in a parameter, each as `document` gives it."""
        names = ", ".join(f'"{one.column}"' for one in self._written)
        values = ", ".join(_from_json(one) for one in self._written)
        given = f"json_to_recordset({parameter}) AS given({self._given})"
        return f"INSERT INTO {self.name} ({names}) SELECT {values} FROM {given}"

    def update(
        self, parameter: str, *, keep_if_null: Iterable[str] = (), keep_if_later: Iterable[str] = ()
    ) -> str:
        """Return an UPDATE, by id, of the row in a parameter, as `change` gives it.

        Null leaves the columns in ``keep_if_null`` as they are, and a moment those in
        ``keep_if_later`` that have a later one. One row at a time: the planner takes a list of
        rows for a hundred, and reads small tables whole to find them.
        """
        rules = dict.fromkeys(keep_if_null, "COALESCE({given}, {stored})") | dict.fromkeys(
            keep_if_later, "CASE WHEN {given} IS NOT NULL THEN GREATEST({given}, {stored}) END"
        )
        changes = ", ".join(
            f'"{one.column}" = '
            + rules.get(one.name, "{given}").format(
                given=_from_json(one), stored=f'stored."{one.column}"'
            )
            for one in self._changed
        )
        given = f"json_to_record({parameter}) AS given({self._given})"
        return f"UPDATE {self.name} stored SET {changes} FROM {given} WHERE stored.id = given.id"

    def document(self, row: M) -> dict[str, Any]:
        """Return the row, by column."""
        return _texts(row, self._columns)

    def line(self, **columns: Any) -> dict[str, Any]:
        """Return a new row, by column, without an instance; what is not given has its default.

        A JSON value is given as text, and a default that is not the same for all rows is given.
        """
        return {**self._defaults, **columns}

    def change(self, row: M, *, without: str | None = None) -> dict[str, Any]:
        """Return the id and the columns that may change."""
        found = _texts(row, self._changing)
        if without is not None:
            del found[without]
        found["id"] = row.pk
        return found


# A value may hold what PostgreSQL's text cannot (a null character), so where rows travel as JSON
# the values in them are texts of JSON, which are taken as they are.
def _type_in_json(one: Any) -> str:
    return "text" if isinstance(one, JSONText) else str(one.db_type(connection))


def _from_json(one: Any) -> str:
    return f'given."{one.column}"' + ("::json" if isinstance(one, JSONText) else "")


def _texts(row: models.Model, columns: Sequence["_Column"]) -> dict[str, Any]:
    state = row.__dict__
    found = {one.name: state[one.attribute] for one in columns}
    for one in columns:
        if one.is_json and (value := found[one.name]) is not None:
            found[one.name] = dumps(value)
    return found


RUNS = Table(
    Execution,
    fixed=("id", "owner", "graph_version", "parent", "root", "depth"),
    unread=("agent", "inputs", "nodes_input_masks", "created"),
)
NEW_RUNS = Table(Execution)
NODES = Table(NodeExecution, fixed=("id", "execution", "node_id", "number", "added_at"))
EVENTS, EMISSIONS = Table(Event), Table(Emission)


@dataclass(frozen=True)
class Prepared:
    """A statement that each connection plans once; ``types`` are its parameters'."""

    name: str
    types: tuple[str, ...]
    sql: str

    @property
    def call(self) -> str:
        return f"EXECUTE {self.name} ({', '.join(['%s'] * len(self.types))})"

    @property
    def declaration(self) -> str:
        return f"PREPARE {self.name} ({', '.join(self.types)}) AS {self.sql}"


# Rows are locked FOR NO KEY UPDATE: a foreign key's check of another transaction (a sub-agent's run
# points at this run and at its node execution) neither waits for these locks nor is waited for.
#
# A row is found by its key. The state is compared as an expression, lest the planner prefer one of
# the small indexes on rows in that state and read all of them: there may be thousands.
LOCK = Prepared(
    "trellis_lock",
    ("uuid[]", "text[]"),
    f"""
SELECT {RUNS.columns("run")}, {NODES.columns("node")}
FROM {NODES.name} node JOIN {RUNS.name} run ON run.id = node.execution_id
WHERE node.id = ANY($1) AND node.status || '' = ANY($2)
ORDER BY node.id
FOR NO KEY UPDATE OF run, node
""",
)

LOCK_RUN = Prepared(
    "trellis_lock_run",
    ("uuid",),
    f"SELECT {RUNS.columns('run')} FROM {RUNS.name} run WHERE run.id = $1 FOR NO KEY UPDATE",
)


# Of a run's node executions those that are not settled, in two halves with a small index each.
_INCOMPLETE = "node.execution_id = {run} AND node.status = 'INCOMPLETE'"
_STARTED = "node.execution_id = {run} AND NOT node.settled AND node.start_number IS NOT NULL"


def _few(half: str) -> str:
    """Return whether a half has no more than $2 rows; counting stops there."""
    return (
        f"(SELECT count(*) FROM (SELECT FROM {NODES.name} node WHERE {half} LIMIT $2 + 1) x) <= $2"
    )


def _in_line(run: str, node: str, but: str) -> str:
    """Return whose values may go out: those that started before any other that is at work.

    Those in the array ``but`` count as if they were not at work. The inner query stands by itself,
    so that it is asked once and bounds the scan of the index.
    """
    at_work = _STARTED.format(run=run).replace("node.", "other.")
    return f"""
{_STARTED.format(run=run)} AND node.node_id = {node} AND node.start_number <= COALESCE((
  SELECT other.start_number FROM {NODES.name} other
  WHERE {at_work} AND other.node_id = {node} AND other.id <> ALL({but})
    AND other.status IN ('QUEUED', 'RUNNING', 'WAITING')
  ORDER BY other.start_number LIMIT 1
), 2147483647)
"""


def _select(condition: str) -> str:
    return f"SELECT {NODES.columns('node')} FROM {NODES.name} node WHERE {condition}"


# All that is not settled in a run, or nothing where either half has more than $2 rows.
UNSETTLED = Prepared(
    "trellis_unsettled",
    ("uuid", "int"),
    f"""
WITH few AS MATERIALIZED (
  SELECT {_few(_INCOMPLETE.format(run="$1"))} AND {_few(_STARTED.format(run="$1"))} AS enough
)
{_select("(SELECT enough FROM few) AND " + _INCOMPLETE.format(run="$1"))}
UNION ALL
{_select("(SELECT enough FROM few) AND " + _STARTED.format(run="$1"))}
""",
)

# What the settlement of node executions of one run may ask for: each half, where it has not more
# than $2 rows; of too many that started, those of their own nodes that are in line. Without
# themselves.
_RUN = "(SELECT execution_id FROM head LIMIT 1)"
BESIDE = Prepared(
    "trellis_beside",
    ("uuid[]", "int"),
    f"""
WITH head AS MATERIALIZED (SELECT execution_id, node_id FROM {NODES.name} WHERE id = ANY($1)),
few AS MATERIALIZED (
  SELECT {_few(_INCOMPLETE.format(run=_RUN))} AS incomplete,
         {_few(_STARTED.format(run=_RUN))} AS started
)
SELECT few.incomplete, few.started, {NODES.columns("node")}
FROM few LEFT JOIN LATERAL (
  {_select("few.incomplete AND " + _INCOMPLETE.format(run=_RUN))}
  UNION ALL
  {_select("node.id <> ALL($1) AND few.started AND " + _STARTED.format(run=_RUN))}
  UNION ALL
  SELECT node.* FROM (SELECT DISTINCT node_id FROM head WHERE NOT few.started) line
  CROSS JOIN LATERAL (
    {_select("node.id <> ALL($1) AND " + _in_line(_RUN, "line.node_id", "$1"))}
  ) node
) node ON true
""",
)

IN_LINE = Prepared(
    "trellis_in_line",
    ("uuid", "text", "uuid"),
    f"{_select(_in_line('$1', '$2', 'ARRAY[$3]'))} ORDER BY node.start_number",
)

LACKING = Prepared(
    "trellis_lacking",
    ("uuid", "text", "int", "text", "int"),
    f"""
SELECT {NODES.columns("node")} FROM {NODES.name} node
WHERE node.execution_id = $1 AND node.node_id = $2 AND node.status = 'INCOMPLETE'
  AND node.number > $3 AND NOT node.arrived @> ARRAY[$4]
ORDER BY node.number LIMIT $5
""",
)

LAST_STARTED = Prepared(
    "trellis_last_started",
    ("uuid", "text"),
    f"""
SELECT {NODES.columns("node")} FROM {NODES.name} node
WHERE node.execution_id = $1 AND node.node_id = $2 AND node.start_number IS NOT NULL
ORDER BY node.start_number DESC LIMIT 1
""",
)

_ROWS = f"""
WITH opened AS ({NODES.insert("$1")}),
emitted AS ({EMISSIONS.insert("$2")}),
told AS ({EVENTS.insert("$3")})
"""
WRITE = Prepared("trellis_write", ("json",) * 4, _ROWS + RUNS.update("$4"))
WRITE_NEW = Prepared("trellis_write_new", ("json",) * 4, _ROWS + NEW_RUNS.insert("$4"))

# Inputs change only while they arrive: rows that end do not write theirs again. A lease that was
# renewed meanwhile, which takes no lock of the run, is not cut short.
CHANGE = Prepared(
    "trellis_change",
    ("json",),
    NODES.update("$1", keep_if_null=["input_data"], keep_if_later=["lease_until"]),
)

PREPARED = (
    LOCK,
    LOCK_RUN,
    UNSETTLED,
    BESIDE,
    IN_LINE,
    LACKING,
    LAST_STARTED,
    WRITE,
    WRITE_NEW,
    CHANGE,
)
_declared: WeakSet[Any] = WeakSet()  # connections that know the prepared statements


def _nothing(_: list[Any]) -> None:
    """Read the answer of a statement that has none."""


@dataclass
class Batch:
    """Statements that go out in one message; each is answered through the reader it came with."""

    statements: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)
    readers: list[Callable[[list[Any]], None] | None] = field(default_factory=list)

    def add(
        self,
        statement: Prepared,
        parameters: Sequence[Any],
        reader: Callable[[list[Any]], None] = _nothing,
    ) -> None:
        """Add a prepared statement; its rows will be given to the reader."""
        self.statements.append(statement.call)
        self.parameters += parameters
        self.readers.append(None if reader is _nothing else reader)

    def say(self, command: str) -> None:
        """Add a command that has no answer."""
        self.statements.append(command)
        self.readers.append(None)

    def run(self) -> None:
        """Send all statements, BEGIN first where it is due, and read all answers."""
        connection.ensure_connection()
        _declare()
        begins = begin_here()
        statements = ["BEGIN", *self.statements] if begins else self.statements
        with connection.cursor() as cursor:
            cursor.execute("; ".join(statements), self.parameters)
            for number, reader in enumerate([None, *self.readers] if begins else self.readers):
                if number:
                    cursor.nextset()
                if reader is not None:
                    reader(cursor.fetchall())


def begin_here() -> bool:
    """Return whether the next message opens the transaction that Django believes to be in.

    psycopg would send BEGIN as a message of its own; it does not when it believes that the
    connection commits by itself. How the transaction ends is Django's business again.
    """
    raw = connection.connection
    if not connection.in_atomic_block or raw.info.transaction_status != TransactionStatus.IDLE:
        return False
    raw.autocommit = True
    return True


def is_outermost() -> bool:
    """Return whether the present transaction is no part of another one."""
    return connection.in_atomic_block and len(connection.atomic_blocks) == 1


def _declare() -> None:
    raw = connection.connection
    if raw not in _declared:
        with connection.cursor() as cursor:
            cursor.execute("; ".join(one.declaration for one in PREPARED))
        _declared.add(raw)


@dataclass
class Locked:
    """A run that is locked, with some of its node executions; None where there are none."""

    execution: Execution | None = None
    rows: list[NodeExecution] = field(default_factory=list)


def lock(batch: Batch, nodes: Sequence[UUID], statuses: Iterable[str]) -> Locked:
    """Add to the batch: lock the run of node executions in one of the states, and read all.

    Only rows that have such a state before the lock are waited for; those read are as they are
    after it.
    """
    answer = Locked()

    def read(rows: list[Any]) -> None:
        if rows:
            answer.execution = RUNS.row(rows[0][: len(RUNS)])
            answer.rows = [NODES.row(one[len(RUNS) :]) for one in rows]

    batch.add(LOCK, [list(nodes), [str(one) for one in statuses]], read)
    return answer


def lock_run(batch: Batch, run: UUID, found: Callable[[Execution], None]) -> None:
    """Add to the batch: lock a run and read it."""

    def read(rows: list[Any]) -> None:
        for values in rows:
            found(RUNS.row(values))

    batch.add(LOCK_RUN, [run], read)


def unsettled(
    batch: Batch, run: UUID, most: int, found: Callable[[list[NodeExecution]], None]
) -> None:
    """Add to the batch: read what is not settled in a run, unless that is more than ``most``."""

    def read(rows: list[Any]) -> None:
        if rows:
            found([NODES.row(one) for one in rows])

    batch.add(UNSETTLED, [run, most], read)


@dataclass
class Beside:
    """What is not settled in a run besides some node executions, as far as it is not too much.

    ``knows_incomplete``, ``knows_started``: that half is complete. Else ``rows`` has of those that
    started only those of the same nodes that are in line.
    """

    knows_incomplete: bool = False
    knows_started: bool = False
    rows: list[NodeExecution] = field(default_factory=list)


def beside(batch: Batch, nodes: Sequence[UUID], most: int) -> Beside:
    """Add to the batch: read what is not settled besides node executions; see `Beside`."""
    answer = Beside()

    def read(rows: list[Any]) -> None:
        answer.knows_incomplete, answer.knows_started = rows[0][:2]
        answer.rows = [NODES.row(one[2:]) for one in rows if one[2] is not None]

    batch.add(BESIDE, [list(nodes), most], read)
    return answer


def write(
    batch: Batch,
    *,
    run: Execution,
    opened: Iterable[NodeExecution],
    changed: Iterable[tuple[NodeExecution, bool]],
    emissions: Sequence[dict[str, Any]],
    events: Sequence[dict[str, Any]],
) -> None:
    """Add to the batch: write a run and rows of it. ``changed`` says which got other inputs, too."""
    for row, has_inputs in changed:
        change = NODES.change(row, without=None if has_inputs else "input_data")
        batch.add(CHANGE, [_text(change)])
    is_new = run._state.adding
    batch.add(
        WRITE_NEW if is_new else WRITE,
        [
            _text([NODES.document(row) for row in opened]),
            _text(emissions),
            _text(events),
            _text([NEW_RUNS.document(run)] if is_new else RUNS.change(run)),
        ],
    )


def _text(rows: Any) -> str:
    return json.dumps(rows, allow_nan=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{value!r} is not JSON.")
