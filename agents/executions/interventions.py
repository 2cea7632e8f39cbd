"""What an operator can do about a run that is stuck: requeue it, or fail it with a reason.

Each looks under the run's lock at what the row is now, whatever a page showed, and returns a
sentence that says what happened. Whoever held a node execution before loses it: its fencing token
goes up. (To cancel a run: `services.stop_execution`.)
"""

from uuid import UUID

from django.utils.timezone import now

from agents.engine.errors import Interrupted
from agents.engine.ids import NodeId
from agents.engine.policy import Fault
from agents.engine.states import OPEN, NodeStatus
from agents.executions import auditing, journal, settlement
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import Execution, NodeExecution
from audit.actions import Action

FAILED_BY_OPERATOR = "failed_by_operator"


def requeue(pk: UUID) -> str:
    """Send, wake or take over one node execution; return what was done.

    One that runs is taken from its worker: it runs again if that is harmless, and fails with
    `interrupted` where it may have acted on the world.
    """
    with journal.opened(_run_of(pk)) as ledger:
        [row] = ledger.read(NodeExecution.objects.filter(pk=pk))
        done = _requeue(ledger, row)
        ledger.audited = auditing.line(
            Action.RUN_REQUEUED, ledger.execution, node_exec_id=str(pk), done=done
        )
        return done


def requeue_run(pk: UUID) -> str:
    """Send again and wake what is stuck in a run; return what was done.

    What a worker runs and renews its lease for stays with it; what is overdue is taken over.
    """
    with journal.opened(pk) as ledger:
        rows = ledger.execution.node_executions.filter(status__in=OPEN).order_by("number")
        moved = [
            _requeue(ledger, row)
            for row in ledger.read(rows)
            if row.status != NodeStatus.RUNNING or (row.lease_until and row.lease_until < now())
        ]
        ledger.audited = auditing.line(
            Action.RUN_REQUEUED, ledger.execution, node_executions=len(moved)
        )
    return f"Node executions that were sent, woken or taken over: {len(moved)}."


def fail(pk: UUID, reason: str) -> str:
    """Fail one node execution; the reason goes out on its ``error`` pin. Return what was done."""
    with journal.opened(_run_of(pk)) as ledger:
        [row] = ledger.read(NodeExecution.objects.filter(pk=pk))
        if row.state not in OPEN:
            return _nothing(row)
        row.attempt += 1
        settlement.fail(ledger, row, Fault(FAILED_BY_OPERATOR, reason), final=True)
        ledger.audited = auditing.line(
            Action.RUN_FAILED, ledger.execution, node_exec_id=str(pk), reason=reason
        )
    return "It has failed with the reason."


def fail_run(pk: UUID, reason: str) -> str:
    """Fail a run: nothing more starts, what runs is asked to stop. Return what was done."""
    with journal.opened(pk) as ledger:
        execution = ledger.execution
        if execution.state.is_final:
            return f"It was {execution.status} already."
        execution.error = {"code": FAILED_BY_OPERATOR, "message": reason}
        execution.cancel_requested_at = execution.cancel_requested_at or now()
        ledger.tell_run("failing")
        settlement.end_what_does_not_run(ledger)
        ledger.audited = auditing.line(Action.RUN_FAILED, execution, reason=reason)
    for child in Execution.objects.descendants(pk):
        journal.stop(child)
    still = NodeExecution.objects.filter(execution=pk, status=NodeStatus.RUNNING).count()
    return f"It fails once {still} running blocks have stopped." if still else "It has failed."


def _requeue(ledger: DatabaseLedger, row: NodeExecution) -> str:
    if row.status == NodeStatus.QUEUED:
        ledger.send_again(row)
        return f"It was sent to the queue {row.queue!r} again."
    if row.status == NodeStatus.WAITING:
        ledger.enqueue(row)
        return "It was woken; if what it waits for has not come, it waits again."
    if row.status == NodeStatus.RUNNING:
        return _take_from_worker(ledger, row)
    return _nothing(row)


def _take_from_worker(ledger: DatabaseLedger, row: NodeExecution) -> str:
    row.attempt += 1  # the worker's token is worth nothing from here on
    if ledger.execution.is_cancelled:
        settlement.end(ledger, row, NodeStatus.TERMINATED)
        return "It was ended, since its run is being stopped."
    block = ledger.graph.nodes[NodeId(row.node_id)].block
    if block is not None and block.effect == "external":
        message = (
            f"An operator took it from the worker {row.worker!r}. It may have acted on the world "
            "already, so it was not run again. Check, then retry the run."
        )
        settlement.fail(ledger, row, Fault(Interrupted.code, message), final=True)
        return "It was taken from its worker and failed: it may have acted on the world."
    worker = row.worker
    ledger.enqueue(row)
    return f"It was taken from the worker {worker!r} and queued again."


def _run_of(pk: UUID) -> UUID:
    return NodeExecution.objects.values_list("execution_id", flat=True).get(pk=pk)


def _nothing(row: NodeExecution) -> str:
    if row.state is NodeStatus.INCOMPLETE:
        return "Nothing was done: it waits for inputs."
    return f"Nothing was done: it was {row.status} already."
