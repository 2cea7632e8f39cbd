"""Nothing waits in silence: what each unfinished node execution of a run waits for."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now

from agents.engine import readiness
from agents.engine.ids import NodeId
from agents.engine.readiness import NotReady
from agents.engine.states import NodeStatus
from agents.executions import places
from agents.executions.models import Execution, NodeExecution

MOST = 200
VALUES_GONE = "an input did not fit; its value is gone"
PATIENCE = timedelta(seconds=5)  # a queued node is only worth a word after this long


def waiting(execution: Execution) -> list[dict[str, Any]]:
    """Return what the run's node executions wait for, at most 200 of them.

    Each is ``{"node_exec_id", "node_id", "node_title", "status", "pins", "reason"}``. In a run
    that has ended these are the node executions that never got all their inputs.
    """
    statuses = [NodeStatus.INCOMPLETE]
    if not execution.state.is_final:
        statuses += [NodeStatus.QUEUED, NodeStatus.RUNNING, NodeStatus.WAITING]
    rows = execution.node_executions.filter(status__in=statuses).order_by("number")
    found = (_describe(execution, row) for row in rows[:MOST])
    return [one for one in found if one is not None]


def _describe(execution: Execution, row: NodeExecution) -> dict[str, Any] | None:
    node = execution.graph_version.graph.nodes[NodeId(row.node_id)]
    pins: list[str] = []
    if row.status == NodeStatus.INCOMPLETE and not execution.has_values:
        missing = readiness.missing_pins(execution.graph_version.graph, node, row.arrived)
        pins, reason = [*missing], NotReady(missing).sentence() or VALUES_GONE
    elif row.status == NodeStatus.INCOMPLETE:
        verdict = readiness.check(execution.graph_version.graph, node, row.input_data)
        if not isinstance(verdict, NotReady):
            return None
        reason = verdict.sentence()
        pins = [*verdict.missing, *(pin for pin in dict(verdict.problems) if pin)]
    else:
        reason = _reason(row, now())
    if not reason:
        return None
    return {
        "node_exec_id": str(row.pk),
        "node_id": row.node_id,
        "node_title": node.title,
        "status": row.status,
        "pins": pins,
        "reason": f"{node.title}: {reason}",
    }


def _reason(row: NodeExecution, present: datetime) -> str:
    if row.status == NodeStatus.QUEUED and row.queued_at and present - row.queued_at > PATIENCE:
        return (
            f"no worker on the queue {row.queue!r} has taken it since {row.queued_at:%H:%M:%S} UTC"
        )
    if row.status == NodeStatus.RUNNING and row.lease_until and row.lease_until < present:
        return (
            f"its worker {row.worker!r} was last heard from before {row.lease_until:%H:%M:%S} UTC; "
            "the sweep takes it over"
        )
    if row.status == NodeStatus.WAITING:
        return wait_of(row.waits_for or {})
    return ""


def wait_of(waits_for: Mapping[str, Any]) -> str:
    """Return in words what a suspended block waits for."""
    if waits_for.get("kind") == "time":
        return f"sleeps until {_moment(waits_for['until'])}"
    if waits_for.get("kind") == "agent":
        return f"waits for the run {waits_for['execution']} of its agent"
    if waits_for.get("kind") == "review":
        by, since = waits_for["by"], _moment(waits_for["since"])
        return f"waits for a review of {waits_for['name']!r} by {by} since {since}"
    if waits_for.get("kind") == "event":
        end = f", until {_moment(waits_for['until'])} at the latest" if waits_for["until"] else ""
        return f"waits for the event {waits_for['name']!r} since {_moment(waits_for['since'])}{end}"
    if waits_for.get("kind") == "limit":
        return places.words(waits_for)
    return f"waits for {waits_for.get('kind', 'something unknown')}"


def _moment(text: str) -> str:
    return f"{text[:19].replace('T', ' ')} UTC"
