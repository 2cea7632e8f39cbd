"""What a worker writes about a node execution: that it took it, each value, and the end.

A worker's write carries its fencing token (the attempt that its claim counted up). A writer whose
lease was taken over is told `LeaseLost` and has changed nothing.

Each of these is a step that is made under the run's lock. Steps that the threads of one process
want to make in one run at the same time are made together (`combining`), in one transaction.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from agents.engine.graph import Node
from agents.engine.ids import NodeId, PinName
from agents.engine.policy import Fault
from agents.engine.states import NodeStatus
from agents.executions import settlement
from agents.executions.combining import Combiner
from agents.executions.journal import commit, is_due
from agents.executions.ledger import DatabaseLedger, RunChanged
from agents.executions.models import Execution, NodeExecution
from agents.executions.opening import open_rows
from agents.executions.shelf import shelf
from agents.executions.suspension import Suspension

MOST_TOGETHER = 50  # steps
STRETCH = 0.05  # seconds that blocks may run in one transaction, about

Emissions = Sequence[tuple[PinName, Any]]
Decision = Callable[[DatabaseLedger, NodeExecution, int], None]


class LeaseLost(Exception):
    """Another worker has the node execution now, or it has ended."""


@dataclass(frozen=True)
class Claim:
    """A node execution that this worker holds: ``attempt`` is the fencing token."""

    node_execution: NodeExecution
    execution: Execution
    attempt: int
    commit: Callable[[DatabaseLedger], None] = commit
    """What ends the transaction in which the block's end is journaled."""

    @property
    def node(self) -> Node:
        return self.execution.graph_version.graph.nodes[NodeId(self.node_execution.node_id)]


class Step(Protocol):
    """Something that a thread wants to do to a node execution under its run's lock.

    It may be done again where the transaction in which it was done failed.
    """

    node_execution: UUID
    run: UUID | None
    """The run of it, where that is known."""
    status: NodeStatus
    """Which the node execution must have."""
    emissions: Emissions
    """What it will deliver."""
    by_ledger: bool
    """Whether it is decided by the ledger alone: then the run may be locked after the decision."""
    durable: bool
    """Whether a crash of the database must not lose what was made."""
    context: Context
    """Of the thread that wants it: log lines name its task and its node, whoever makes the step."""

    def forget(self) -> None:
        """Forget what an earlier try made, which was not written."""

    def make(self, ledger: DatabaseLedger, row: NodeExecution, *, until: float) -> None:
        """Change the ledger, unless the row is no longer ours; run no block after ``until``."""

    def finish(self, ledger: DatabaseLedger, *, durable: bool) -> None:
        """End the transaction of all the steps that were made with this one."""


@dataclass(eq=False)
class Take:
    """Claim a queued node execution.

    The claim of a pure block may be lost in a crash of the database, which only means doing it
    again. Any other must be there before the block acts, or another worker would act too.
    """

    node_execution: UUID
    run: UUID | None
    worker: str
    claim: Claim | None = None
    durable: bool = False
    status = NodeStatus.QUEUED
    by_ledger = True
    emissions: Emissions = ()
    context: Context = field(init=False)

    def forget(self) -> None:
        self.claim, self.durable = None, False

    def make(self, ledger: DatabaseLedger, row: NodeExecution, *, until: float) -> None:
        moment = now()
        lease_until = moment + settings.EXECUTIONS["lease"]
        ledger.take(row, worker=self.worker, lease_until=lease_until, moment=moment)
        self.claim = Claim(row, ledger.execution, row.attempt)
        self.durable = ledger.effect(row) != "none"

    def finish(self, ledger: DatabaseLedger, *, durable: bool) -> None:
        commit(ledger, durable=durable)


@dataclass(eq=False)
class Write:
    """Record what a claimed block emitted, and decide what follows.

    ``after`` is how many values this run of the block emitted before. Values that an earlier run
    of it recorded already are left out. ``decide`` gets the number of the first one that is new.
    """

    claim: Claim
    emissions: Emissions
    after: int
    decide: Decision
    goes_on: bool = False
    by_ledger: bool = True
    made: bool = False
    status = NodeStatus.RUNNING
    durable = True
    node_execution: UUID = field(init=False)
    run: UUID | None = field(init=False)
    context: Context = field(init=False)

    def __post_init__(self) -> None:
        self.node_execution = self.claim.node_execution.pk
        self.run = self.claim.execution.pk

    def forget(self) -> None:
        self.made = False

    def make(self, ledger: DatabaseLedger, row: NodeExecution, *, until: float) -> None:
        self.made = row.attempt == self.claim.attempt
        if self.made:
            first = row.emitted
            ledger.emit(row, self.emissions[max(first - self.after, 0) :])
            self.decide(ledger, row, first)

    def finish(self, ledger: DatabaseLedger, *, durable: bool) -> None:
        (commit if self.goes_on else self.claim.commit)(ledger)


