"""Claim, lease and journal under workers that stall, crash and wake up late, step by step.

Hypothesis drives the real journal on PostgreSQL. A *worker* is a block's generator and the claim
it runs under; between any two of its steps anything else may happen: another worker takes the same
message, its lease is taken over, the run is cancelled, it crashes. What it hears from the journal
must be what the model expects, a stale worker must change nothing, and after each step the rows
must add up. In the end the run must be what `simulate` says.

TEST_PROTOCOL_EXAMPLES sets how many walks (12, the same each time, unless it is
set; then they are longer, new ones, and a failure is made as short as it can be).
"""

import os
import random
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils.timezone import now
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from agents.engine.policy import Fault
from agents.engine.simulation import simulate
from agents.engine.states import NODE_MOVES, NodeStatus
from agents.engine.values import error_of
from agents.executions import claims, journal, recovery, runner, services
from agents.executions.claims import Claim, LeaseLost
from agents.executions.context import WorkerContext
from agents.executions.leases import Pulse, beat
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import Emission, Event, Execution, NodeExecution
from agents.executions.shelf import shelf
from agents.executions.suspension import Suspended
from blocks.sdk import BlockKind
from tests.integration.executions.conftest import Limits
from tests.support.comparing import run_as_recorded, run_as_simulated
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, start

pytestmark = pytest.mark.django_db

EXAMPLES = int(os.environ.get("TEST_PROTOCOL_EXAMPLES", "0"))
PAST = timedelta(hours=1)
STEPS = (
    *("take",) * 6,
    *("go_on",) * 6,
    *("hand_over", "reap") * 4,
    *("let_time_pass",) * 2,
    *("crash", "show_life", "obey", "ring", "sweep", "cancel"),
)
OPEN = ("QUEUED", "RUNNING", "WAITING")
ENDS = ("COMPLETED", "FAILED", "TERMINATED")


def pairing() -> GraphBuilder:
    """Two streams that meet, a static value, a failure that is handled and one that is not."""
    g = GraphBuilder("Pairing")
    left = g.node("NoneIoDeed", a="l", many=3)
    right = g.node("IdempotentIoDeed", a="r", many=2, fail=True)
    constant = g.input("constant", value=7)
    both = g.node("NoneIoDeed", many=2)
    g.link(left, "out", both, "a")
    g.link(right, "out", both, "b")
    last = g.node("IdempotentIoDeed")
    g.link(both, "out", last, "a")
    g.link(constant, "result", last, "b")
    for source, pin in ((last, "out"), (right, "error")):
        g.link(source, pin, g.output(pin), "value")
    return g


def looping() -> GraphBuilder:
    """A cycle, whose values also meet a sleeper's."""
    g = GraphBuilder("Looping")
    seed = g.node("NoneIoDeed", a=0, many=1)
    loop = g.node("IdempotentIoDeed", most=4)
    g.link(seed, "out_$_0", loop, "a")
    g.link(loop, "again", loop, "a")
    sleeper = g.node("NoneIoDeed", a="slept", sleep=60, many=2)
    meet = g.node("NoneIoDeed")
    g.link(loop, "out", meet, "a")
    g.link(sleeper, "out", meet, "b")
    g.link(meet, "out", g.output("met"), "value")
    return g


def nested() -> GraphBuilder:
    """A sub-agent that sleeps between its outputs."""
    child = GraphBuilder("Child")
    many = child.node("NoneIoDeed", a="c", many=2)
    later = child.node("IdempotentIoDeed", sleep=60)
    child.link(many, "out", later, "a")
    child.link(later, "out", child.output("later"), "value")
    g = GraphBuilder("Parent")
    agent = g.agent(child)
    after = g.node("NoneIoDeed")
    g.link(agent, "later", after, "a")
    g.link(after, "out", g.output("out"), "value")
    return g


def acting() -> GraphBuilder:
    """Nodes that act on the world, one of whose errors are handled."""
    g = GraphBuilder("Acting")
    first = g.node("ExternalIoDeed", a="x", many=2)
    second = g.node("ExternalIoDeed", many=1)
    g.link(first, "out", second, "a")
    g.link(second, "out", g.output("done"), "value")
    g.link(second, "error", g.output("problem"), "value")
    return g


GRAPHS: tuple[Callable[[], GraphBuilder], ...] = (pairing, looping, nested, acting)


