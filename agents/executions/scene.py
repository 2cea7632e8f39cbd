"""What the reasons why a run is not done look at: the run, and what several of them need to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, Max
from django.utils.timezone import now

from agents.engine.graph import Graph
from agents.engine.ids import NodeId
from agents.engine.states import OPEN, NodeStatus
from agents.executions.models import Event, Execution, NodeExecution, WorkerLife


@dataclass(frozen=True)
class Reason:
    """What is waited for (``text``), since when, and who can help (``help``, a sentence).

    ``kind`` never changes once released. ``rank``: of several reasons of a run, the lowest is the
    one that a single line tells.
    """

    kind: str
    text: str
    help: str
    since: datetime | None = None
    rank: int = 5
    pins: tuple[str, ...] = ()


@dataclass
class Lookup:
    """What the reasons of some node executions, of one run or of many, have in common."""

    rows: Sequence[NodeExecution]
    depth: int = 0
    present: datetime = field(default_factory=now)

    @cached_property
    def waiting_since(self) -> Mapping[Any, datetime]:
        """Return since when each waiting node execution waits: its last event says so."""
        events = Event.objects.filter(
            execution__in={row.execution_id for row in self.rows},
            node_execution__in=self._asleep,
            status=NodeStatus.WAITING,
        )
        found = events.order_by().values_list("node_execution").annotate(Max("created"))
        return dict(found)

    @cached_property
    def queued(self) -> Mapping[str, int]:
        """Return how many node executions are queued on each queue, of all runs."""
        rows = NodeExecution.objects.filter(status=NodeStatus.QUEUED).order_by()
        return dict(rows.values_list("queue").annotate(Count("pk")))

    @cached_property
    def served(self) -> frozenset[str]:
        """Return the queues from which workers take tasks."""
        queues = WorkerLife.objects.present().values_list("queues", flat=True)
        return frozenset(queue for some in queues for queue in some)

    @cached_property
    def children(self) -> Mapping[Any, Execution]:
        """Return the runs that the waiting node executions started."""
        runs = Execution.objects.with_graph().filter(parent__in=self._asleep)
        return {run.parent_id: run for run in runs.defer("inputs", "graph_version__document")}

    @property
    def _asleep(self) -> list[Any]:
        return [row.pk for row in self.rows if row.status == NodeStatus.WAITING]


@dataclass
class Scene:
    """A run whose node executions are to give their reasons."""

    execution: Execution
    lookup: Lookup

    @property
    def graph(self) -> Graph:
        return self.execution.graph_version.graph

    @property
    def present(self) -> datetime:
        return self.lookup.present

    @cached_property
    def may_still_give(self) -> frozenset[NodeId]:
        """Return the nodes that may still emit something: those at work, and what they feed."""
        at_work = self.execution.node_executions.filter(status__in=OPEN).order_by()
        found: set[NodeId] = set()
        for node in at_work.values_list("node_id", flat=True).distinct():
            if node not in found:
                found |= self.graph.downstream_of(NodeId(node))
        return frozenset(found)
