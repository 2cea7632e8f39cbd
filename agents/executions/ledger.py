"""The node executions of one run, in a locked database.

The delivery rules (``agents.engine.delivery``) read and change them through this ledger; nothing
is written before `flush`, which writes everything at once.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.timezone import now

from agents.engine.graph import Graph
from agents.engine.ids import NodeId, PinName
from agents.engine.states import NodeStatus, move
from agents.executions.models import Emission, Event, Execution, NodeExecution
from agents.executions.recordings import Recording
from agents.executions.statements import (
    EMISSIONS,
    EVENTS,
    IN_LINE,
    LACKING,
    LAST_STARTED,
    NODES,
    RUNS,
    Batch,
    write,
)
from kernel.errors import TrellisError

SMALLEST_PAGE, LARGEST_PAGE = 4, 200  # rows that are read ahead
EXECUTION_COUNTERS = (
    "last_seq",
    "opened",
    "started",
    "unfinished",
    "failed",
    "suspended",
    "idle",
)
EXECUTION_STATE = (
    "status",
    "error",
    "cancel_requested_at",
    "started_at",
    "ended_at",
    "unheard",
)
NODE_EXECUTION_STATE = (
    "start_number",
    "status",
    "queue",
    "input_data",
    "arrived",
    "attempt",
    "losses",
    "worker",
    "lease_until",
    "sent_at",
    "waits_for",
    "wake_at",
    "sleeps",
    "emitted",
    "delivered",
    "settled",
    "error",
    "queued_at",
    "started_at",
    "ended_at",
    "reused_from",
)


class TooManyNodeExecutions(TrellisError):
    """The run opened more node executions than one run may."""

    code = "too_many_node_executions"


@dataclass
class Line:
    """A node's waiting executions that lack one pin, earliest first, read page by page."""

    rows: deque[NodeExecution] = field(default_factory=deque)
    read_to: int = -1
    exhausted: bool = False
    fresh_from: int = 0


@dataclass
class DatabaseLedger:
    """One run while its row is locked. Satisfies ``delivery.Ledger``."""

    execution: Execution
    graph: Graph
    queued: list[NodeExecution] = field(default_factory=list)
    orphaned: list[NodeExecution] = field(default_factory=list)
    """Ended without the runs that they started; `journal` stops these."""
    taken_over: list[NodeExecution] = field(default_factory=list)  # from a run that is replayed
    gave_output: bool = False
    run_changed: bool = False
    leaves_reviews: bool = False  # whether something ended that may have asked a person
    went_idle: bool = False
    _known: dict[UUID, NodeExecution] = field(default_factory=dict)
    _changed: dict[UUID, NodeExecution] = field(default_factory=dict)
    _new: list[NodeExecution] = field(default_factory=list)
    _fresh: dict[NodeId, list[NodeExecution]] = field(default_factory=dict)
    _lines: dict[tuple[NodeId, PinName], Line] = field(default_factory=dict)
    _last_started: dict[NodeId, NodeExecution | None] = field(default_factory=dict)
    _lines_of_nodes: dict[UUID, list[NodeExecution]] = field(default_factory=dict)
    _emissions: list[Emission] = field(default_factory=list)
    _events: list[Event] = field(default_factory=list)
    _carried: dict[UUID, list[tuple[PinName, Any]]] = field(default_factory=dict)
    _recording: Recording | None = None

    # What the delivery rules ask and do.

    def earliest_lacking(self, node: NodeId, pin: PinName) -> NodeExecution | None:
        line = self._lines.setdefault((node, pin), Line())
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
        stored = self.read(NodeExecution.objects.of(self.execution.pk, node).incomplete())
        rows = {row.pk: row for row in [*stored, *self._fresh.get(node, ())]}
        return [row for row in rows.values() if _is_incomplete(row)]

    def last_started(self, node: NodeId) -> NodeExecution | None:
        if node not in self._last_started:
            batch = Batch()
            self._ask_last_started(batch, node)
            batch.run()
        return self._last_started[node]

    def open(self, node: NodeId) -> NodeExecution:
        if self.execution.opened >= settings.EXECUTIONS["max_node_executions"]:
            raise TooManyNodeExecutions(
                f"The run opened {self.execution.opened:,} node executions, the most that one "
                "run may. Look for a loop without an exit, or raise MAX_NODE_EXECUTIONS."
            )
        block = self.graph.nodes[node].block
        row = NodeExecution(
            execution=self.execution,
            node_id=node,
            number=self.execution.opened,
            queue=block.queue if block else "io",
        )
        self.execution.opened += 1
        self._known[row.pk] = row
        self._new.append(row)
        self._fresh.setdefault(node, []).append(row)
        return row

    def arrive(self, execution: NodeExecution, values: Mapping[str, Any]) -> None:
        execution.input_data = {**execution.input_data, **values}
        execution.arrived = list(execution.input_data)
        self.change(execution)

    def start(self, execution: NodeExecution, data: dict[str, Any]) -> None:
        execution.input_data = data
        execution.arrived = []
        execution.start_number = self.execution.started
        self.execution.started += 1
        self._last_started[NodeId(execution.node_id)] = execution
        if self._is_recorded(execution):
            self.taken_over.append(execution)
            self.change(execution)
        else:
            self.execution.unfinished += 1
            self.enqueue(execution)

    # What the journal does besides.

    def enqueue(self, execution: NodeExecution) -> None:
        """Make the node execution one that any worker may take, and ring for one on commit."""
        self.move(execution, NodeStatus.QUEUED)
        execution.queued_at = execution.sent_at = now()
        execution.waits_for = execution.wake_at = execution.lease_until = None
        self.change(execution)
        self.queued.append(execution)
        self.tell_node(execution)

    def move(self, execution: NodeExecution, status: NodeStatus) -> None:
        """Change the state, and count those that wait."""
        was_waiting = execution.status == NodeStatus.WAITING
        execution.status = move(execution.state, status)
        change = (status is NodeStatus.WAITING) - was_waiting
        # Never below zero: a release without this counter may have suspended it.
        self.execution.suspended = max(self.execution.suspended + change, 0)

    def in_line(self, execution: NodeExecution) -> list[NodeExecution]:
        """Return the executions of the same node whose values may go out, in order of their start:

        those that have ended, up to and with the first that has not, whatever this one does.
        """
        if execution.pk not in self._lines_of_nodes:
            batch = Batch()
            self._ask_in_line(batch, execution.pk, NodeId(execution.node_id))
            batch.run()
        return [row for row in self._lines_of_nodes[execution.pk] if not row.settled]

    def look_ahead(
        self, batch: Batch, execution: UUID, node: NodeId, emissions: Mapping[PinName, int]
    ) -> None:
        """Ask in one batch for what the delivery of a node execution's values will want to know.

        ``emissions`` says how many values there are on each pin.
        """
        self._ask_in_line(batch, execution, node)
        wanted: Counter[tuple[NodeId, PinName]] = Counter()  # several links may end at one pin
        for link in self.graph.out_of(node):
            wanted[link.sink_id, link.sink_name] += sum(
                n for pin, n in emissions.items() if link.source_name.startswith(pin)
            )
        ends = {end: amount for end, amount in wanted.items() if amount}
        for (sink, pin), amount in ends.items():
            self._ask_lacking(batch, sink, pin, amount)
        for sink in dict.fromkeys(sink for sink, _ in ends):
            if any(link.is_static for link in self.graph.into(sink)):
                self._ask_last_started(batch, sink)

    def idle(self) -> list[NodeExecution]:
        """Return the run's started node executions that no worker holds, as they were opened."""
        rows = self.execution.node_executions.filter(
            status__in=[NodeStatus.QUEUED, NodeStatus.WAITING]
        )
        return self.read(rows.order_by("number"))

    def emit(self, execution: NodeExecution, values: Sequence[tuple[PinName, Any]]) -> None:
        """Record values that the node execution emitted, numbered on from the last."""
        self._emissions += [
            Emission(node_execution=execution, number=number, pin=pin, value=value)
            for number, (pin, value) in enumerate(values, start=execution.emitted)
        ]
        execution.emitted += len(values)
        self.change(execution)

    def carry(self, execution: NodeExecution, values: list[tuple[PinName, Any]]) -> None:
        """Record all values of a node execution, and keep them at hand for their delivery."""
        self.emit(execution, values)
        self._carried[execution.pk] = values

    def undelivered(self, execution: NodeExecution) -> list[tuple[PinName, Any]]:
        """Return the node execution's values that have not been delivered, in order."""
        if execution.pk in self._carried:
            return self._carried.pop(execution.pk)
        fresh = [one for one in self._emissions if one.node_execution_id == execution.pk]
        known = execution.emitted - len(fresh)
        stored: list[Emission] = []
        if execution.delivered < known:
            stored = list(execution.emissions.filter(number__gte=execution.delivered))
        pairs = [*stored, *(one for one in fresh if one.number >= execution.delivered)]
        return [(PinName(one.pin), one.value) for one in pairs]

    def adopt(self, execution: Execution, row: NodeExecution) -> None:
        """Take the run, just locked, and one of its rows as they now are."""
        execution.graph_version = self.execution.graph_version
        self.execution = execution
        self._known[row.pk] = row

    def read(self, rows: Iterable[NodeExecution]) -> list[NodeExecution]:
        """Return the rows, each as the one object that stands for it in this transaction."""
        return [self._known.setdefault(row.pk, row) for row in rows]

    def known(self, pk: UUID) -> NodeExecution | None:
        """Return a node execution that was read in this transaction."""
        return self._known.get(pk)

    def change(self, execution: NodeExecution) -> None:
        """Remember to write the node execution."""
        self._changed[execution.pk] = execution

    def tell_run(self, note: str = "") -> None:
        """Record an event about the run, in its present state."""
        self.run_changed = True
        self._tell(Event.Kind.GRAPH, self.execution.status, note=note)

    def tell_node(self, execution: NodeExecution, *, first: int | None = None) -> None:
        """Record an event about a node execution, with its emissions from ``first`` on."""
        last = execution.emitted
        self._tell(
            Event.Kind.NODE,
            execution.status,
            node_execution=execution,
            first=last if first is None else first,
            last=last,
        )

    def flush(self) -> None:
        """Write everything that changed."""
        run = self.execution
        idle = 0 < run.unfinished <= run.suspended
        self.went_idle |= idle and not run.idle
        run.idle = idle
        rows = list({row.pk: row for row in [*self._new, *self._changed.values()]}.values())
        parts = [NODES.insert(rows, update=NODE_EXECUTION_STATE)] if rows else []
        parts += [EMISSIONS.insert(self._emissions)] if self._emissions else []
        parts += [EVENTS.insert(self._events)] if self._events else []
        write([*parts, RUNS.update(self.execution, EXECUTION_COUNTERS + EXECUTION_STATE)])
        self._new, self._changed, self._emissions, self._events = [], {}, [], []

    def _is_recorded(self, execution: NodeExecution) -> bool:
        """Return whether the run that this one replays has the results; then they are taken."""
        if self.execution.replay_of_id is None:
            return False
        if self._recording is None:
            self._recording = Recording(self.execution, self.graph)
        return self._recording.gives(execution)

    def _tell(self, kind: str, status: str, **fields: Any) -> None:
        self.execution.last_seq += 1
        self._events.append(
            Event(
                execution=self.execution,
                seq=self.execution.last_seq,
                kind=kind,
                status=status,
                **fields,
            )
        )

    def _ask_lacking(self, batch: Batch, node: NodeId, pin: PinName, amount: int) -> None:
        line = self._lines.setdefault((node, pin), Line())
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

        run = self.execution.pk
        batch.add(IN_LINE, [run, node, run, node, execution], read)

    def _ask_last_started(self, batch: Batch, node: NodeId) -> None:
        def read(rows: list[Any]) -> None:
            found = self.read(NODES.row(values) for values in rows)
            self._last_started[node] = found[0] if found else None

        batch.add(LAST_STARTED, [self.execution.pk, node], read)

    def _earliest_fresh(self, node: NodeId, pin: PinName, line: Line) -> NodeExecution | None:
        fresh = self._fresh.get(node, [])
        while line.fresh_from < len(fresh):
            if _lacks(fresh[line.fresh_from], pin):
                return fresh[line.fresh_from]
            line.fresh_from += 1
        return None


def _is_incomplete(row: NodeExecution) -> bool:
    return row.status == NodeStatus.INCOMPLETE


def _lacks(row: NodeExecution, pin: str) -> bool:
    return _is_incomplete(row) and pin not in row.input_data
