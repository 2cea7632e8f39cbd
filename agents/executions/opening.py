"""Open runs: lock them, and read with the lock what a decision will want to know."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from uuid import UUID

from django.conf import settings

from agents.engine.states import NodeStatus
from agents.executions import statements
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import Execution, NodeExecution
from agents.executions.shelf import shelf
from agents.graphs.models import GraphVersion
from kernel.postgresql.batch import Batch

# Unsettled node executions of a run that are read with its lock: the local lane needs all of them,
# a single step only a few.
MOST_KNOWN, FEW = 32, 8
MOST_REREAD = 2000  # that the local lane reads, for the many node executions that it goes on with


def open_row(pk: UUID, *statuses: NodeStatus) -> tuple[DatabaseLedger, NodeExecution] | None:
    """Lock the run of a node execution that is in one of these states; None where it is not."""
    ledger, rows = open_rows([pk], statuses)
    return None if ledger is None else (ledger, rows[pk])


def open_rows(
    pks: Sequence[UUID],
    statuses: Collection[NodeStatus],
    run: UUID | None = None,
    *,
    may_trust: bool = False,
) -> tuple[DatabaseLedger | None, dict[UUID, NodeExecution]]:
    """Lock a run and those of its node executions that are in one of these states.

    Returns the run's ledger and these rows, by id. None: there are none. Who knows the ``run``
    says so. Who ``may_trust`` what this process kept of it gets that, and no lock: the ledger's
    first write takes it, or raises RunChanged.
    """
    kept = shelf.take(run) if run is not None else None
    if kept is not None and may_trust and shelf.pays:
        found = [row for pk in pks if (row := kept.known(pk)) and row.status in statuses]
        if len(found) == len(pks):
            kept.expects = kept.execution.last_seq
            return kept, {row.pk: row for row in found}
    may_run = NodeStatus.QUEUED in statuses  # a block, under the lock
    ledger, rows = _read_rows(pks, statuses, may_run=may_run)
    if kept is not None and ledger is not None and _are_alike(ledger, kept):
        shelf.trust()
    return ledger, rows


def _read_rows(
    pks: Sequence[UUID], statuses: Collection[NodeStatus], *, may_run: bool
) -> tuple[DatabaseLedger | None, dict[UUID, NodeExecution]]:
    batch = Batch()
    if may_run:
        batch.say(statements.IDLE_LIMIT)
    locked = statements.lock(batch, pks, statuses)
    most = MOST_KNOWN if settings.EXECUTIONS["local_lane"] else FEW
    beside = statements.beside(batch, pks, most)
    batch.run()
    execution = locked.execution
    if execution is None:
        return None, {}
    execution.graph_version = _version(execution.graph_version_id)
    ledger = DatabaseLedger(execution, execution.graph_version.graph)
    ledger.load(locked.rows, beside)
    return ledger, {row.pk: row for row in locked.rows}


def reopen(ledger: DatabaseLedger) -> DatabaseLedger | None:
    """Lock a run again and return its ledger: the same one where nobody changed the run meanwhile.

    None: it was changed, and too much is going on in it to read it all again.
    """
    if _lock_unchanged(ledger):
        return ledger
    execution = _read(ledger.execution.pk)
    if execution is None:
        return None
    execution.graph_version = ledger.execution.graph_version
    fresh = DatabaseLedger(execution, ledger.graph)
    again = Batch()
    statements.unsettled(again, execution.pk, MOST_REREAD, fresh.load_all)
    again.run()
    return fresh if fresh.knows_all else None


def _are_alike(ledger: DatabaseLedger, kept: DatabaseLedger) -> bool:
    return ledger.execution.last_seq == kept.execution.last_seq


def _lock_unchanged(ledger: DatabaseLedger) -> bool:
    """Lock a run; return whether nothing changed in it since its ledger was committed."""
    found: list[int] = []
    batch = Batch()
    batch.say(statements.IDLE_LIMIT)
    statements.look(batch, ledger.execution.pk, found.append)
    batch.run()
    return found == [ledger.execution.last_seq]


def _read(run: UUID) -> Execution | None:
    """Return a run that is locked, as it is now; None where it is gone."""
    found: list[Execution] = []
    batch = Batch()
    statements.lock_run(batch, run, found.append)
    batch.run()
    return found[0] if found else None


@lru_cache(maxsize=256)
def _version(pk: UUID) -> GraphVersion:
    """Return a version, which never changes, without its document."""
    return GraphVersion.with_snapshots.defer("document").get(pk=pk)
