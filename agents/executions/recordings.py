"""What a run recorded, for the run that replays it: the k-th execution of each node."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.utils.timezone import now

from agents.engine import likeness
from agents.engine.graph import Graph
from agents.engine.ids import NodeId
from agents.engine.states import NodeStatus, move
from agents.executions.models import Execution, NodeExecution
from agents.graphs.models import GraphVersion
from kernel.jsontypes import dumps

SMALLEST_PAGE, LARGEST_PAGE = 4, 200  # recorded executions of one node that are read ahead

again = lru_cache(maxsize=16)(Graph.downstream_of)
counterparts = lru_cache(maxsize=16)(likeness.counterparts)


def masks_of(old: Execution, version: GraphVersion) -> dict[str, dict[str, Any]]:
    """Return the values that the old run put in place of its nodes' own, for the version's nodes."""
    same = counterparts(version.graph, old.graph_version.graph)
    masks: dict[str, dict[str, Any]] = old.nodes_input_masks
    return {new: masks[there] for new, there in same.items() if there in masks}


@dataclass
class Line:
    """The recorded executions of one node, in the order of their starts, read page by page."""

    position: int  # of the next execution of the node in the run that replays
    page_from: int = 0
    page: list[NodeExecution] = field(default_factory=list)


class Recording:
    """The recorded executions that the replaying run may take over, while that run is locked."""

    def __init__(self, execution: Execution, graph: Graph) -> None:
        self._execution = execution
        # Locked, so that its values are not purged while they are read. None: they were.
        assert execution.replay_of_id is not None
        old = Execution.objects.with_graph().filter(pk=execution.replay_of_id)
        living = old.filter(payload_purged_at=None)
        self._old = living.select_for_update(of=("self",), no_key=True).first()
        self._nodes = dict(counterparts(graph, self._old.graph_version.graph)) if self._old else {}
        for node in again(graph, NodeId(execution.replay_from)):
            self._nodes.pop(node, None)
        self._lines: dict[NodeId, Line] = {}

    def gives(self, started: NodeExecution) -> bool:
        """Return whether there is a record for a node execution that just became ready.

        If there is, the node execution is completed by it; its values are still to be copied.
        """
        node = NodeId(started.node_id)
        if node not in self._nodes:
            return False
        recorded = self._next(node)
        if (
            recorded is None
            or recorded.status != NodeStatus.COMPLETED
            or dumps(recorded.input_data) != dumps(started.input_data)
        ):
            return False
        started.reused_from = recorded.pk
        started.status = move(started.state, NodeStatus.COMPLETED)
        started.queued_at = started.ended_at = now()
        return True

    def _next(self, node: NodeId) -> NodeExecution | None:
        """Return the recorded execution at the place of the node's next one, and count that."""
        if node not in self._lines:
            mine = NodeExecution.objects.of(self._execution.pk, node)
            self._lines[node] = Line(mine.filter(start_number__isnull=False).count())
        line = self._lines[node]
        if not line.page_from <= line.position < line.page_from + len(line.page):
            self._read(line, self._nodes[node])
        index = line.position - line.page_from
        line.position += 1
        return line.page[index] if index < len(line.page) else None

    def _read(self, line: Line, node: NodeId) -> None:
        assert self._old is not None
        rows = NodeExecution.objects.of(self._old.pk, node).filter(start_number__isnull=False)
        size = min(max(2 * len(line.page), SMALLEST_PAGE), LARGEST_PAGE)
        first = line.position
        line.page = list(rows.order_by("start_number")[first : first + size])
        line.page_from = first
