"""Events as their watchers get them: one message for each row, values shortened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from agents.engine.ids import NodeId
from agents.engine.states import ExecutionStatus, NodeStatus
from agents.executions import charging, eventlog, masking, sealing
from agents.executions.eventlog import Recorded
from agents.executions.models import Event, Execution, NodeExecution
from agents.executions.output import outputs
from agents.executions.reasons import wait_of
from kernel.jsontypes import dumps

PAGE = 200
PREVIEW = 1000  # characters of a value that is too long to send

Message = dict[str, Any]


def messages_after(execution: Execution, seq: int, limit: int = PAGE) -> list[Message]:
    """Return the run's events after the number, oldest first, at most ``limit``.

    Each is ``{"seq", "type", "created", "data"}``. The data of a node event is the node execution
    with the values that this event adds; that of a graph event is the run. Values that retention
    removed are null. What came after the run's row was read is left for the next time: the event of
    the run's end tells what the row says.
    """
    return describe(execution, eventlog.after(execution, seq, limit))


def describe(execution: Execution, recorded: Iterable[Recorded]) -> list[Message]:
    """Return the messages for the events of one run, in their order."""
    return [
        {
            "seq": one.event.seq,
            "type": one.event.kind,
            "created": iso(one.event.created),
            "data": _graph_event(execution, one.event)
            if one.node_execution is None
            else _node_event(execution, one, one.node_execution),
        }
        for one in recorded
    ]


def run_summary(execution: Execution) -> dict[str, Any]:
    """Return the run without its values."""
    version = execution.graph_version
    return {
        "id": str(execution.pk),
        "user_id": str(execution.owner_id),
        "graph_id": str(version.agent_id),
        "graph_version": version.version,
        "graph_name": version.name,
        "of_draft": version.is_snapshot,
        "status": execution.status,
        "created_at": iso(execution.created),
        "started_at": iso(execution.started_at),
        "ended_at": iso(execution.ended_at),
        "payload_purged_at": iso(execution.payload_purged_at),
        "stats": statistics(execution),
        "error": execution.error,
    }


def statistics(execution: Execution) -> dict[str, Any]:
    """Return the run's figures; times in seconds, cost in cents."""
    duration = execution.duration
    return {
        "cost": charging.cents(execution),
        "duration": round(duration.total_seconds(), 3) if duration else 0,
        "node_exec_count": execution.started,
        "node_error_count": execution.failed,
        "error": execution.error["message"] if execution.error else None,
    }


def node_summary(execution: Execution, row: NodeExecution) -> dict[str, Any]:
    """Return a node execution without its values; see `preview` for those."""
    version = execution.graph_version
    if execution.is_sealed:
        return _sealed_summary(execution, row)
    node = version.graph.nodes.get(NodeId(row.node_id))
    return {
        "user_id": str(execution.owner_id),
        "graph_id": str(version.agent_id),
        "graph_version": version.version,
        "graph_exec_id": str(execution.pk),
        "node_exec_id": str(row.pk),
        "node_id": row.node_id,
        "node_title": node.title if node else "",
        "block_id": node.block_id if node else None,
        "status": row.status,
        "attempt": row.attempt,
        "tries": row.tries,
        "last_error": row.last_error,
        "add_time": iso(row.added_at),
        "queue_time": iso(row.queued_at),
        "start_time": iso(row.started_at),
        "end_time": iso(row.ended_at),
        "duration": duration(row),
        "error": row.error,
        "reused_from": str(row.reused_from) if row.reused_from else None,
        "pinned": node is not None and node.pinned is not None,
    }


def _sealed_summary(execution: Execution, row: NodeExecution) -> dict[str, Any]:
    """Return that a step of a hidden agent came to be in a state, with all other members empty."""
    version = execution.graph_version
    empty = ("block_id", "last_error", "error", "reused_from", "queue_time")
    return {
        "user_id": str(execution.owner_id),
        "graph_id": str(version.agent_id),
        "graph_version": version.version,
        "graph_exec_id": str(execution.pk),
        "node_exec_id": str(row.pk),
        "node_id": "",
        "node_title": sealing.STEP,
        "status": row.status,
        "attempt": row.attempt,
        "tries": row.tries,
        "add_time": iso(row.added_at),
        "start_time": iso(row.started_at),
        "end_time": iso(row.ended_at),
        "duration": duration(row),
        "pinned": False,
        **dict.fromkeys(empty),
    }


def duration(row: NodeExecution) -> float | None:
    """Return the seconds from a node execution's start to its end, waits included."""
    if row.started_at is None or row.ended_at is None:
        return None
    return round((row.ended_at - row.started_at).total_seconds(), 6)


def preview(value: Any, limit: int | None = None) -> Any:
    """Return the value, or where its JSON is longer than the limit, a note of what it was."""
    longest = limit or settings.EXECUTIONS["event_value_bytes"]
    text = dumps(value)
    if len(text) <= longest:
        return value
    start = value[:PREVIEW] if isinstance(value, str) else text[:PREVIEW]
    return {"truncated": True, "bytes": len(text), "start": start}


def preview_pins(pins: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of some pins, each shortened on its own."""
    return {pin: preview(value) for pin, value in pins.items()}


def _graph_event(execution: Execution, event: Event) -> dict[str, Any]:
    data = run_summary(execution) | {"status": event.status, "note": event.note}
    if ExecutionStatus(event.status).is_final:
        data["outputs"] = preview_pins(outputs(execution)) if execution.has_values else None
    else:
        data |= {"ended_at": None, "error": None}
    return data


def _node_event(execution: Execution, recorded: Recorded, row: NodeExecution) -> dict[str, Any]:
    event = recorded.event
    if execution.is_sealed:
        return _sealed_event(execution, event, row)
    output: dict[str, list[Any]] = defaultdict(list)
    graph = execution.graph_version.graph
    for pin, value in recorded.values:
        output[pin].append(preview(masking.emitted(graph, row.node_id, value)))
    inputs = masking.node_inputs(graph, row.node_id, row.input_data)
    data = node_summary(execution, row) | {
        "status": event.status,
        "input_data": preview_pins(inputs) if execution.has_values else None,
        "output_data": dict(output) if execution.has_values else None,
        "note": event.note,
        "child_exec_id": str(recorded.child) if recorded.child else None,
    }
    if not NodeStatus(event.status).is_final:
        data |= {"end_time": None, "duration": None, "error": None}
    if event.status == NodeStatus.WAITING:
        waits_for = row.waits_for or {}
        data |= {"waits_for": waits_for, "reason": wait_of(waits_for) if waits_for else ""}
    return data


def _sealed_event(execution: Execution, event: Event, row: NodeExecution) -> dict[str, Any]:
    data = _sealed_summary(execution, row) | {"status": event.status, "note": ""}
    data |= dict.fromkeys(("input_data", "output_data", "child_exec_id"))
    if not NodeStatus(event.status).is_final:
        data |= {"end_time": None, "duration": None}
    if event.status == NodeStatus.WAITING:
        data |= {"waits_for": {}, "reason": ""}
    return data


def iso(moment: Any) -> str | None:
    """Return the moment as JSON has it."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None
