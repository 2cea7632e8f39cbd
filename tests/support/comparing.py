"""What a run left in the database beside what the simulation says, in the same words."""

from collections.abc import Collection
from typing import Any

from agents.engine.graph import Graph
from agents.engine.ids import NodeId
from agents.engine.simulation import SimulatedNode, Simulation
from agents.executions.models import Execution, NodeExecution
from agents.executions.output import outputs
from kernel.jsontypes import dumps

Static = Collection[str]  # pins that static links feed
Told = tuple[str, str, dict[str, list[Any]]]  # a node execution's state, inputs and values


def run_as_recorded(execution: Execution, graph: Graph) -> dict[str, Any]:
    """Return all of a run that does not depend on who ran what when."""
    rows: dict[str, list[Told]] = {node: [] for node in graph.nodes}
    for row in execution.node_executions.order_by("number").prefetch_related("emissions"):
        rows[row.node_id].append(_recorded(row, _static_pins(graph, row.node_id)))
    return {
        "status": execution.status,
        "failed": {one["node_id"] for one in (execution.error or {}).get("nodes", [])},
        "outputs": outputs(execution),
        "nodes": rows,
    }


def run_as_simulated(run: Simulation) -> dict[str, Any]:
    """Return what `run_as_recorded` must return."""
    return {
        "status": run.status,
        "failed": {failure.node_id for failure in run.failures},
        "outputs": run.outputs,
        "nodes": {
            node: [_simulated(one, _static_pins(run.graph, node)) for one in run.of(node)]
            for node in run.graph.nodes
        },
    }


def _static_pins(graph: Graph, node: str) -> Static:
    return {link.sink_name for link in graph.into(NodeId(node)) if link.is_static}


def _recorded(row: NodeExecution, static: Static) -> Told:
    return (
        row.status,  # inputs are text, because their keys have an order
        dumps(_in_order(row.status, row.input_data, static)),
        _by_pin([one.pair for one in row.emissions.all()]),
    )


def _simulated(one: SimulatedNode, static: Static) -> Told:
    inputs = _in_order(one.status, one.input_data, static)
    return one.status, dumps(inputs), _by_pin(list(one.emissions))


def _in_order(status: str, data: dict[str, Any], static: Static) -> dict[str, Any]:
    """Return the inputs; of a node that waits for ever those that came, sorted.

    Whether it also remembers a static value depends on whether its last input came before or
    after an earlier execution of the node started. Nothing else depends on it: any further input
    would bring the static value along.
    """
    if status != "INCOMPLETE":
        return data
    return {pin: value for pin, value in sorted(data.items()) if pin not in static}


def _by_pin(pairs: list[tuple[Any, Any]]) -> dict[str, list[Any]]:
    """Return the values of each pin in order: a sub-agent's outputs have no order between pins."""
    found: dict[str, list[Any]] = {}
    for pin, value in pairs:
        found.setdefault(pin, []).append(
            "…" if pin == "error" and value.startswith("The agent ") else value
        )
    return found
