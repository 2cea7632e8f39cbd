"""Which node of one version of a graph is which node of another?

A version that is saved gives its nodes new ids, so nodes are recognised by what they are: their
block, their constants and pinned outputs, and the pins and blocks that they are linked from. Among nodes that are
alike in all that, the first is the first and the second the second.
"""

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from typing import Any

from agents.engine.graph import Graph, Node
from agents.engine.ids import NodeId
from kernel.jsontypes import dumps

TOOL_PIN = "tools_^_"


def counterparts(new: Graph, old: Graph) -> Mapping[NodeId, NodeId]:
    """Return for each node of the new graph that the old one has too: its id there."""
    alike: dict[Any, deque[NodeId]] = defaultdict(deque)
    kept: dict[NodeId, NodeId] = {}
    for node in old.nodes.values():
        same = new.nodes.get(node.id)
        if same is not None and definition(new, same) == definition(old, node):
            kept[node.id] = node.id
        else:
            alike[definition(old, node)].append(node.id)
    for node in new.nodes.values():
        others = alike.get(definition(new, node))
        if node.id not in kept and others:
            kept[node.id] = others.popleft()
    return kept


def definition(graph: Graph, node: Node) -> Any:
    """Return what a node is, whatever the ids in its version; equal for nodes that are alike."""
    return (
        node.block_id,
        dumps(dict(sorted(node.input_default.items()))),
        node.pinned and dumps(node.pinned),
        tuple(_links(graph, node)),
    )


def _links(graph: Graph, node: Node) -> Iterator[Any]:
    yield from sorted(
        (
            graph.nodes[link.source_id].block_id,
            _without_ids(link.source_name),
            link.sink_name,
            link.is_static,
        )
        for link in graph.into(node.id)
    )


def _without_ids(pin: str) -> str:
    """Return the name of an output pin; that of a tool names a node, which is left out."""
    return f"{TOOL_PIN}{pin.partition('_~_')[2]}" if pin.startswith(TOOL_PIN) else pin
