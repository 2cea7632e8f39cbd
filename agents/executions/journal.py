"""Write down what happened in a run: one decision, one transaction, the run's row locked first.

A worker's write carries its fencing token (the attempt that its claim counted up). A writer whose
lease was taken over is told `LeaseLost` and has changed nothing.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from agents.engine.errors import Interrupted, InvalidInputs, TimedOut
from agents.engine.graph import Node
from agents.engine.ids import NodeId, PinName
from agents.engine.outcome import starting_data
from agents.engine.states import FINAL_NODES, NodeStatus
from agents.executions import admission, dispatch, publisher, replaying, settlement, statements
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import EventWait, Execution, NodeExecution, Review
from agents.executions.output import output_count
from agents.executions.statements import Batch
from agents.executions.suspension import Suspension
from agents.graphs.models import GraphVersion
from kernel.errors import TrellisError

# Unsettled node executions of a run that are read with its lock: the local lane needs all of them,
# a single step only a few.
MOST_KNOWN, FEW = 32, 8
MOST_REREAD = 2000  # that the local lane reads, for the many node executions that it goes on with

Emissions = Sequence[tuple[PinName, Any]]


class LeaseLost(Exception):
    """Another worker has the node execution now, or it has ended."""


class DeadlineExceeded(TrellisError):
    """The run was not done in the time that a run may take."""

    code = "deadline_exceeded"


@dataclass(frozen=True)
class Loss:
    """How a worker was lost: ``words`` go on "The worker … was lost", ``advice`` says what to do."""

    code: str = "worker_lost"
    words: str = ""
    advice: str = "It may need more memory or time than a worker has."


LOST = Loss()


@dataclass(frozen=True)
class Claim:
    """A node execution that this worker holds: ``attempt`` is the fencing token."""

    node_execution: NodeExecution
    execution: Execution
    attempt: int
    commit: Callable[[DatabaseLedger], None] = field(default=lambda ledger: commit(ledger))  # noqa: PLW0108 - defined below
    """What ends the transaction in which the block's end is journaled."""

    @property
    def node(self) -> Node:
        return self.execution.graph_version.graph.nodes[NodeId(self.node_execution.node_id)]


@transaction.atomic(savepoint=False)
def begin(
    execution: Execution, version: GraphVersion, starts: Mapping[NodeId, dict[str, Any]]
) -> None:
    """Record a new run with its starting nodes ready to be taken."""
    ledger = _new(execution, version)
    settlement.begin(ledger, starts)
    commit(ledger)


@transaction.atomic(savepoint=False)
def enlist(execution: Execution, version: GraphVersion) -> None:
    """Record a new run that waits for a free place; nothing of it is ready before admission."""
    execution.admitted_at = None
    ledger = _new(execution, version)
    ledger.flush()
    dispatch.on_commit([], publisher.bell(execution, run_changed=True))


def admit(owner_id: Any) -> int:
    """Let a person's next runs begin, as far as there are places; return how many.

    Where nobody waits, or no place is free, this is one query without locks.
    """
    if not admission.may_admit(owner_id):
        return 0
    with transaction.atomic():
        return sum(_admit(pk) for pk in admission.next_runs(owner_id))


def _admit(pk: UUID) -> bool:
    """Let one run begin. False: it was stopped at this moment."""
    execution = Execution.objects.locked(pk)
    if execution.state.is_final or execution.admitted_at is not None:
        return False
    execution.admitted_at = now()
    graph = execution.graph_version.graph
    ledger = DatabaseLedger.of_new(execution, graph)
    starts, problems = starting_data(graph, execution.inputs, execution.nodes_input_masks)
    if starts and not problems:
        ledger.tell_run("admitted")
        settlement.begin(ledger, starts)
    else:  # it fitted when it was started: a block is another one now
        message = problems[0].detail if problems else "No node can begin."
        execution.error = {"code": InvalidInputs.code, "message": message}
    commit(ledger)
    return True


def claim(pk: UUID, *, worker: str) -> Claim | None:
    """Take one queued node execution. None: it was taken, it is over, or the run is cancelled."""
    with transaction.atomic():
        found = open_queued(pk)
        return None if found is None else take(*found, worker=worker)


def open_queued(pk: UUID) -> tuple[DatabaseLedger, NodeExecution] | None:
    """Lock the run of a queued node execution. None: it was taken, or it is over."""
    found = _lock(pk, NodeStatus.QUEUED)
    return found if found is not None and found[1].status == NodeStatus.QUEUED else None


