"""What a run gave: the values that reached its output blocks."""

from typing import Any

from django.db.models import QuerySet

from agents.engine.states import NodeStatus
from agents.executions.models import Emission, Event, Execution, NodeExecution
from blocks.sdk import BlockKind


def outputs(execution: Execution) -> dict[str, list[Any]]:
    """Return the run's outputs: for each name its values, in the order they arrived."""
    rows = NodeExecution.objects.filter(
        execution=execution, node_id__in=_output_nodes(execution), start_number__isnull=False
    )
    found: dict[str, list[Any]] = {}
    for data in rows.order_by("start_number").values_list("input_data", flat=True):
        found.setdefault(str(data.get("name")), []).append(data.get("value"))
    return found


def output_stream(execution: Execution) -> list[tuple[str, Any]]:
    """Return (name, value) for each value that left an output block, in the order it did.

    The stream only ever grows at its end; a parent run relies on that.
    """
    ended = [event.node_execution for event in _output_events(execution)]
    values: dict[Any, list[Any]] = {}
    emissions = Emission.objects.filter(node_execution__in=ended, pin="output")
    for emission in emissions.order_by("node_execution", "number"):
        values.setdefault(emission.node_execution_id, []).append(emission.value)
    return [
        (str(row.input_data.get("name")), value)
        for row in ended
        if row is not None
        for value in values.get(row.pk, ())
    ]


def output_count(execution: Execution) -> int:
    """Return how many output blocks have ended; the stream is longer when this is larger."""
    return _output_events(execution).count()


def _output_events(execution: Execution) -> QuerySet[Event]:
    return (
        Event.objects.filter(
            execution=execution,
            kind=Event.Kind.NODE,
            status=NodeStatus.COMPLETED,
            node_execution__node_id__in=_output_nodes(execution),
        )
        .select_related("node_execution")
        .order_by("seq")
    )


def _output_nodes(execution: Execution) -> list[str]:
    return [node.id for node in execution.graph_version.graph.of_kind(BlockKind.OUTPUT)]
