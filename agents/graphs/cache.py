"""Parsed graphs, kept by the id of their version: a process parses each version once."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from uuid import UUID

from agents.engine.graph import Graph

MOST_NODES = 200_000
"""Nodes kept in memory, over all graphs; some hundred megabytes at the most."""


class GraphCache:
    """The graphs that were used last. Versions never change, so nothing here can be stale."""

    def __init__(self, most_nodes: int = MOST_NODES) -> None:
        self._most_nodes = most_nodes
        self._graphs: OrderedDict[UUID, Graph] = OrderedDict()
        self._nodes = 0
        self._lock = Lock()

    def __contains__(self, version: UUID) -> bool:
        return version in self._graphs

    def get(self, version: UUID, parse: Callable[[], Graph]) -> Graph:
        """Return the version's graph, parsed now if it is not here."""
        with self._lock:
            if version in self._graphs:
                self._graphs.move_to_end(version)
                return self._graphs[version]
        graph = parse()
        with self._lock:
            if version not in self._graphs:
                self._graphs[version] = graph
                self._nodes += _weight(graph)
                self._shrink()
        return graph

    def _shrink(self) -> None:
        while self._nodes > self._most_nodes and len(self._graphs) > 1:
            _, oldest = self._graphs.popitem(last=False)
            self._nodes -= _weight(oldest)


def _weight(graph: Graph) -> int:
    return len(graph.nodes) + len(graph.links) + 1