@dataclass(eq=False)
class Process:
    """A process of workers, with what it keeps of the runs that it worked on."""

    kept: OrderedDict[UUID, DatabaseLedger] = field(default_factory=OrderedDict)
    doubts: int = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        with (
            patch.object(shelf, "_ledgers", self.kept),
            patch.object(shelf, "doubts", self.doubts),
            patch("agents.executions.shelf.DOUBTS", 1),  # so that it is often tried, often in vain
        ):
            yield
            self.doubts = shelf.doubts


@dataclass(eq=False)
class Worker:
    """A worker in the middle of a block: what it emitted, and how much of that it handed over."""

    claim: Claim
    process: "Process"
    values: Iterator[tuple[Any, Any]]
    buffer: list[tuple[Any, Any]] = field(default_factory=list)
    recorded: int = 0

    @classmethod
    def on(cls, claim: Claim, process: "Process") -> "Worker":
        node = claim.node
        data: dict[str, Any] = claim.node_execution.input_data
        if node.kind is BlockKind.AGENT:
            data = {**node.input_default, "inputs": data}
        pulse = Pulse(claim.execution.pk, claim.node_execution.pk, claim.attempt)
        context = WorkerContext(claim, pulse)
        assert node.block is not None
        return cls(claim, process, iter(node.block.run(node.block.inputs.build(data), context)))

    @property
    def pk(self) -> UUID:
        return self.claim.node_execution.pk

    def rest(self) -> dict[str, Any]:
        return {"emissions": self.buffer, "after": self.recorded}