def reopen(ledger: DatabaseLedger) -> DatabaseLedger | None:
    """Lock a run again and return its ledger: the same one where nobody changed the run meanwhile.

    None: it was changed, and too much is going on in it to read it all again.
    """
    run = ledger.execution.pk
    found: list[Execution] = []
    batch = Batch()
    batch.say(statements.IDLE_LIMIT)
    statements.lock_run(batch, run, found.append)
    batch.run()
    if not found:
        return None
    [execution] = found
    execution.graph_version = ledger.execution.graph_version
    if execution.last_seq == ledger.execution.last_seq:
        ledger.execution = execution
        return ledger
    fresh = DatabaseLedger(execution, ledger.graph)
    again = Batch()
    statements.unsettled(again, run, MOST_REREAD, fresh.load_all)
    again.run()
    return fresh if fresh.knows_all else None


def take(ledger: DatabaseLedger, row: NodeExecution, *, worker: str) -> Claim:
    """Give a queued node execution of a locked run to a worker, and end the transaction.

    The claim of a pure block may be lost in a crash of the database, which only means doing it
    again. Any other must be there before the block acts, or another worker would act too.
    """
    moment = now()
    lease_until = moment + settings.EXECUTIONS["lease"]
    ledger.take(row, worker=worker, lease_until=lease_until, moment=moment)
    commit(ledger, durable=_effect(ledger, row) != "none")
    return Claim(row, ledger.execution, row.attempt)


def record(claim: Claim, emissions: Emissions, *, after: int) -> None:
    """Record and deliver values that a running block emitted; it goes on.

    ``after`` is how many values this run of the block emitted before. Values that an earlier run
    of it recorded already are left out.
    """
    with _held(claim, emissions, after, goes_on=True) as (ledger, running, first):
        ledger.tell_node(running, first=first)
        settlement.deliver(ledger, running)


def complete(claim: Claim, emissions: Emissions, *, after: int) -> None:
    """Record and deliver a block's last values, and that it ended well."""
    with _held(claim, emissions, after) as (ledger, running, first):
        settlement.end(ledger, running, NodeStatus.COMPLETED, first=first)


def fail(
    claim: Claim,
    emissions: Emissions,
    *,
    after: int,
    code: str,
    message: str,
    transient: bool = False,
) -> None:
    """Record a block's last values and that it failed; the message goes out on ``error``.

    It waits for another try instead where its policy says so.
    """
    with _held(claim, emissions, after) as (ledger, running, first):
        settlement.fail(ledger, running, code, message, first=first, transient=transient)


def terminate(claim: Claim, emissions: Emissions, *, after: int) -> None:
    """Record that a running block stopped because its run is being stopped."""
    with _held(claim, emissions, after) as (ledger, running, first):
        settlement.end(ledger, running, NodeStatus.TERMINATED, first=first)


def suspend(claim: Claim, emissions: Emissions, *, after: int, suspension: Suspension) -> None:
    """Record that a block waits, and for what; no worker is held until it is woken."""
    with _held(claim, emissions, after) as (ledger, running, first):
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
        if _is_due(running):
            ledger.enqueue(running)


@transaction.atomic
def wake(pk: UUID) -> bool:
    """Queue a waiting node execution whose moment or event has come. False: not now."""
    # One that is running may be about to wait: its worker looked before this event came.
    found = _lock(pk, NodeStatus.WAITING, NodeStatus.RUNNING)
    # Taken back before the look, so that what comes later is told again.
    Execution.objects.filter(parent=pk, unheard=True).update(unheard=False)
    if found is None or found[1].status != NodeStatus.WAITING or not _is_due(found[1]):
        return False
    ledger, sleeper = found
    ledger.enqueue(sleeper)
    commit(ledger)
    return True


@transaction.atomic
def take_over(pk: UUID, *, attempt: int | None = None, loss: Loss = LOST) -> bool:
    """End the lease of a worker that was not heard from in time. False: it was.

    Who knows that a worker is dead gives its ``attempt``, and how it died; then the lease need not
    have run out.

    What is safe to run again is queued again, until it has cost too many workers; anything else
    fails, because nobody knows how far it came.
    """
    found = _lock(pk, NodeStatus.RUNNING)
    if found is None or not _is_lost(found[1], attempt):
        return False
    ledger, lost = found
    lost.losses += 1
    lost.attempt += 1  # the lost worker's token is worth nothing from here on
    if ledger.execution.is_cancelled:
        settlement.end(ledger, lost, NodeStatus.TERMINATED)
    elif _effect(ledger, lost) == "external":
        settlement.fail(ledger, lost, Interrupted.code, _interrupted(lost, loss))
    elif lost.losses >= settings.EXECUTIONS["attempts"]:
        settlement.fail(ledger, lost, loss.code, _worker_lost(lost, loss), final=True)
    else:
        ledger.enqueue(lost)
    commit(ledger)
    return True


