"""What changes in a run while its row is locked.

The delivery rules (``agents.engine.delivery``) read and change a run's node executions through this
ledger; nothing is written before `flush`, which writes everything at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.utils.timezone import now

from agents.engine.graph import Graph
from agents.engine.ids import NodeId, PinName
from agents.engine.states import ExecutionStatus, NodeStatus, move
from agents.executions import statements
from agents.executions.known import KnownRows
from agents.executions.models import Event, Execution, NodeExecution
from agents.executions.recordings import Recording
from agents.executions.statements import NOT_DURABLE, Beside
from agents.executions.tables import EMISSIONS, EVENTS, NODES, RUNS
from audit.models import Entry
from kernel.errors import TrellisError
from kernel.jsontypes import dumps
from kernel.postgresql.batch import Batch, is_outermost


class TooManyNodeExecutions(TrellisError):
    """The run opened more node executions than one run may."""

    code = "too_many_node_executions"


class RunChanged(Exception):
    """Something changed in a run that was not locked, and that a decision was made for."""


@dataclass
class DatabaseLedger(KnownRows):
    """One run while its row is locked. Satisfies ``delivery.Ledger``."""

    queued: list[NodeExecution] = field(default_factory=list)
    orphaned: list[NodeExecution] = field(default_factory=list)
    """Ended without the runs that they started; `journal` stops these."""
    taken_over: list[NodeExecution] = field(default_factory=list)  # from a run that is replayed
    gave_output: bool = False
    run_changed: bool = False
    leaves_reviews: bool = False  # whether something ended that may have asked a person
    went_idle: bool = False
    in_lane: bool = False  # the local lane goes on with it
    expects: int | None = None
    """The run is not locked: it will be with the first write, if this is its last event then.
    Else the write raises `RunChanged`, and nothing is written."""
    audited: Entry | None = None  # a line of the audit log, written with the rest
    _stored: tuple[Any, ...] | None = None
    """What the database has of the run besides its counters, where that is known."""
    _changed: dict[UUID, NodeExecution] = field(default_factory=dict)
    _with_inputs: set[UUID] = field(default_factory=set)  # of the changed ones
    _new: dict[UUID, NodeExecution] = field(default_factory=dict)
    _emissions: dict[UUID, list[tuple[int, PinName, Any]]] = field(default_factory=dict)
    _events: list[dict[str, Any]] = field(default_factory=list)
    _carried: dict[UUID, list[tuple[PinName, Any]]] = field(default_factory=dict)
    _recording: Recording | None = None

    @classmethod
    def of_new(cls, execution: Execution, graph: Graph) -> "DatabaseLedger":
        """Return the ledger of a run that has no node executions yet."""
        return cls(execution, graph, knows_incomplete=True, knows_started=True)

    def load(self, rows: Sequence[NodeExecution], beside: Beside) -> None:
        super().load(rows, beside)
        self._stored = RUNS.seldom(self.execution)

    def load_all(self, rows: Sequence[NodeExecution]) -> None:
        super().load_all(rows)
        self._stored = RUNS.seldom(self.execution)

    # What the delivery rules do.

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
        self._new[row.pk] = row
        self.add(row)
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
        self.add_started(execution)
        self._with_inputs.add(execution.pk)
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

    def effect(self, execution: NodeExecution) -> str:
        """Return what a second run of the node execution would do."""
        block = self.graph.nodes[NodeId(execution.node_id)].block
        return block.effect if block else "none"

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

    @property
    def leaves_place(self) -> bool:
        """Return whether the run stops counting as one of its owner's that are at work."""
        run = self.execution
        return self.went_idle or (run.parent_id is None and run.state.is_final)

    def flush(
        self,
        *,
        commit: bool = False,
        durable: bool = True,
        ask_others: Callable[[Batch], None] | None = None,
    ) -> None:
        """Write everything that changed.

        ``commit``: this is the last that the transaction does, so COMMIT rides along where the
        transaction is ours to end; and behind it ``ask_others`` adds its question where the run
        leaves its place. Not ``durable``: it may be lost in a crash of the server.
        """
        batch = Batch()
        if not durable:
            batch.say(NOT_DURABLE)
        seldom = self._add_to(batch)
        if commit and is_outermost():
            batch.say("COMMIT")
            if ask_others is not None and self.leaves_place:
                ask_others(batch)
        self._send(batch)
        self._is_written(seldom)

    @staticmethod
    def flush_new(ledgers: Sequence["DatabaseLedger"]) -> None:
        """Write several new runs in one message, with COMMIT where the transaction is ours to end."""
        batch = Batch()
        seldom = [ledger._add_to(batch) for ledger in ledgers]
        if is_outermost():
            batch.say("COMMIT")
        batch.run()
        for ledger, stored in zip(ledgers, seldom, strict=True):
            ledger._is_written(stored)

    def _add_to(self, batch: Batch) -> tuple[Any, ...]:
        """Add everything that changed; return what the database has of the run then."""
        run = self.execution
        idle = 0 < run.unfinished <= run.suspended
        self.went_idle |= idle and not run.idle
        run.idle = idle
        if self.expects is not None:
            statements.expect(batch, run.pk, self.expects)
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
        if self.audited is not None:
            statements.audit(batch, self.audited)
        return seldom

    def _is_written(self, seldom: tuple[Any, ...]) -> None:
        self.expects = self.audited = None
        run = self.execution
        run._state.adding = run.unheard = False
        self._stored = seldom
        if self.knows_all:
            self.forget([*self._new.values(), *self._changed.values()])
        self._new, self._changed, self._emissions, self._events = {}, {}, {}, []
        self._with_inputs = set()

    def _send(self, batch: Batch) -> None:
        try:
            batch.run()
        except DatabaseError as error:
            if self.expects is not None and statements.refuses(error):
                raise RunChanged from None
            raise

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
