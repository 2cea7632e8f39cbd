"""What follows from a value or an end: deliveries, the end of the run, the bells.

The journal decides what happened; here it takes its effect, all under the run's lock. **Where a
node's output is delivered: `deliver`.**
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.timezone import now

from agents.engine import delivery
from agents.engine.graph import ERROR_PIN
from agents.engine.ids import NodeId
from agents.engine.outcome import Failure, final_status
from agents.engine.policy import Fault
from agents.engine.states import ExecutionStatus, NodeStatus
from agents.executions import retries, sealing
from agents.executions.ledger import DatabaseLedger, TooManyNodeExecutions
from agents.executions.models import NodeExecution
from blocks.sdk import BlockKind
from kernel.errors import TrellisError


def begin(ledger: DatabaseLedger, starts: Mapping[NodeId, dict[str, Any]]) -> None:
    """Make a run's starting nodes ready to be taken."""
    for node, data in starts.items():
        ledger.start(ledger.open(node), data)


def deliver(ledger: DatabaseLedger, execution: NodeExecution) -> None:
    """Deliver what may go out now: in the order in which the node's executions started."""
    if ledger.execution.is_cancelled:
        return
    node = NodeId(execution.node_id)
    try:
        for row in ledger.in_line(execution):
            for pin, value in ledger.undelivered(row):
                delivery.deliver(ledger.graph, ledger, node, pin, value)
            before = (row.delivered, row.settled)
            row.delivered, row.settled = row.emitted, row.state.is_final
            if (row.delivered, row.settled) != before:
                ledger.change(row)
            if not row.settled:
                break
    except TooManyNodeExecutions as error:
        abort(ledger, error)


def end(
    ledger: DatabaseLedger, execution: NodeExecution, status: NodeStatus, first: int | None = None
) -> None:
    """End a node execution, tell so, and deliver what its end lets through."""
    ledger.move(execution, status)
    execution.ended_at = now()
    ledger.leaves_reviews |= (execution.waits_for or {}).get("kind") == "review"
    execution.lease_until = execution.waits_for = execution.wake_at = None
    ledger.execution.unfinished -= 1
    kind = ledger.graph.nodes[NodeId(execution.node_id)].kind
    ledger.gave_output |= kind is BlockKind.OUTPUT
    if kind is BlockKind.AGENT and status is not NodeStatus.COMPLETED:
        ledger.orphaned.append(execution)
    ledger.change(execution)
    ledger.tell_node(execution, first=first)
    deliver(ledger, execution)


def fail(
    ledger: DatabaseLedger,
    execution: NodeExecution,
    fault: Fault,
    first: int | None = None,
    *,
    final: bool = False,
) -> None:
    """Fail a node execution; the message goes out on its ``error`` pin.

    A running one waits for another try instead, where its policy says so, unless this is ``final``.
    """
    first = execution.emitted if first is None else first
    if not final and retries.wait_for_next(ledger, execution, fault, first=first):
        deliver(ledger, execution)
        return
    execution.error = {"code": fault.code, "message": fault.message}
    ledger.execution.failed += 1
    ledger.emit(execution, [(ERROR_PIN, fault.message)])
    end(ledger, execution, NodeStatus.FAILED, first=first)


def abort(ledger: DatabaseLedger, error: TrellisError) -> None:
    """Fail the whole run: nothing more starts, what runs is asked to stop."""
    execution = ledger.execution
    execution.error = {"code": error.code, "message": sealing.said(execution, error)}
    execution.cancel_requested_at = now()
    ledger.queued.clear()
    ledger.flush()
    end_what_does_not_run(ledger)


def end_what_does_not_run(ledger: DatabaseLedger) -> None:
    """Terminate the node executions that no worker holds."""
    ledger.leaves_reviews = True
    for row in ledger.idle():
        end(ledger, row, NodeStatus.TERMINATED)


def close(ledger: DatabaseLedger) -> None:
    """End a run that has nothing left to do."""
    execution = ledger.execution
    unhandled = _unhandled(ledger) if execution.failed else []
    status = final_status(
        cancelled=execution.is_cancelled,
        error=execution.error["message"] if execution.error else None,
        unhandled=unhandled,
    )
    if status is ExecutionStatus.FAILED and execution.error is None:
        execution.error = _failure_report(ledger, unhandled)
    execution.status = status
    execution.ended_at = now()
    execution.started_at = execution.started_at or execution.ended_at
    ledger.tell_run()


def _unhandled(ledger: DatabaseLedger) -> list[Failure]:
    rows = ledger.execution.node_executions.filter(status=NodeStatus.FAILED).order_by("number")
    return [
        Failure(NodeId(row.node_id), row.error["code"], row.error["message"])
        for row in rows.only("node_id", "error")
        if not ledger.graph.handles_error(NodeId(row.node_id))
    ]


def _failure_report(ledger: DatabaseLedger, failures: Sequence[Failure]) -> dict[str, Any]:
    if ledger.execution.is_sealed:
        return dict(sealing.failure(one.code for one in failures))
    first = failures[0]
    more = f" ({len(failures) - 1} more failed.)" if len(failures) > 1 else ""
    return {
        "code": "node_failed",
        "message": f"{ledger.graph.nodes[first.node_id].title} failed: {first.message}{more}",
        "nodes": [
            {"node_id": one.node_id, "code": one.code, "message": one.message}
            for one in failures[:20]
        ],
    }
