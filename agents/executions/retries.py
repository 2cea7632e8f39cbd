"""After a failed try of a node: another one, later, or none."""

import random
from datetime import timedelta

from django.conf import settings
from django.utils.timezone import now

from agents.engine.graph import Node
from agents.engine.ids import NodeId
from agents.engine.policy import Fault, NodePolicy, RetryPolicy, policy_of
from agents.engine.states import NodeStatus
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import EventWait, NodeExecution
from blocks.sdk import EventTimedOut


def policy_for(node: Node) -> NodePolicy:
    """Return what holds for the node on this instance."""
    limits = settings.EXECUTIONS
    retry = RetryPolicy(
        max_attempts=limits["tries"],
        initial_seconds=limits["retry_initial"].total_seconds(),
        max_seconds=limits["retry_max"].total_seconds(),
    )
    return policy_of(node, NodePolicy(retry, limits["node_timeout"].total_seconds()))


def wait_for_next(
    ledger: DatabaseLedger, execution: NodeExecution, fault: Fault, *, first: int
) -> bool:
    """Let a node execution whose try failed wait for the next one. False: there is none.

    What it emitted stays; the next try leaves out as many values. ``first`` is the number of the
    first value that watchers have not seen.
    """
    if ledger.execution.is_cancelled or execution.status != NodeStatus.RUNNING:
        return False
    policy = policy_for(ledger.graph.nodes[NodeId(execution.node_id)])
    seconds = policy.wait_before_next(fault, tries=execution.tries, random=random.random)
    if seconds is None:
        return False
    of = policy.retry.max_attempts
    execution.wake_at = now() + timedelta(seconds=seconds)
    if fault.code == EventTimedOut.code:
        EventWait.objects.wait_anew(execution, begun=execution.wake_at)
    execution.last_error = {"code": fault.code, "message": fault.message}
    execution.waits_for = {
        "kind": "retry",
        "attempt": execution.tries + 1,
        "of": of,
        "until": execution.wake_at.isoformat(),
        "error": execution.last_error,
    }
    note = f"Try {execution.tries} of {of} failed: {fault.message}"
    execution.tries += 1
    ledger.move(execution, NodeStatus.WAITING)
    execution.lease_until = None
    ledger.change(execution)
    ledger.tell_node(execution, first=first, note=note)
    return True