class Protocol(RuleBasedStateMachine):
    """One run, any number of workers, one reaper."""

    owner: User

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.processes = [Process(), Process()]
        self.workers: list[Worker] = []
        self.holder: dict[UUID, Worker] = {}  # who holds a valid token, by node execution
        self.ended: dict[UUID, Any] = {}  # runs that ended, as they were then
        self.runs: list[tuple[GraphBuilder, Execution]] = []

    @initialize(which=st.integers(0, 2**32))
    def begin(self, which: int) -> None:
        """Start a run."""
        builder = GRAPHS[which % len(GRAPHS)]()
        self.runs.append((builder, start(self.owner, builder)))

    @rule(dice=st.integers(0, 2**32))
    def step(self, dice: int) -> None:
        """Do one thing. One number decides, lest hypothesis prefer what is first in a list."""
        chance = random.Random(dice)
        what, which = chance.choice(STEPS), chance.randrange(1_000_000)
        note(f"{what} {which}")
        if not Execution.objects.live().exists():
            self.begin(which)
        getattr(self, what)(which)

    # What workers do.

    def take(self, which: int) -> None:
        """A message arrives: mostly one that is due, sometimes late, or again."""
        row = pick(which, self.nodes(status="QUEUED") if which % 8 else [], self.nodes())
        before = self.everything()
        process = pick(which // 3, self.processes)
        run = row.execution_id if which % 5 else None  # an old message does not name it
        with process.at_work():
            claim = claims.claim(row.pk, worker=f"w{len(self.workers)}", run=run)
        assert (claim is not None) == (row.status == "QUEUED")
        if claim is None:
            assert self.everything() == before
            return
        assert claim.attempt > row.attempt
        worker = Worker.on(claim, process)
        self.workers.append(worker)
        self.holder[row.pk] = worker

    def go_on(self, which: int) -> None:
        """A worker runs its block for some values; at the block's end it tells the journal."""
        worker = self.worker(which)
        for _ in range(1 + which // 7 % 2 if worker else 0):
            try:
                worker.buffer.append(next(worker.values))
            except StopIteration:
                return self.tell(worker, partial(claims.complete, worker.claim, **worker.rest()))
            except Suspended as pause:
                how = {**worker.rest(), "suspension": pause.suspension}
                return self.tell(worker, partial(claims.suspend, worker.claim, **how))
            except Exception as error:
                how = {**worker.rest(), "fault": Fault(*error_of(error))}
                return self.tell(worker, partial(claims.fail, worker.claim, **how))
        return None

    def hand_over(self, which: int) -> None:
        """A worker records what its block emitted so far."""
        worker = pick(which, [one for one in self.workers if one.buffer])
        if worker:
            record = partial(claims.record, worker.claim, **worker.rest())
            self.tell(worker, record, last=False)
            worker.recorded += len(worker.buffer)
            worker.buffer = []

    def crash(self, which: int) -> None:
        """A worker is gone; what it did not record never happened."""
        if self.workers:
            self.workers.remove(pick(which, self.workers))

    def show_life(self, which: int) -> None:
        """A worker renews its lease, and hears whether it still has it and may go on."""
        worker = pick(which, self.workers)
        if worker is None:
            return
        pulse = Pulse(worker.claim.execution.pk, worker.pk, worker.claim.attempt)
        until = NodeExecution.objects.get(pk=worker.pk).lease_until
        beat([pulse])
        assert pulse.lost.is_set() == (not self.holds(worker))
        assert pulse.cancelled.is_set() == fresh(worker.claim.execution).is_cancelled
        if not self.holds(worker):
            assert NodeExecution.objects.get(pk=worker.pk).lease_until == until

    def obey(self, which: int) -> None:
        """A worker that hears of a cancel stops its block."""
        worker = pick(which, self.workers)
        if worker and fresh(worker.claim.execution).is_cancelled:
            self.tell(worker, partial(claims.terminate, worker.claim, **worker.rest()))

    # What the others do.

    def reap(self, which: int) -> None:
        """A lease runs out, whether its worker is gone or only slow, and is taken over."""
        row = pick(which, self.nodes(status="RUNNING"))
        if row:
            NodeExecution.objects.filter(pk=row.pk).update(lease_until=now() - PAST)
            assert recovery.take_over_lost_leases() == 1
            del self.holder[row.pk]

    def let_time_pass(self, which: int) -> None:
        """The moment comes that a sleeper waits for."""
        row = pick(which, self.nodes(status="WAITING", wake_at__isnull=False))
        if row:
            wake_up(row)
            assert recovery.wake_sleepers() >= 1

    def ring(self, which: int) -> None:
        """A bell rings, in time or without reason."""
        row = pick(which, self.nodes(status="WAITING") if which % 4 else [], self.nodes())
        woken = journal.wake(row.pk)
        assert not woken or row.status == "WAITING"

    def sweep(self, _: int) -> None:
        """What two sweeps after one another find, the first one has moved."""
        recovery.sweep()
        recovery.audit()
        before = self.everything()
        assert set({**recovery.sweep(), **recovery.audit()}.values()) == {0}
        assert self.everything() == before

    def cancel(self, which: int) -> None:
        """Somebody stops the run; most walks go on without."""
        _, execution = pick(which, self.runs)
        if which % 5 == 0:
            services.stop_execution(execution.pk)
            assert not self.nodes(status="QUEUED", execution=execution)

    # What holds at all times.

    @invariant()
    def all_is_well(self) -> None:
        seen = Seen()
        seen.adds_up()
        seen.tells_all_without_gaps()
        for row in seen.nodes:
            tokens = [one for one in self.workers if one.pk == row.pk and is_valid(one, row)]
            assert len(tokens) <= 1
            assert (row.status == "RUNNING") == (row.lease_until is not None)
            assert (row.status == "RUNNING") == (row.pk in self.holder)
        for run in seen.runs:  # what ended never changes
            if run.state.is_final:
                assert self.ended.setdefault(run.pk, seen.of(run)) == seen.of(run)

    def teardown(self) -> None:
        try:
            self.finish()
        finally:
            transaction.set_rollback(True)
            self.outer.__exit__(None, None, None)
            connection.run_on_commit = []

    def finish(self) -> None:
        """Nothing more goes wrong: the run ends, with what the simulation says."""
        self.holder = {}
        for _ in range(200):
            NodeExecution.objects.filter(status="RUNNING").update(lease_until=now() - PAST)
            recovery.take_over_lost_leases()
            for row in self.nodes(status="WAITING"):
                if row.wake_at:
                    wake_up(row)
            recovery.wake_sleepers()
            for row in self.nodes(status="QUEUED"):
                runner.run_node(row.pk, row.execution_id)
            if not Execution.objects.live().exists():
                break
        recovery.audit()
        assert not Execution.objects.live().exists()
        for worker in self.workers:
            self.tell(worker, partial(claims.complete, worker.claim, **worker.rest()), last=False)
        for builder, execution in self.runs:
            self.check_end(builder, fresh(execution))
        self.all_is_well()

    def check_end(self, builder: GraphBuilder, run: Execution) -> None:
        interrupted = [
            row
            for row in self.nodes(execution=run)
            if (row.error or {}).get("code") == "interrupted"
        ]
        assert builder.name == "Acting" or not interrupted
        if not run.is_cancelled and not interrupted:
            expected = simulate(builder.graph(), graphs=builder.family())
            assert run_as_recorded(run, expected.graph) == run_as_simulated(expected)

    # Words.

    def tell(self, worker: Worker, write: Callable[[], None], *, last: bool = True) -> None:
        """Let a worker write: a stale one is told so and has changed nothing."""
        if last:
            self.workers.remove(worker)
        if self.holds(worker):
            with worker.process.at_work():
                write()
            if last:
                del self.holder[worker.pk]
            return
        before = self.everything()
        with pytest.raises(LeaseLost), worker.process.at_work():
            write()
        assert self.everything() == before

    def worker(self, which: int) -> Any:
        """Return a worker: mostly one that holds its token, sometimes one that lost it."""
        holders = [one for one in self.workers if self.holds(one)]
        return pick(which, holders if which % 4 else [], self.workers)

    def holds(self, worker: Worker) -> bool:
        return self.holder.get(worker.pk) is worker

    def nodes(self, **where: Any) -> list[NodeExecution]:
        return list(NodeExecution.objects.filter(**where).order_by("execution__created", "number"))

    def everything(self) -> Any:
        return Seen().all()


class Seen:
    """All that is in the database, as it is at one moment."""

    def __init__(self) -> None:
        self.runs = list(Execution.objects.order_by("created"))
        self.nodes = list(NodeExecution.objects.order_by("number"))
        self.events: dict[UUID, list[Event]] = {run.pk: [] for run in self.runs}
        for event in Event.objects.order_by("seq"):
            self.events[event.execution_id].append(event)
        self.emissions: dict[UUID, list[Emission]] = {row.pk: [] for row in self.nodes}
        for emission in Emission.objects.order_by("number"):
            self.emissions[emission.node_execution_id].append(emission)

    def nodes_of(self, run: Execution) -> list[NodeExecution]:
        return [row for row in self.nodes if row.execution_id == run.pk]

    def of(self, run: Execution) -> Any:
        """Return what a run is; whether its parent was told is not part of it."""
        return (
            (run.status, run.last_seq, run.error, run.ended_at),
            [fields_of(row) for row in self.nodes_of(run)],
            [one.pair for row in self.nodes_of(run) for one in self.emissions[row.pk]],
        )

    def all(self) -> Any:
        return [self.of(run) for run in self.runs]

    def adds_up(self) -> None:
        """Fail where counters do not say what rows say."""
        for run in self.runs:
            rows = self.nodes_of(run)
            assert (run.opened, run.started, run.unfinished, run.failed) == (
                len(rows),
                sum(row.start_number is not None for row in rows),
                sum(row.status in OPEN for row in rows),
                sum(row.status == "FAILED" for row in rows),
            )
            assert (run.unfinished == 0) == run.state.is_final
        for row in self.nodes:
            assert [one.number for one in self.emissions[row.pk]] == list(range(row.emitted))
            assert row.delivered <= row.emitted

    def tells_all_without_gaps(self) -> None:
        """Fail where events lack a number, tell of an illegal move, or of a value not once."""
        for run in self.runs:
            events = self.events[run.pk]
            assert [one.seq for one in events] == list(range(1, run.last_seq + 1))
            told = [one.status for one in events if one.kind == Event.Kind.GRAPH]
            assert told[0] == "QUEUED"
            assert sum(status in ENDS for status in told) == run.state.is_final
            for row in self.nodes_of(run):
                follow(row, [one for one in events if one.node_execution_id == row.pk])


def pick(which: int, *options: list[Any]) -> Any:
    """Return one of the first options that there are, or None."""
    return next((some[which % len(some)] for some in options if some), None)


def wake_up(row: NodeExecution) -> None:
    past = now() - PAST
    NodeExecution.objects.filter(pk=row.pk).update(wake_at=past, sleeps=[past.isoformat()])


def follow(row: NodeExecution, told: list[Event]) -> None:
    """Follow a node execution through its events: legal moves, each value told once, in order."""
    state, seen = NodeStatus.INCOMPLETE, 0
    for event in told:
        status = NodeStatus(event.status)
        assert status is state is NodeStatus.RUNNING or status in NODE_MOVES[state]
        if event.first < event.last:
            assert event.first == seen
            seen = event.last
        state = status
    assert (state, seen) == (row.status, row.emitted)


def fields_of(row: NodeExecution) -> dict[str, Any]:
    return {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}


def is_valid(worker: Worker, row: NodeExecution) -> bool:
    return (row.status, row.attempt) == ("RUNNING", worker.claim.attempt)


def test_nothing_is_lost_or_done_twice_whatever_workers_do(alice: User, limits: Limits) -> None:
    limits(attempts=1000)

    class OfAlice(Protocol):
        owner = alice

    run_state_machine_as_test(
        OfAlice,
        settings=settings(
            max_examples=EXAMPLES or 12,
            stateful_step_count=100 if EXAMPLES else 70,
            derandomize=not EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )
