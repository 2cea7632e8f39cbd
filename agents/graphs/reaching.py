"""Which agents a graph runs, and which those run: one walk for everybody who has to know."""

from collections.abc import Container, Iterator, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.conf import settings

from agents.engine.graph import Graph, Node
from agents.engine.ids import NodeId
from agents.graphs import lending
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
    """None where it does not exist, or the owner of the graph that names it may not start it."""


def reached(
    graph: Graph,
    owner_id: Any,
    *,
    itself: Reference | None = None,
    without: Container[NodeId] = (),
) -> Iterator[Reached]:
    """Yield the versions that the graph of this owner runs, each once, those that are nearer first.

    Each graph may run what its own owner may start: also where somebody else starts the whole.

    ``itself`` is how nodes name the version that the graph is, where it is one; ``without`` are nodes
    that will not run. Each level is one query.
    """
    named = _first_nodes(graph, without) if without else _named_by(graph)
    level = {name: (node, owner_id) for name, node in named.items()}
    seen = {itself}
    for _ in range(settings.EXECUTIONS["max_depth"]):  # deeper agents never run
        level = {name: one for name, one in level.items() if name not in seen}
        if not level:
            return
        seen |= level.keys()
        known = _startable(level)
        below: dict[Reference, tuple[Node, Any]] = {}
        for name, (node, _) in level.items():
            version = known.get(name)
            yield Reached(node, name, version)
            if version is not None:
                for further in _named_by(version.graph):
                    below.setdefault(further, (node, version.owner_id))
        level = below


def _startable(level: Mapping[Reference, tuple[Node, Any]]) -> dict[Reference, GraphVersion]:
    """Return the versions that the owners of the graphs that name them may start."""
    living = GraphVersion.objects.filter(agent__deleted_at=None).defer("document")
    known = living.by_reference(level)
    others: dict[Any, dict[Reference, GraphVersion]] = {}
    for name, version in known.items():
        if version.owner_id != (owner_id := level[name][1]):
            others.setdefault(owner_id, {})[name] = version
    for owner_id, some in others.items():
        rows = GraphVersion.objects.filter(
            lending.lent(owner_id), pk__in=[one.pk for one in some.values()]
        )
        lent = set(rows.values_list("pk", flat=True))
        for name, version in some.items():
            if version.pk not in lent:
                del known[name]
    return known


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
