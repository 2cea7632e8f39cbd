"""Which agents a graph runs, and which those run: one walk for everybody who has to know."""

from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.conf import settings

from agents.engine.graph import Graph, Node
from agents.engine.ids import NodeId
from agents.graphs.models import GraphVersion
from agents.graphs.references import Reference, references

# Graphs never change: each is looked at once for all its starts.
_named: WeakKeyDictionary[Graph, Mapping[Reference, Node]] = WeakKeyDictionary()


class Reached(NamedTuple):
    """A version of an agent that a graph runs, at some depth."""

    node: Node
    """The node of the graph itself that leads to it."""
    reference: Reference
    version: GraphVersion | None
    """None where it does not exist, or is not the owner's."""


def reached(
    graph: Graph,
    owner_id: Any,
    *,
    itself: Reference | None = None,
    without: Container[NodeId] = (),
) -> Iterator[Reached]:
    """Yield the versions that the graph runs, each once, those that are nearer first.

    ``itself`` is how nodes name the version that the graph is, where it is one; ``without`` are nodes
    that will not run. Each level is one query.
    """
    level = _first_nodes(graph, without) if without else _named_by(graph)
    seen = {itself}
    for _ in range(settings.EXECUTIONS["max_depth"]):  # deeper agents never run
        level = {name: node for name, node in level.items() if name not in seen}
        if not level:
            return
        seen |= level.keys()
        mine = GraphVersion.objects.owned_by(owner_id).defer("document")
        known = mine.by_reference(level)
        below: dict[Reference, Node] = {}
        for name, node in level.items():
            version = known.get(name)
            yield Reached(node, name, version)
            if version is not None:
                for further in _named_by(version.graph):
                    below.setdefault(further, node)
        level = below


def _named_by(graph: Graph) -> Mapping[Reference, Node]:
    known = _named.get(graph)
    if known is None:
        known = _named[graph] = _first_nodes(graph)
    return known


def _first_nodes(graph: Graph, without: Container[NodeId] = ()) -> dict[Reference, Node]:
    """Return the agents that the graph runs, each with its first node."""
    named: dict[Reference, Node] = {}
    for node, reference in references(graph):
        if reference is not None and node.id not in without:
            named.setdefault(reference, node)
    return named
