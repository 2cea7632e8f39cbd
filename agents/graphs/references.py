"""Which other agents a graph runs."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from agents.engine.graph import Graph, Node
from blocks.sdk import BlockKind, registry

LAST_VERSION = 2_147_483_647
"""The greatest number that a version's column holds."""


class Reference(NamedTuple):
    """One version of an agent, as a node names it."""

    agent_id: UUID
    version: int


def references(graph: Graph) -> Iterator[tuple[Node, Reference | None]]:
    """Yield each node that runs an agent, with the version it names; None where it names none."""
    for node in graph.of_kind(BlockKind.AGENT):
        yield node, reference_of(node.input_default)


def mentions(graph: Graph) -> Iterator[Reference]:
    """Yield the versions of agents that the graph names, also those of disabled nodes."""
    disabled = (node for node in graph.disabled if node.kind is BlockKind.AGENT)
    for node in (*graph.of_kind(BlockKind.AGENT), *disabled):
        reference = reference_of(node.input_default)
        if reference is not None:
            yield reference


def reference_of(values: Mapping[str, Any]) -> Reference | None:
    """Return the version of an agent that the values of a node name, if they do."""
    version = version_number(values.get("graph_version"))
    try:
        agent_id = UUID(values["graph_id"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    return Reference(agent_id, version) if version else None


def version_number(value: Any) -> int | None:
    """Return the version number that a whole number, or its text, is."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 11:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LAST_VERSION:
        return value
    return None


def runs_an_agent(block_id: str) -> bool:
    """Return whether nodes with this block run an agent."""
    spec = registry.find(block_id)
    return spec is not None and spec.kind is BlockKind.AGENT
