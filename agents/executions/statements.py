"""What the hot path asks of PostgreSQL: lock and read, and write, each in one message.

The ORM would take a round trip per row kind. Here everything that a decision reads comes in one
message (`batch`) and everything that it writes goes in one; rows are still the models' rows.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import DatabaseError

from agents.executions.models import Execution, NodeExecution
from agents.executions.prepared import (
    BESIDE,
    CHANGE,
    CHANGED,
    EXPECT,
    LOCK,
    LOCK_RUN,
    LOOK,
    RENEW,
    UNSETTLED,
    WRITE,
    WRITE_AUDIT,
    WRITE_COUNTS,
    WRITE_NEW,
)
from agents.executions.tables import AUDIT, NEW_RUNS, NODES, RUNS
from audit.models import Entry
from kernel.postgresql.batch import Batch

# A block that hangs while its run is locked would hold everybody up: the server hangs up on us.
IDLE_LIMIT = "SET LOCAL idle_in_transaction_session_timeout TO '10s'"
# Losing a claim only means that it is made again.
NOT_DURABLE = "SET LOCAL synchronous_commit TO off"


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


def look(batch: Batch, run: UUID, found: Callable[[int], None]) -> None:
    """Add to the batch: lock a run, and read the number of its last event."""

    def read(rows: list[Any]) -> None:
        for (last_seq,) in rows:
            found(last_seq)

    batch.add(LOOK, [run], read)


def expect(batch: Batch, run: UUID, last_seq: int) -> None:
    """Add to the batch: lock a run; if this is not its last event any more, nothing is done.

    `refuses` tells that from other errors of the batch.
    """
    batch.add(EXPECT, [run, last_seq])


def refuses(error: DatabaseError) -> bool:
    """Return whether a batch failed because the run is not as was expected."""
    return CHANGED in str(error)


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
    only_counters: bool,
    opened: Iterable[NodeExecution],
    changed: Iterable[tuple[NodeExecution, bool]],
    emissions: Sequence[dict[str, Any]],
    events: Sequence[dict[str, Any]],
) -> None:
    """Add to the batch: write a run and rows of it. ``changed`` says which got other inputs, too.

    ``only_counters``: nothing else of the run changed.
    """
    for row, has_inputs in changed:
        change = NODES.change(row, without=None if has_inputs else "input_data")
        batch.add(CHANGE, [_text(change)])
    rows = [_text([NODES.document(row) for row in opened]), _text(emissions), _text(events)]
    if run._state.adding:
        batch.add(WRITE_NEW, [*rows, _text([NEW_RUNS.document(run)])])
    elif only_counters:
        batch.add(WRITE_COUNTS, [*rows, _text(RUNS.counts(run))])
    else:
        batch.add(WRITE, [*rows, _text(RUNS.change(run))])


def renew(
    batch: Batch, leases: Sequence[tuple[UUID, int]], until: datetime, found: Callable[[int], None]
) -> None:
    """Add to the batch: extend leases, each a (node execution, attempt), that are still held.

    Rows that a journal has locked are passed over: the next beat comes long before a lease ends.
    Tells how many were extended.
    """

    def read(rows: list[Any]) -> None:
        found(rows[0][0])

    nodes, attempts = [pk for pk, _ in leases], [attempt for _, attempt in leases]
    batch.add(RENEW, [nodes, attempts, until], read)


def audit(batch: Batch, line: Entry) -> None:
    """Add to the batch: write a line of the audit log."""
    batch.add(WRITE_AUDIT, [_text([AUDIT.document(line)])])


def _text(rows: Any) -> str:
    # Ids and moments become text in it; json took ten times as long, most of it for these. It
    # writes a NaN as null, but rows have no such numbers: values are texts of JSON already.
    return orjson.dumps(rows).decode()