@transaction.atomic
def time_out(pk: UUID, *, attempt: int, seconds: float) -> bool:
    """Fail a node execution whose block ran too long and does not listen. False: it has ended.

    Whatever its worker still writes is refused.
    """
    found = _lock(pk, NodeStatus.RUNNING)
    if found is None or found[1].attempt != attempt:
        return False
    ledger, late = found
    late.attempt += 1
    if ledger.execution.is_cancelled:
        settlement.end(ledger, late, NodeStatus.TERMINATED)
    else:
        settlement.fail(ledger, late, TimedOut.code, timed_out(seconds))
    commit(ledger)
    return True


def timed_out(seconds: float) -> str:
    """Return the sentence about a block that ran for longer than these seconds."""
    return (
        f"The block ran for {seconds:g} s, the longest that one try may take, and was ended. Give "
        "it less to do, or raise the node's `timeout_seconds` or NODE_TIMEOUT_SECONDS."
    )


@transaction.atomic
def expire(pk: UUID) -> bool:
    """Fail a run whose deadline is over; what it does is stopped. False: it ended before."""
    execution = Execution.objects.locked(pk)
    due = execution.deadline_at
    if execution.state.is_final or execution.is_cancelled or due is None or due > now():
        return False
    ledger = DatabaseLedger(execution, execution.graph_version.graph)
    error = DeadlineExceeded(
        f"The run was not done by {due:%Y-%m-%d %H:%M:%S} UTC, its deadline, and was ended. "
        "EXECUTION_DEADLINE_SECONDS says how long a run may take."
    )
    settlement.abort(ledger, error)
    ledger.tell_run("stopping")
    commit(ledger)
    return True


@transaction.atomic
def stop(pk: UUID) -> bool:
    """Cancel a run: nothing starts any more. False: it had ended, or was being stopped."""
    return _stop(Execution.objects.locked(pk))


@transaction.atomic
def stop_orphan(pk: UUID) -> bool:
    """Cancel a run if the node execution that started it is over. False: it is not, or as `stop`.

    A retry that lets both go on locks this run too, so the look under the lock is the last word.
    """
    execution = Execution.objects.locked(pk)
    orphaned = Execution.objects.filter(pk=pk, parent__status__in=FINAL_NODES)
    return orphaned.exists() and _stop(execution)


def _stop(execution: Execution) -> bool:
    if execution.state.is_final or execution.is_cancelled:
        return False
    ledger = DatabaseLedger(execution, execution.graph_version.graph)
    execution.cancel_requested_at = now()
    ledger.tell_run("stopping")
    settlement.end_what_does_not_run(ledger)
    commit(ledger)
    return True


@transaction.atomic
def close(pk: UUID) -> bool:
    """End a run that has nothing left to do. False: it has, or it ended."""
    execution = Execution.objects.locked(pk)
    if execution.state.is_final or execution.unfinished or execution.admitted_at is None:
        return False
    commit(DatabaseLedger(execution, execution.graph_version.graph))
    return True


@contextmanager
def opened(pk: UUID) -> Iterator[DatabaseLedger]:
    """Open a run, locked, for a decision that is made elsewhere; written when the block ends."""
    with transaction.atomic():
        execution = Execution.objects.locked(pk)
        ledger = DatabaseLedger(execution, execution.graph_version.graph)
        yield ledger
        commit(ledger)


def go_on(ledger: DatabaseLedger, node_executions: Collection[UUID]) -> None:
    """Queue those of the node executions that wait for what has been decided just now."""
    rows = NodeExecution.objects.filter(pk__in=node_executions, status=NodeStatus.WAITING)
    for row in ledger.read(rows.order_by("number")):
        if _is_due(row):
            ledger.enqueue(row)


@contextmanager
def _held(
    claim: Claim, emissions: Emissions, after: int, *, goes_on: bool = False
) -> Iterator[tuple[DatabaseLedger, NodeExecution, int]]:
    """Open the run for a worker that still holds its lease, and record what its block emitted.

    Yields the run, the node execution and the number of the first value that is new; values that
    an earlier run of the block recorded are left out. Raises LeaseLost.
    """
    with transaction.atomic():
        found = _lock(claim.node_execution.pk, NodeStatus.RUNNING)
        if found is None or (found[1].status, found[1].attempt) != (
            NodeStatus.RUNNING,
            claim.attempt,
        ):
            raise LeaseLost
        ledger, running = found
        pins = Counter(pin for pin, _ in emissions)
        ledger.look_ahead(running, pins)
        first = running.emitted
        ledger.emit(running, emissions[max(first - after, 0) :])
        yield ledger, running, first
        (commit if goes_on else claim.commit)(ledger)


