"""The node executions of one run, in a locked database.

The delivery rules (``agents.engine.delivery``) read and change them through this ledger; nothing
is written before `flush`, which writes everything at once.

Most runs have few node executions that are not settled at a time. Where all of these were read with
the lock (`load`), every question but that for static links is answered from memory; else the ledger
asks, a page at a time.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.timezone import now

from agents.engine.graph import Graph
from agents.engine.ids import NodeId, PinName
from agents.engine.states import ExecutionStatus, NodeStatus, move
from agents.executions import statements
from agents.executions.batch import Batch, is_outermost
from agents.executions.models import Event, Execution, NodeExecution
from agents.executions.prepared import IN_LINE, LACKING, LAST_STARTED
from agents.executions.recordings import Recording
from agents.executions.statements import NOT_DURABLE, Beside
from agents.executions.tables import EMISSIONS, EVENTS, NODES, RUNS
from kernel.errors import TrellisError
from kernel.jsontypes import dumps

SMALLEST_PAGE, LARGEST_PAGE = 4, 200  # rows that are read ahead


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
    in_lane: bool = False  # the local lane goes on with it
    knows_incomplete: bool = False  # all node executions that wait for inputs
    knows_started: bool = False  # all that started and are not settled
    _stored: tuple[Any, ...] | None = None
    """What the database has of the run besides its counters, where that is known."""
    _known: dict[UUID, NodeExecution] = field(default_factory=dict)
    _changed: dict[UUID, NodeExecution] = field(default_factory=dict)
    _with_inputs: set[UUID] = field(default_factory=set)  # of the changed ones
    _new: dict[UUID, NodeExecution] = field(default_factory=dict)
    _incomplete: dict[str, list[NodeExecution]] = field(default_factory=dict)
    _unsettled: dict[str, deque[NodeExecution]] = field(default_factory=dict)
    _fresh: dict[NodeId, list[NodeExecution]] = field(default_factory=dict)
    _lines: dict[tuple[NodeId, PinName], Line] = field(default_factory=dict)
    _last_started: dict[NodeId, NodeExecution | None] = field(default_factory=dict)
    _known_lines: set[str] = field(default_factory=set)  # nodes, where not all started are known
    _lines_of_nodes: dict[UUID, list[NodeExecution]] = field(default_factory=dict)
    _emissions: dict[UUID, list[tuple[int, PinName, Any]]] = field(default_factory=dict)
    _events: list[dict[str, Any]] = field(default_factory=list)
    _carried: dict[UUID, list[tuple[PinName, Any]]] = field(default_factory=dict)
    _recording: Recording | None = None

    @classmethod
    def of_new(cls, execution: Execution, graph: Graph) -> "DatabaseLedger":
        """Return the ledger of a run that has no node executions yet."""
        return cls(execution, graph, knows_incomplete=True, knows_started=True)

    @property
    def knows_all(self) -> bool:
        """Return whether only static links could make it ask the database anything."""
        return self.knows_incomplete and self.knows_started

    # What the delivery rules ask and do.

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

    def open(self, node: NodeId) -> NodeExecution:
        if self.execution.opened >= settings.EXECUTIONS["max_node_executions"]:
            raise TooManyNodeExecutions(
                f"The run opened {self.execution.opened:,} node executions, the most that one "
                "run may. Look for a loop without an exit, or raise MAX_NODE_EXECUTIONS."
            )
        block = self.graph.nodes[node].block
        row = NODES.new(
            execution_id=self.execution.pk,
            node_id=node,
            number=self.execution.opened,
            queue=block.queue if block else "io",
        )
        self.execution.opened += 1
        self._known[row.pk] = row
        self._new[row.pk] = row
        self._fresh.setdefault(node, []).append(row)
        return row

    def arrive(self, execution: NodeExecution, values: Mapping[str, Any]) -> None:
        # In place: a node that a thousand links end at gets a thousand values one by one.
        execution.arrived += [pin for pin in values if pin not in execution.input_data]
        execution.input_data.update(values)
        self.change(execution, inputs=True)

    def start(self, execution: NodeExecution, data: dict[str, Any]) -> None:
        execution.input_data = data
        execution.arrived = []
        execution.start_number = self.execution.started
        self.execution.started += 1
        self._last_started[NodeId(execution.node_id)] = execution
        self._with_inputs.add(execution.pk)
        if self.knows_started:
            self._unsettled.setdefault(execution.node_id, deque()).append(execution)
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

    def take(
        self, execution: NodeExecution, *, worker: str, lease_until: datetime, moment: datetime
    ) -> None:
        """Give a queued node execution to a worker; the first one taken starts the run."""
        if self.execution.status == ExecutionStatus.QUEUED:
            self.execution.status = ExecutionStatus.RUNNING
            self.execution.started_at = moment
            self.tell_run()
        self.move(execution, NodeStatus.RUNNING)
        execution.attempt += 1
        execution.worker = worker
        execution.lease_until = lease_until
        execution.started_at = execution.started_at or moment
        self.change(execution)
        self.tell_node(execution)

    def send_again(self, execution: NodeExecution) -> None:
        """Ring once more for a queued node execution, on commit."""
        execution.sent_at = now()
        self.change(execution)
        self.queued.append(execution)

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

    def emit(self, execution: NodeExecution, values: Sequence[tuple[PinName, Any]]) -> None:
        """Record values that the node execution emitted, numbered on from the last."""
        self._emissions.setdefault(execution.pk, []).extend(
            (number, pin, value)
            for number, (pin, value) in enumerate(values, start=execution.emitted)
        )
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
        fresh = self._emissions.get(execution.pk, ())
        known = execution.emitted - len(fresh)
        stored: list[tuple[PinName, Any]] = []
        if execution.delivered < known:
            rows = execution.emissions.filter(number__gte=execution.delivered)
            stored = [(PinName(one.pin), one.value) for one in rows]
        return [
            *stored,
            *((pin, value) for number, pin, value in fresh if number >= execution.delivered),
        ]

    def read(self, rows: Iterable[NodeExecution]) -> list[NodeExecution]:
        """Return the rows, each as the one object that stands for it in this transaction."""
        return [self._known.setdefault(row.pk, row) for row in rows]

    def load(self, rows: Sequence[NodeExecution], beside: Beside) -> None:
        """Take rows that were locked with the run, and what was read with them."""
        self._stored = RUNS.seldom(self.execution)
        self.knows_incomplete, self.knows_started = beside.knows_incomplete, beside.knows_started
        found = self.read([*rows, *beside.rows])
        self._load_incomplete(found)
        self._load_started(found)
        if not self.knows_started:
            self._known_lines = {row.node_id for row in rows}

    def load_all(self, rows: Sequence[NodeExecution]) -> None:
        """Take all of the run's node executions that are not settled, as they now are."""
        self._stored = RUNS.seldom(self.execution)
        self.knows_incomplete = self.knows_started = True
        self._load_incomplete(rows)
        self._load_started(rows)

    def _knows_line(self, execution: NodeExecution) -> bool:
        return self.knows_started or execution.node_id in self._known_lines

    def _load_incomplete(self, rows: Sequence[NodeExecution]) -> None:
        for row in sorted(self.read(rows), key=lambda row: row.number):
            if _is_incomplete(row):
                self._incomplete.setdefault(row.node_id, []).append(row)

    def _load_started(self, rows: Sequence[NodeExecution]) -> None:
        started = (row for row in self.read(rows) if row.start_number is not None)
        for row in sorted(started, key=_start):
            self._unsettled.setdefault(row.node_id, deque()).append(row)

    def effect(self, execution: NodeExecution) -> str:
        """Return what a second run of the node execution would do."""
        block = self.graph.nodes[NodeId(execution.node_id)].block
        return block.effect if block else "none"

    def known(self, pk: UUID) -> NodeExecution | None:
        """Return a node execution that was read in this transaction."""
        return self._known.get(pk)

    def change(self, execution: NodeExecution, *, inputs: bool = False) -> None:
        """Remember to write the node execution; its inputs only where these changed."""
        self._changed[execution.pk] = execution
        if inputs:
            self._with_inputs.add(execution.pk)

    def tell_run(self, note: str = "") -> None:
        """Record an event about the run, in its present state."""
        self.run_changed = True
        self._tell(Event.Kind.GRAPH, self.execution.status, note=note)

    def tell_node(
        self, execution: NodeExecution, *, first: int | None = None, note: str = ""
    ) -> None:
        """Record an event about a node execution, with its emissions from ``first`` on."""
        last = execution.emitted
        self._tell(
            Event.Kind.NODE,
            execution.status,
            node_execution_id=execution.pk,
            first=last if first is None else first,
            last=last,
            note=note,
        )

    def flush(self, *, commit: bool = False, durable: bool = True) -> None:
        """Write everything that changed.

        ``commit``: this is the last that the transaction does, so COMMIT rides along where the
        transaction is ours to end. Not ``durable``: it may be lost in a crash of the server.
        """
        run = self.execution
        idle = 0 < run.unfinished <= run.suspended
        self.went_idle |= idle and not run.idle
        run.idle = idle
        batch = Batch()
        if not durable:
            batch.say(NOT_DURABLE)
        seldom = RUNS.seldom(run)
        statements.write(
            batch,
            run=run,
            only_counters=seldom == self._stored,
            opened=self._new.values(),
            changed=[
                (row, pk in self._with_inputs)
                for pk, row in self._changed.items()
                if pk not in self._new
            ],
            emissions=[
                EMISSIONS.line(node_execution_id=pk, number=number, pin=pin, value=dumps(value))
                for pk, values in self._emissions.items()
                for number, pin, value in values
            ],
            events=self._events,
        )
        if commit and is_outermost():
            batch.say("COMMIT")
        batch.run()
        run._state.adding = False
        self._stored = seldom
        if self.knows_all:
            self._forget([*self._new.values(), *self._changed.values()])
        self._new, self._changed, self._emissions, self._events = {}, {}, {}, []
        self._with_inputs = set()

    def unsettled(self) -> list[NodeExecution]:
        """Return the node executions that are not settled; all of them where it `knows_all`."""
        return [row for row in self._known.values() if not row.settled]

    def _forget(self, written: Sequence[NodeExecution]) -> None:
        """Drop what is settled now: a long run has many such rows, and nobody asks for them."""
        for row in written:
            if row.settled:
                self._known.pop(row.pk, None)
        for node in {row.node_id for row in written}:
            waiting = [*self._incomplete.pop(node, ()), *self._fresh.pop(NodeId(node), ())]
            if waiting := [row for row in waiting if _is_incomplete(row)]:
                self._incomplete[node] = waiting
        self._lines.clear()

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
            EVENTS.line(
                execution_id=self.execution.pk,
                seq=self.execution.last_seq,
                kind=kind,
                status=status,
                created=now(),
                **fields,
            )
        )

    def _line(self, node: NodeId, pin: PinName) -> Line:
        if (node, pin) not in self._lines:
            known = Line(deque(self._incomplete.get(node, ())), exhausted=True)
            self._lines[node, pin] = known if self.knows_incomplete else Line()
        return self._lines[node, pin]

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

    def _earliest_fresh(self, node: NodeId, pin: PinName, line: Line) -> NodeExecution | None:
        fresh = self._fresh.get(node, [])
        while line.fresh_from < len(fresh):
            if _lacks(fresh[line.fresh_from], pin):
                return fresh[line.fresh_from]
            line.fresh_from += 1
        return None


def _start(row: NodeExecution) -> int:
    return row.start_number or 0


def _is_incomplete(row: NodeExecution) -> bool:
    return row.status == NodeStatus.INCOMPLETE


def _lacks(row: NodeExecution, pin: str) -> bool:
    return _is_incomplete(row) and pin not in row.input_data
