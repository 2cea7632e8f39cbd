"""What of a run is marked as secret: inputs that its author marked, pins that a block marks."""

from collections.abc import Iterator, Mapping
from typing import Any

from agents.engine.graph import Graph, Node
from agents.executions.models import Execution, NodeExecution
from blocks.sdk import BlockKind, BlockSpec


def secret_values(execution: Execution, node: Node, row: NodeExecution) -> Iterator[str]:
    """Yield the secret texts that a node execution may know: of its run, and of its own pins."""
    names = secret_inputs(execution.graph_version.graph)
    if names:
        for name, value in execution.inputs.items():
            if name in names:
                yield from _texts(value)
    for pin in secret_pins(node.block):
        yield from _texts(row.input_data.get(pin))


def secret_inputs(graph: Graph) -> frozenset[str]:
    """Return the names of the agent's inputs that are marked as secret."""
    return frozenset(
        str(node.input_default.get("name"))
        for node in graph.of_kind(BlockKind.INPUT)
        if node.input_default.get("secret") is True
    )


def secret_pins(block: BlockSpec | None) -> frozenset[str]:
    """Return the input pins that the block marks as secret."""
    if block is None:
        return frozenset()
    properties = block.inputs.json_schema().get("properties", {})
    return frozenset(name for name, part in properties.items() if part.get("secret") is True)


def _texts(value: Any) -> Iterator[str]:
    """Yield each text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