def claim(pk: UUID, *, worker: str, run: UUID | None = None) -> Claim | None:
    """Take one queued node execution. None: it was taken, it is over, or the run is cancelled."""
    step = Take(pk, run, worker)
    submit(step)
    return step.claim


def record(claim: Claim, emissions: Emissions, *, after: int) -> None:
    """Record and deliver values that a running block emitted; it goes on. Raises LeaseLost."""

    def decide(ledger: DatabaseLedger, running: NodeExecution, first: int) -> None:
        ledger.tell_node(running, first=first)
        settlement.deliver(ledger, running)

    _write(Write(claim, emissions, after, decide, goes_on=True))


def complete(claim: Claim, emissions: Emissions, *, after: int) -> None:
    """Record and deliver a block's last values, and that it ended well. Raises LeaseLost."""
    _write(Write(claim, emissions, after, _ends(NodeStatus.COMPLETED)))


def terminate(claim: Claim, emissions: Emissions, *, after: int) -> None:
    """Record that a running block stopped because its run is being stopped. Raises LeaseLost."""
    _write(Write(claim, emissions, after, _ends(NodeStatus.TERMINATED)))


def fail(claim: Claim, emissions: Emissions, *, after: int, fault: Fault) -> None:
    """Record a block's last values and that it failed; the message goes out on ``error``.

    It waits for another try instead where its policy says so. Raises LeaseLost.
    """

    def decide(ledger: DatabaseLedger, running: NodeExecution, first: int) -> None:
        settlement.fail(ledger, running, fault, first=first)

    _write(Write(claim, emissions, after, decide))


def suspend(claim: Claim, emissions: Emissions, *, after: int, suspension: Suspension) -> None:
    """Record that a block waits, and for what; no worker is held until it is woken.

    Raises LeaseLost.
    """

    def decide(ledger: DatabaseLedger, running: NodeExecution, first: int) -> None:
        ledger.move(running, NodeStatus.WAITING)
        running.waits_for = dict(suspension.waits_for)
        running.wake_at = suspension.wake_at
        if suspension.sleeps is not None:
            running.sleeps = list(suspension.sleeps)
        running.lease_until = None
        ledger.tell_node(running, first=first)
        settlement.deliver(ledger, running)
        if ledger.execution.is_cancelled:
            settlement.end(ledger, running, NodeStatus.TERMINATED)
            return
        if suspension.record is not None:
            suspension.record(running)
        if is_due(running):
            ledger.enqueue(running)

    _write(Write(claim, emissions, after, decide, by_ledger=False))


def submit(step: Step) -> None:
    """Make the step, together with others of the same run where it is known."""
    step.context = copy_context()
    if step.run is None:
        _make([step])
    else:
        _combiner.submit(step.run, step)


def _ends(status: NodeStatus) -> Decision:
    def decide(ledger: DatabaseLedger, running: NodeExecution, first: int) -> None:
        settlement.end(ledger, running, status, first=first)

    return decide


def _write(step: Write) -> None:
    submit(step)
    if not step.made:
        raise LeaseLost


def _make(steps: Sequence[Step]) -> None:
    """Make the steps of one run in one transaction; the first one's thread ends it."""
    try:
        _make_by(steps, may_trust=all(step.by_ledger for step in steps))
    except RunChanged:
        shelf.distrust()
        _make_by(steps, may_trust=False)


def _make_by(steps: Sequence[Step], *, may_trust: bool) -> None:
    for step in steps:
        step.forget()
    with transaction.atomic():
        statuses = {step.status for step in steps}
        pks = [step.node_execution for step in steps]
        ledger, rows = open_rows(pks, statuses, steps[0].run, may_trust=may_trust)
        if ledger is None:
            return
        ahead = [
            (rows[step.node_execution], Counter(pin for pin, _ in step.emissions))
            for step in steps
            if step.node_execution in rows
        ]
        ledger.look_ahead(ahead)
        until = perf_counter() + STRETCH
        for step in steps:
            row = rows.get(step.node_execution)
            if row is not None and row.status == step.status:  # the last step may have changed it
                if step is steps[0]:
                    step.make(ledger, row, until=until)
                else:
                    step.context.run(step.make, ledger, row, until=until)
        steps[0].finish(ledger, durable=any(step.durable for step in steps))
    shelf.put(ledger)  # committed


_combiner: Combiner[UUID, Step] = Combiner(_make, most=MOST_TOGETHER)
