"""What is known of a run's node executions while its row is locked, and what has to be asked.

Most runs have few node executions that are not settled at a time. Where all of these were read with
the lock (`load`), every question but that for static links is answered from memory; else the
database is asked, a page at a time.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from agents.engine.graph import Graph
from agents.engine.ids import NodeId, PinName
from agents.engine.states import NodeStatus
from agents.executions.models import Execution, NodeExecution
from agents.executions.prepared import IN_LINE, LACKING, LAST_STARTED
from agents.executions.statements import Beside
from agents.executions.tables import NODES
from kernel.postgresql.batch import Batch

SMALLEST_PAGE, LARGEST_PAGE = 4, 200  # rows that are read ahead


@dataclass
class Line:
    """A node's waiting executions that lack one pin, earliest first, read page by page."""

    rows: deque[NodeExecution] = field(default_factory=deque)
    read_to: int = -1
    exhausted: bool = False
    fresh_from: int = 0


@dataclass
class KnownRows:
    """The node executions of one run, each as one object for as long as the run is locked.

    Half of ``delivery.Ledger``: what the delivery rules ask. `ledger` has what they do.
    """

    execution: Execution
    graph: Graph
    knows_incomplete: bool = False  # all node executions that wait for inputs
    knows_started: bool = False  # all that started and are not settled
    _known: dict[UUID, NodeExecution] = field(default_factory=dict)
    _incomplete: dict[str, list[NodeExecution]] = field(default_factory=dict)
    _unsettled: dict[str, deque[NodeExecution]] = field(default_factory=dict)
    _fresh: dict[NodeId, list[NodeExecution]] = field(default_factory=dict)
    _lines: dict[tuple[NodeId, PinName], Line] = field(default_factory=dict)
    _last_started: dict[NodeId, NodeExecution | None] = field(default_factory=dict)
    _known_lines: set[str] = field(default_factory=set)  # nodes, where not all started are known
    _lines_of_nodes: dict[UUID, list[NodeExecution]] = field(default_factory=dict)

    @property
    def knows_all(self) -> bool:
        """Return whether only static links could make it ask the database anything."""
        return self.knows_incomplete and self.knows_started

    def known(self, pk: UUID) -> NodeExecution | None:
        """Return a node execution that was read in this transaction."""
        return self._known.get(pk)

    def unsettled(self) -> list[NodeExecution]:
        """Return the node executions that are not settled; all of them where it `knows_all`."""
        return [row for row in self._known.values() if not row.settled]

    def read(self, rows: Iterable[NodeExecution]) -> list[NodeExecution]:
        """Return the rows, each as the one object that stands for it in this transaction."""
        return [self._known.setdefault(row.pk, row) for row in rows]

    def load(self, rows: Sequence[NodeExecution], beside: Beside) -> None:
        """Take rows that were locked with the run, and what was read with them."""
        self.knows_incomplete, self.knows_started = beside.knows_incomplete, beside.knows_started
        found = self.read([*rows, *beside.rows])
        self._load_incomplete(found)
        self._load_started(found)
        if not self.knows_started:
            self._known_lines = {row.node_id for row in rows}

    def load_all(self, rows: Sequence[NodeExecution]) -> None:
        """Take all of the run's node executions that are not settled, as they now are."""
        self.knows_incomplete = self.knows_started = True
        self._load_incomplete(rows)
        self._load_started(rows)

    def earliest_lacking(self, node: NodeId, pin: PinName) -> NodeExecution | None:
        line = self._line(node, pin)
        while True:
            while line.rows:
                if _lacks(line.rows[0], pin):
                    return line.rows[0]
                line.rows.popleft()
            if line.exhausted:
                return self._earliest_fresh(node, pin, line)
            batch = Batch()
            self._ask_lacking(batch, node, pin, LARGEST_PAGE)
            batch.run()

    def waiting(self, node: NodeId) -> Sequence[NodeExecution]:
        stored: Sequence[NodeExecution] = (
            self._incomplete.get(node, [])
            if self.knows_incomplete
            else self.read(NodeExecution.objects.of(self.execution.pk, node).incomplete())
        )
        rows = {row.pk: row for row in [*stored, *self._fresh.get(node, ())]}
        return [row for row in rows.values() if _is_incomplete(row)]

    def last_started(self, node: NodeId) -> NodeExecution | None:
        if node not in self._last_started:
            batch = Batch()
            self._ask_last_started(batch, node)
            batch.run()
        return self._last_started[node]

    def in_line(self, execution: NodeExecution) -> list[NodeExecution]:
        """Return the executions of the same node whose values may go out, in order of their start:

        those that have ended, up to and with the first that has not, whatever this one does.
        """
        if self._knows_line(execution):
            return self._known_in_line(execution)
        if execution.pk not in self._lines_of_nodes:
            batch = Batch()
            self._ask_in_line(batch, execution.pk, NodeId(execution.node_id))
            batch.run()
        return [row for row in self._lines_of_nodes[execution.pk] if not row.settled]

    def look_ahead(self, coming: Iterable[tuple[NodeExecution, Mapping[PinName, int]]]) -> None:
        """Ask in one message for what the delivery of node executions' values will want to know.

        With each comes how many values there are on each pin. Nothing is asked that is known.
        """
        if self.knows_all:
            return
        batch = Batch()
        wanted: Counter[tuple[NodeId, PinName]] = Counter()  # several links may end at one pin
        for execution, emissions in coming:
            if not self._knows_line(execution) and execution.pk not in self._lines_of_nodes:
                self._ask_in_line(batch, execution.pk, NodeId(execution.node_id))
            for link in self.graph.out_of(NodeId(execution.node_id)):
                wanted[link.sink_id, link.sink_name] += sum(
                    n for pin, n in emissions.items() if link.source_name.startswith(pin)
                )
        ends = {end: amount for end, amount in wanted.items() if amount}
        for (sink, pin), amount in ends.items():
            if not self.knows_incomplete:
                self._ask_lacking(batch, sink, pin, amount)
        for sink in dict.fromkeys(sink for sink, _ in ends):
            if self.graph.static_pins(sink):
                self._ask_last_started(batch, sink)
        if batch.statements:
            batch.run()

    def idle(self) -> list[NodeExecution]:
        """Return the run's started node executions that no worker holds, as they were opened."""
        rows = self.execution.node_executions.filter(
            status__in=[NodeStatus.QUEUED, NodeStatus.WAITING]
        )
        return self.read(rows.order_by("number"))

    def forget(self, written: Sequence[NodeExecution]) -> None:
        """Drop what is settled now: a long run has many such rows, and nobody asks for them."""
        for row in written:
            if row.settled:
                self._known.pop(row.pk, None)
        for node in {row.node_id for row in written}:
            waiting = [*self._incomplete.pop(node, ()), *self._fresh.pop(NodeId(node), ())]
            if waiting := [row for row in waiting if _is_incomplete(row)]:
                self._incomplete[node] = waiting
        self._lines.clear()

    def add(self, execution: NodeExecution) -> None:
        """Take a node execution that was opened just now, and waits for its inputs."""
        self._known[execution.pk] = execution
        self._fresh.setdefault(NodeId(execution.node_id), []).append(execution)

    def add_started(self, execution: NodeExecution) -> None:
        """Note that a node execution got its start number just now."""
        self._last_started[NodeId(execution.node_id)] = execution
        if self.knows_started:
            self._unsettled.setdefault(execution.node_id, deque()).append(execution)

    def _knows_line(self, execution: NodeExecution) -> bool:
        return self.knows_started or execution.node_id in self._known_lines

    def _known_in_line(self, execution: NodeExecution) -> list[NodeExecution]:
        line = self._unsettled.get(execution.node_id, deque())
        while line and line[0].settled:
            line.popleft()
        found: list[NodeExecution] = []
        for row in line:
            if not row.settled:
                found.append(row)
            if row is not execution and row.state.is_open:
                break
        return found

    def _load_incomplete(self, rows: Sequence[NodeExecution]) -> None:
        for row in sorted(self.read(rows), key=lambda row: row.number):
            if _is_incomplete(row):
                self._incomplete.setdefault(row.node_id, []).append(row)

    def _load_started(self, rows: Sequence[NodeExecution]) -> None:
        started = (row for row in self.read(rows) if row.start_number is not None)
        for row in sorted(started, key=_start):
            self._unsettled.setdefault(row.node_id, deque()).append(row)

    def _line(self, node: NodeId, pin: PinName) -> Line:
        if (node, pin) not in self._lines:
            known = Line(deque(self._incomplete.get(node, ())), exhausted=True)
            self._lines[node, pin] = known if self.knows_incomplete else Line()
        return self._lines[node, pin]

    def _earliest_fresh(self, node: NodeId, pin: PinName, line: Line) -> NodeExecution | None:
        fresh = self._fresh.get(node, [])
        while line.fresh_from < len(fresh):
            if _lacks(fresh[line.fresh_from], pin):
                return fresh[line.fresh_from]
            line.fresh_from += 1
        return None

    def _ask_lacking(self, batch: Batch, node: NodeId, pin: PinName, amount: int) -> None:
        line = self._line(node, pin)
        limit = min(max(amount, SMALLEST_PAGE), LARGEST_PAGE)

        def read(rows: list[Any]) -> None:
            page = self.read(NODES.row(values) for values in rows)
            line.rows.extend(page)
            line.exhausted = len(page) < limit
            line.read_to = page[-1].number if page else line.read_to

        batch.add(LACKING, [self.execution.pk, node, line.read_to, pin, limit], read)

    def _ask_in_line(self, batch: Batch, execution: UUID, node: NodeId) -> None:
        def read(rows: list[Any]) -> None:
            found = self.read(NODES.row(values) for values in rows)
            self._lines_of_nodes[execution] = found

        batch.add(IN_LINE, [self.execution.pk, node, execution], read)

    def _ask_last_started(self, batch: Batch, node: NodeId) -> None:
        def read(rows: list[Any]) -> None:
            found = self.read(NODES.row(values) for values in rows)
            self._last_started[node] = found[0] if found else None

        batch.add(LAST_STARTED, [self.execution.pk, node], read)


def _start(row: NodeExecution) -> int:
    return row.start_number or 0


def _is_incomplete(row: NodeExecution) -> bool:
    return row.status == NodeStatus.INCOMPLETE


def _lacks(row: NodeExecution, pin: str) -> bool:
    return _is_incomplete(row) and pin not in row.input_data
