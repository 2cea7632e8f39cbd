"""What people read of a run's values: secrets are masked, on pages, in the API and in events.

A value is masked where its author said that it is a secret: an agent's input that is marked so, what
that input's node gives, the pins of other nodes that it is linked to, and pins that a block marks. What
a node or a run was given is masked, too, where the name says that it is a secret (`redaction`), at any
depth. Blocks get the values as they are, and so do retries and replays. What an agent gives as an
output is shown: that it does so is its author's will.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from agents.engine.graph import Graph, Node
from agents.engine.ids import NodeId
from agents.executions.secrecy import secret_inputs, secret_pins
from blocks.sdk import BlockKind, BlockSpec
from telemetry.redaction import MARK, is_secret

VALUE = "value"  # the pin of an input's node that has what the run was given


def run_inputs(graph: Graph | None, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a run was given, as people may read it; where no graph says more, by names alone."""
    return _masked(inputs, secret_inputs(graph) if graph else frozenset())


def node_inputs(graph: Graph, node_id: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a node was given, as people may read it."""
    node = graph.nodes.get(NodeId(node_id))
    if node is None:
        return _masked(inputs, frozenset())
    if node.kind is BlockKind.OUTPUT:
        return dict(inputs)
    return _masked(inputs, _marked_pins(node.block) | _fed_with_secrets(graph, node, inputs))


def gives_secrets(graph: Graph, node_id: str) -> bool:
    """Return whether nobody may read what the node emits: it is an input that is marked."""
    node = graph.nodes.get(NodeId(node_id))
    return node is not None and _is_secret_input(node)


def emitted(graph: Graph, node_id: str, value: Any) -> Any:
    """Return what a node emitted, as people may read it."""
    return MARK if gives_secrets(graph, node_id) else value


@cache
def _marked_pins(block: BlockSpec | None) -> frozenset[str]:
    return secret_pins(block)


def _fed_with_secrets(graph: Graph, node: Node, inputs: Mapping[str, Any]) -> frozenset[str]:
    """Return the node's pins that have a secret: its own value, or links from a marked input."""
    if _is_secret_input(node):
        return frozenset({VALUE})
    ends = {
        link.sink_name
        for link in graph.into(node.id)
        if _is_secret_input(graph.nodes[link.source_id])
    }
    # A link may end within a pin: `headers_#_Authorization` is a member of `headers`.
    return frozenset(
        pin for pin in inputs for end in ends if end == pin or end.startswith(f"{pin}_")
    )


def _is_secret_input(node: Node) -> bool:
    return node.kind is BlockKind.INPUT and node.input_default.get("secret") is True


def _masked(values: Mapping[str, Any], marked: frozenset[str]) -> dict[str, Any]:
    return {
        name: MARK if value not in (None, "") and name in marked else _by_name(name, value)
        for name, value in values.items()
    }


def _by_name(name: str, value: Any) -> Any:
    """Return the value without what its name, or a name within, says to be a secret."""
    if value not in (None, "") and is_secret(name, value):
        return MARK
    if isinstance(value, dict):
        return {key: _by_name(key, child) for key, child in value.items()}
    return [_by_name("", child) for child in value] if isinstance(value, list) else value
