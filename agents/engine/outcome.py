"""How a run begins and how it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.engine import readiness
from agents.engine.graph import Graph, Node
from agents.engine.ids import NodeId
from agents.engine.readiness import NotReady, Ready
from agents.engine.states import ExecutionStatus
from blocks.sdk import BlockKind
from kernel.errors import Detail


@dataclass(frozen=True)
class Failure:
    """A node execution that failed: which node, the stable code and the sentence."""

    node_id: NodeId
    code: str
    message: str


def starting_data(
    graph: Graph, inputs: Mapping[str, Any], masks: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[dict[NodeId, dict[str, Any]], list[Detail]]:
    """Return what each starting node begins with, and all problems that forbid the start."""
    data: dict[NodeId, dict[str, Any]] = {}
    problems: list[Detail] = []
    for node in graph.starting_nodes:
        given = {**_given(node, inputs), **(masks or {}).get(node.id, {})}
        verdict = readiness.fit(node, given)
        if isinstance(verdict, Ready):
            data[node.id] = verdict.data
        else:
            problems += _problems(node, verdict)
    return data, problems


def _given(node: Node, inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = node.input_default.get("name")
    if node.kind is BlockKind.INPUT and isinstance(name, str) and name in inputs:
        return {"value": inputs[name]}
    return {}


def _problems(node: Node, verdict: NotReady) -> list[Detail]:
    name = node.input_default.get("name")
    where = f"inputs.{name}" if node.kind is BlockKind.INPUT else None
    return [
        Detail("invalid_input", f"`{pin}` of {node.title}: {text}", where, node.id, pin or None)
        for pin, text in dict(verdict.problems).items()
    ]


def final_status(
    *, cancelled: bool, error: str | None, unhandled: Sequence[Failure]
) -> ExecutionStatus:
    """Return how a run with nothing left to do ends: an error that nobody handles fails it."""
    if error is not None:
        return ExecutionStatus.FAILED
    if cancelled:
        return ExecutionStatus.TERMINATED
    return ExecutionStatus.FAILED if unhandled else ExecutionStatus.COMPLETED