def _new(execution: Execution, version: GraphVersion) -> DatabaseLedger:
    execution.graph_version = version
    if execution.deadline_at is None:
        execution.deadline_at = execution.created + settings.EXECUTIONS["deadline"]
    execution.save(force_insert=True)
    ledger = DatabaseLedger.of_new(execution, version.graph)
    ledger.tell_run()
    return ledger


def _lock(pk: UUID, *statuses: NodeStatus) -> tuple[DatabaseLedger, NodeExecution] | None:
    """Open the run of a node execution that is in one of these states; None where it is not."""
    found: list[tuple[Execution, NodeExecution]] = []
    batch = Batch()
    if NodeStatus.QUEUED in statuses:
        batch.say(statements.IDLE_LIMIT)  # its block may run under the lock
    statements.lock(batch, pk, statuses, lambda *rows: found.append(rows))
    most = MOST_KNOWN if settings.EXECUTIONS["local_lane"] else FEW
    beside = statements.beside(batch, pk, most)
    batch.run()
    if not found:
        return None
    execution, row = found[0]
    execution.graph_version = _version(execution.graph_version_id)
    ledger = DatabaseLedger(execution, execution.graph_version.graph)
    ledger.load(row, beside)
    return ledger, row


@lru_cache(maxsize=256)
def _version(pk: UUID) -> GraphVersion:
    """Return a version, which never changes, without its document."""
    return GraphVersion.objects.defer("document").get(pk=pk)


def commit(ledger: DatabaseLedger, *, durable: bool = True) -> None:
    """Write the ledger, end the run if nothing is left, and ring every bell on commit.

    Nothing may be written in the transaction after this.
    """
    execution = ledger.execution
    if ledger.taken_over:
        replaying.deliver_recorded(ledger)
    if not execution.unfinished and not execution.state.is_final:
        if execution.failed:
            ledger.flush()  # who failed is read from the database
        settlement.close(ledger)
    parent = execution.parent_id
    has_news = parent is not None and (ledger.gave_output or execution.state.is_final)
    execution.unheard = execution.unheard or has_news
    if ledger.leaves_reviews:
        ledger.flush()  # who ended is read from the database
        Review.objects.withdraw(execution.pk)
    ledger.flush(commit=True, durable=durable)
    dispatch.on_commit(ledger.queued, publisher.bell(execution, run_changed=ledger.run_changed))
    for orphaned in ledger.orphaned:
        transaction.on_commit(partial(_stop_child, orphaned.pk), robust=True)  # else the audit will
    if parent is not None and has_news:
        transaction.on_commit(lambda: wake(parent), robust=True)  # else the sweep will
    if ledger.went_idle or (parent is None and execution.state.is_final):
        # It left its place. Else the sweep will admit the next.
        transaction.on_commit(partial(admit, execution.owner_id), robust=True)
    ledger.queued, ledger.orphaned, ledger.leaves_reviews = [], [], False
    ledger.gave_output = ledger.run_changed = ledger.went_idle = False


def _stop_child(pk: UUID) -> None:
    """Stop the run that a node execution started, if it still goes on."""
    for child in Execution.objects.live().filter(parent=pk).values_list("pk", flat=True):
        stop_orphan(child)


def _is_due(sleeper: NodeExecution) -> bool:
    waits_for = sleeper.waits_for or {}
    if waits_for.get("kind") == "review":
        return Review.objects.is_decided(waits_for["review"])
    if waits_for.get("kind") == "event" and EventWait.objects.has_ended(sleeper, waits_for["wait"]):
        return True
    if waits_for.get("kind") == "agent":
        child = Execution.objects.filter(parent=sleeper).first()
        return child is not None and (
            child.state.is_final or output_count(child) > waits_for.get("outputs", 0)
        )
    if waits_for.get("kind") == "limit" and sleeper.wake_at is None:
        return sleeper.limit_place == NodeExecution.LimitPlace.GRANTED
    return sleeper.wake_at is not None and sleeper.wake_at <= now()


def _effect(ledger: DatabaseLedger, row: NodeExecution) -> str:
    """Return what a second run of the node execution would do."""
    block = ledger.graph.nodes[NodeId(row.node_id)].block
    return block.effect if block else "none"


def _is_lost(row: NodeExecution, attempt: int | None) -> bool:
    if attempt is not None:
        return row.attempt == attempt
    return row.lease_until is not None and row.lease_until <= now()


def _interrupted(lost: NodeExecution, loss: Loss) -> str:
    return (
        f"The worker {lost.worker!r} was lost{loss.words} while this block ran. It may have acted "
        "on the world already, so it was not run again. Check, then run the agent again."
    )


def _worker_lost(lost: NodeExecution, loss: Loss) -> str:
    return (
        f"{lost.losses} workers were lost while this block ran, the last one {lost.worker!r}"
        f"{loss.words}. {loss.advice}"
    )
