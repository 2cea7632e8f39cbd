"""What a run gave: the values that reached its output blocks."""

import math
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from agents.engine.states import FINAL_NODES, FINAL_RUNS, NodeStatus
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
    """Return (name, value) for each value that left an output block.

    Values of one block are in the order in which its executions started, like all that leaves a
    node; those of different blocks in the order in which they became available. The stream only
    ever grows at its end; a parent run relies on both.
    """
    rows = _available(execution)
    values: dict[Any, list[Any]] = {}
    emissions = Emission.objects.filter(node_execution__in=rows, pin="output")
    for emission in emissions.order_by("node_execution", "number"):
        values.setdefault(emission.node_execution_id, []).append(emission.value)
    return [
        (str(row.input_data.get("name")), value)
        for row in rows
        if row.status == NodeStatus.COMPLETED
        for value in values.get(row.pk, ())
    ]


def output_count(execution: Execution) -> int:
    """Return how many output blocks have ended; the stream can only be longer if this is larger."""
    return _ends(execution).count()


def _available(execution: Execution) -> list[NodeExecution]:
    """Return the ended executions of output blocks that no earlier one of their block holds up.

    Each became available with its own end or, where that was later, with the end of an earlier
    one: they are in the order of these events. A run that was retried has ended several times:
    what was available at one end keeps its place, whatever is run again afterwards.
    """
    ends = list(_ends(execution).order_by("seq").values_list("node_execution", "seq"))
    rows = list(  # read after the ends
        NodeExecution.objects.filter(
            execution=execution, node_id__in=_output_nodes(execution), start_number__isnull=False
        ).order_by("start_number")
    )
    found: dict[UUID, NodeExecution] = {}
    for until in _lives(execution):
        in_order = _available_in(rows, {pk: seq for pk, seq in ends if seq < until})
        later = {pk for pk, seq in ends if seq >= until}  # which were run again
        found |= {row.pk: row for row in in_order if row.pk not in found and row.pk not in later}
    return list(found.values())


def _available_in(rows: Sequence[NodeExecution], ends: Mapping[UUID, int]) -> list[NodeExecution]:
    """Return the rows available after these ends, in the order in which they became so."""
    since: dict[str, int | None] = {}
    found: list[tuple[int, NodeExecution]] = []
    for row in rows:
        before, end = since.get(row.node_id, 0), ends.get(row.pk)
        since[row.node_id] = None if before is None or end is None else max(before, end)
        if (available := since[row.node_id]) is not None:
            found.append((available, row))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def _lives(execution: Execution) -> list[float]:
    """Return the number of each event with which the run ended and was retried, then infinity."""
    ended = Event.objects.filter(
        execution=execution, kind=Event.Kind.GRAPH, status__in=FINAL_RUNS
    ).order_by("seq")
    return [*ended.values_list("seq", flat=True), math.inf]


def _ends(execution: Execution) -> QuerySet[Event]:
    """Return the events of output blocks that ended."""
    return Event.objects.filter(
        execution=execution,
        kind=Event.Kind.NODE,
        status__in=FINAL_NODES,
        node_execution__node_id__in=_output_nodes(execution),
    )


def _output_nodes(execution: Execution) -> list[str]:
    return [node.id for node in execution.graph_version.graph.of_kind(BlockKind.OUTPUT)]
