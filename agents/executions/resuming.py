"""Retry: a run that failed or was stopped goes on where it broke off, as the same run.

What broke off is every node execution that failed with an error that no link handles, and every
one that was stopped. Each is queued again with a higher fencing token, and the block runs from its
beginning: the values that it recorded before are kept and left out of the second run by their
numbers, as after a lost worker. Only the ``error`` value of a failure is taken back, which nobody
got. What stands in the record but was held back by the stop is delivered now, in the order of
starts. Results of a node that were delivered meanwhile stay where they went: those of a retried
execution come after them.

A node that runs an agent goes on with that agent's run: the run is retried first, to any depth, in
the same transaction, locked from the top down as everywhere.
"""

from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.timezone import now

from agents.engine.graph import ERROR_PIN
from agents.engine.ids import NodeId
from agents.engine.states import ExecutionStatus, NodeStatus
from agents.executions import announcing, auditing, journal, settlement, storage
from agents.executions.ledger import DatabaseLedger, TooManyNodeExecutions
from agents.executions.models import Emission, Event, EventWait, Execution, NodeExecution
from agents.executions.payloads import require_payload
from audit.actions import Action
from blocks.sdk import EventTimedOut
from kernel.errors import Conflict

RUN_LIMITS = frozenset({TooManyNodeExecutions.code})  # a retry would only meet them again


class NotRetryable(Conflict):
    """Only a run that failed or was stopped can be retried."""

    code = "not_retryable"


class RetryTheRunAbove(Conflict):
    """This run belongs to another one; retry that one."""

    code = "retry_the_run_above"


class RunLimitReached(Conflict):
    """The run ended at a limit that a retry would meet again."""

    code = "run_limit_reached"


class StillStopping(Conflict):
    """A part of the run is still stopping."""

    code = "still_stopping"


def retry(pk: UUID) -> int:
    """Let a run go on from what failed or was stopped; return how many node executions run again.

    Raises NotRetryable, RetryTheRunAbove, RunLimitReached, StillStopping, PayloadPurged or
    StorageFull; then nothing changed. Of two retries at once, the second finds the run live.
    """
    return _revive(pk, parent=None)


def _revive(pk: UUID, *, parent: UUID | None) -> int:
    with journal.opened(pk) as ledger:
        if parent is not None and ledger.execution.state is ExecutionStatus.COMPLETED:
            return 0  # only the node that ran it failed
        _check(ledger.execution, parent)
        storage.refuse_if_full(ledger.execution.owner_id)
        storage.measure_again(pk)
        announcing.announce_again(pk)
        broken = ledger.read(_broken_off(ledger))
        children = Execution.objects.filter(parent__in=[row.pk for row in broken]).order_by("pk")
        revived = sum(
            _revive(child, parent=above) for child, above in children.values_list("pk", "parent_id")
        )
        if parent is None:
            ledger.audited = auditing.line(
                Action.RUN_RETRIED, ledger.execution, node_executions=len(broken) + revived
            )
        _begin_again(ledger, len(broken))
        _take_back_errors(broken)
        for row in broken:
            _queue_again(ledger, row)
        ledger.flush()  # whose turn it is to deliver is read from the database
        _deliver_what_was_held_back(ledger)
    return revived + len(broken)


def _check(execution: Execution, parent: UUID | None) -> None:
    if execution.parent_id != parent:
        raise RetryTheRunAbove(
            f"Another run started this one. Retry the run above: {execution.root_id}"
        )
    if not execution.state.is_final:
        if parent is not None:
            raise StillStopping(
                f"The run {execution.pk} that this one started is still stopping. "
                "Try again when it has ended."
            )
        raise NotRetryable("The run has not ended, so there is nothing to retry.")
    if execution.admitted_at is None:
        raise NotRetryable("The run was stopped before it began. Start it anew.")
    if execution.state is ExecutionStatus.COMPLETED:
        raise NotRetryable("The run completed, so there is nothing to retry. Replay it instead.")
    require_payload(execution)
    if (execution.error or {}).get("code") in RUN_LIMITS:
        raise RunLimitReached(
            f"The run {execution.pk} ended at a limit, which a retry would meet again: "
            f"{execution.error['message']}"
        )


def _broken_off(ledger: DatabaseLedger) -> list[NodeExecution]:
    rows = NodeExecution.objects.filter(
        execution=ledger.execution, status__in=[NodeStatus.FAILED, NodeStatus.TERMINATED]
    )
    return [
        row
        for row in rows.order_by("start_number")
        if row.status == NodeStatus.TERMINATED
        or not ledger.graph.handles_error(NodeId(row.node_id))
    ]


def _begin_again(ledger: DatabaseLedger, number: int) -> None:
    """Open the run again, and tell so with what it ended with."""
    execution = ledger.execution
    ended = execution.error["message"] if execution.error else "It was stopped."
    execution.status = ExecutionStatus.RUNNING
    execution.ended_at = execution.cancel_requested_at = execution.error = None
    execution.deadline_at = now() + settings.EXECUTIONS["deadline"]
    ledger.tell_run(f"Retried; node executions that run again: {number}. Before: {ended}")


def _take_back_errors(broken: list[NodeExecution]) -> None:
    """Remove the ``error`` value with which each failure ended, from its event too."""
    failed = [row for row in broken if row.status == NodeStatus.FAILED]
    last = Emission.objects.filter(
        node_execution__in=failed, pin=ERROR_PIN, number=F("node_execution__emitted") - 1
    )
    ended = Event.objects.filter(
        execution__in={row.execution_id for row in failed},
        node_execution__in=failed,
        status=NodeStatus.FAILED,
        last=F("node_execution__emitted"),
        first__lt=F("last"),
    )
    ended.update(last=F("last") - 1)
    last.delete()
    for row in failed:
        row.emitted -= 1
        row.delivered = min(row.delivered, row.emitted)


def _queue_again(ledger: DatabaseLedger, row: NodeExecution) -> None:
    if row.status == NodeStatus.FAILED:
        ledger.execution.failed -= 1
        if row.error and row.error["code"] == EventTimedOut.code:
            EventWait.objects.wait_anew(row, begun=now())
    ledger.execution.unfinished += 1
    row.attempt += 1  # whoever still holds it may write nothing
    row.losses = 0
    row.tries = 1
    row.worker = ""
    row.settled = False
    row.error = row.started_at = row.ended_at = None
    ledger.enqueue(row)


def _deliver_what_was_held_back(ledger: DatabaseLedger) -> None:
    """Deliver for each node what the stop held back, as far as what runs again lets it."""
    rows = NodeExecution.objects.filter(
        execution=ledger.execution, settled=False, start_number__isnull=False
    )
    for row in ledger.read(rows.order_by("node_id", "start_number").distinct("node_id")):
        settlement.deliver(ledger, row)
