"""Circles of nodes from which nothing leads out: a run that enters one goes on until a limit ends it.

Circles are how agents repeat, so a circle is no fault. One can end where a node in it has an output that
is not part of the circle: then it may choose that one. Where each node gives only what goes on around,
nothing can.
"""

from collections.abc import Iterator

from agents.engine import pins
from agents.engine.graph import ERROR_PIN, Graph, Node
from agents.engine.ids import NodeId


def endless(graph: Graph) -> Iterator[list[Node]]:
    """Yield the circles that nothing ends, each as its nodes, in the graph's order."""
    for members in _circles(graph):
        if not any(_can_end(graph, id, members) for id in members):
            yield [node for id, node in graph.nodes.items() if id in members]


def _can_end(graph: Graph, id: NodeId, members: frozenset[NodeId]) -> bool:
    """Return whether the node has outputs other than those that go on around, and errors."""
    node = graph.nodes[id]
    around = {pins.base(link.source_name) for link in graph.out_of(id) if link.sink_id in members}
    if node.block is None:
        return True  # nobody knows
    known = {str(pin) for pin in node.block.outputs.pins()} - {str(ERROR_PIN)}
    return not known or not known <= {str(pin) for pin in around}


def _circles(graph: Graph) -> list[frozenset[NodeId]]:
    """Return the strongly connected parts that have a circle (Kosaraju, without recursion)."""
    order: list[NodeId] = []
    seen: set[NodeId] = set()
    for start in graph.nodes:
        stack = [(start, False)]
        while stack:
            id, is_done = stack.pop()
            if is_done:
                order.append(id)
            elif id not in seen:
                seen.add(id)
                stack.append((id, True))
                stack += [(link.sink_id, False) for link in graph.out_of(id)]
    found: list[frozenset[NodeId]] = []
    placed: set[NodeId] = set()
    for start in reversed(order):
        members = _backwards(graph, start, placed)
        if len(members) > 1 or any(link.sink_id == start for link in graph.out_of(start)):
            found.append(frozenset(members))
    return found


def _backwards(graph: Graph, start: NodeId, placed: set[NodeId]) -> set[NodeId]:
    members: set[NodeId] = set()
    edge = [start]
    while edge:
        id = edge.pop()
        if id not in placed:
            placed.add(id)
            members.add(id)
            edge += [link.source_id for link in graph.into(id)]
    return members
