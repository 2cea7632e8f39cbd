"""Write down what happened in a run: one decision, one transaction, the run's row locked first.

Here is what is decided about a run as a whole, and how each such transaction ends (`commit`). What
workers write is in `claims`, what is decided when they cannot in `losses`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from agents.engine.errors import InvalidInputs
from agents.engine.ids import NodeId
from agents.engine.outcome import starting_data
from agents.engine.states import FINAL_NODES, NodeStatus
from agents.executions import (
    admission,
    auditing,
    dispatch,
    metrics,
    publisher,
    replaying,
    settlement,
)
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import EventWait, Execution, NodeExecution, Review
from agents.executions.opening import open_row
from agents.executions.output import output_count
from agents.graphs import sight
from agents.graphs.models import GraphVersion
from audit.actions import Action
from audit.models import Entry
from kernel.errors import TrellisError

Starts = Mapping[NodeId, dict[str, Any]]
"""What the starting nodes of a run begin with."""


class DeadlineExceeded(TrellisError):
    """The run was not done in the time that a run may take."""

    code = "deadline_exceeded"


def begin(execution: Execution, version: GraphVersion, starts: Starts) -> None:
    """Record a new run with its starting nodes ready to be taken, and end the transaction."""
    ledger = _new(execution, version)
    settlement.begin(ledger, starts)
    commit(ledger)


def enlist(execution: Execution, version: GraphVersion) -> None:
    """Record a new run that waits for a free place; nothing of it is ready before admission.

    It ends the transaction.
    """
    execution.admitted_at = None
    ledger = _new(execution, version)
    ledger.flush(commit=True)
    dispatch.on_commit([], publisher.bell(execution, run_changed=True))


def begin_all(new: Sequence[tuple[Execution, GraphVersion, Starts | None]]) -> None:
    """Record several new runs in one message, as `begin` does, or without starts as `enlist`.

    It ends the transaction.
    """
    ledgers = []
    for execution, version, starts in new:
        if starts is None:
            execution.admitted_at = None
        ledger = _new(execution, version)
        if starts is not None:
            settlement.begin(ledger, starts)
        ledgers.append(ledger)
    DatabaseLedger.flush_new(ledgers)
    bells = [publisher.bell(execution, run_changed=True) for execution, _, _ in new]
    dispatch.on_commit(chain.from_iterable(one.queued for one in ledgers), [*chain(*bells)])


def admit(owner_id: Any) -> int:
    """Let a person's next runs begin, as far as there are places; return how many.

    Where nobody waits, or no place is free, this is one query without locks.
    """
    if not admission.may_admit(owner_id):
        return 0
    with transaction.atomic():  # the decision about all of them: nobody else's until its end
        return sum(_admit(pk) for pk in admission.next_runs(owner_id))


@transaction.atomic(savepoint=False)
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
        if execution.is_sealed:
            problems = [*sight.veiled(graph, problems)]
        message = problems[0].detail if problems else "No node can begin."
        execution.error = {"code": InvalidInputs.code, "message": message}
    commit(ledger)
    return True


@transaction.atomic
def wake(pk: UUID) -> bool:
    """Queue a waiting node execution whose moment or event has come. False: not now."""
    # One that is running may be about to wait: its worker looked before this event came.
    found = open_row(pk, NodeStatus.WAITING, NodeStatus.RUNNING)
    # Taken back before the look, so that what comes later is told again.
    Execution.objects.filter(parent=pk, unheard=True).update(unheard=False)
    if found is None or found[1].status != NodeStatus.WAITING or not is_due(found[1]):
        return False
    ledger, sleeper = found
    ledger.enqueue(sleeper)
    commit(ledger)
    return True


@transaction.atomic
def expire(pk: UUID) -> bool:
    """Fail a run whose deadline is over; what it does is stopped. False: it ended before."""
    execution = Execution.objects.locked(pk)
    due = execution.deadline_at
    if due is None or due > now():
        return False
    error = DeadlineExceeded(
        f"The run was not done by {due:%Y-%m-%d %H:%M:%S} UTC, its deadline, and was ended. "
        "EXECUTION_DEADLINE_SECONDS says how long a run may take."
    )
    return _abort(execution, error)


@transaction.atomic
def give_up(pk: UUID, error: TrellisError) -> bool:
    """Fail a run that may not go on; what it does is stopped. False: it ended before."""
    return _abort(Execution.objects.locked(pk), error)


def _abort(execution: Execution, error: TrellisError) -> bool:
    if execution.state.is_final or execution.is_cancelled:
        return False
    ledger = DatabaseLedger(execution, execution.graph_version.graph)
    settlement.abort(ledger, error)
    ledger.tell_run("stopping")
    commit(ledger)
    return True


@transaction.atomic
def stop(pk: UUID) -> bool:
    """Cancel a run: nothing starts any more. False: it had ended, or was being stopped."""
    return _stop(Execution.objects.locked(pk))


@transaction.atomic
def stop_for_somebody(pk: UUID, **details: Any) -> bool:
    """Cancel a run as `stop` does, because a person wants it: the audit log has a line of it."""
    execution = Execution.objects.locked(pk)
    return _stop(execution, auditing.line(Action.RUN_STOPPED, execution, **details))


@transaction.atomic
def stop_orphan(pk: UUID) -> bool:
    """Cancel a run if the node execution that started it is over. False: it is not, or as `stop`.

    A retry that lets both go on locks this run too, so the look under the lock is the last word.
    """
    execution = Execution.objects.locked(pk)
    orphaned = Execution.objects.filter(pk=pk, parent__status__in=FINAL_NODES)
    return orphaned.exists() and _stop(execution)


def _stop(execution: Execution, audited: Entry | None = None) -> bool:
    if execution.state.is_final or execution.is_cancelled:
        return False
    ledger = DatabaseLedger(execution, execution.graph_version.graph)
    ledger.audited = audited
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
        if is_due(row):
            ledger.enqueue(row)


def _new(execution: Execution, version: GraphVersion) -> DatabaseLedger:
    execution.graph_version = version
    if execution.deadline_at is None:
        execution.deadline_at = execution.created + settings.EXECUTIONS["deadline"]
    ledger = DatabaseLedger.of_new(execution, version.graph)
    if execution.parent_id is None:  # what runs start is told by their events
        ledger.audited = auditing.started(execution)
    ledger.tell_run()
    return ledger


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
    if ledger.run_changed and execution.state.is_final:
        transaction.on_commit(partial(metrics.count_end, execution), robust=True)
    parent = execution.parent_id
    has_news = parent is not None and (ledger.gave_output or execution.state.is_final)
    execution.unheard = has_news
    if ledger.leaves_reviews:
        ledger.flush()  # who ended is read from the database
        Review.objects.withdraw(execution.pk)
    others = admission.Others(execution.owner_id)
    ledger.flush(commit=True, durable=durable, ask_others=others.ask)
    dispatch.on_commit(ledger.queued, publisher.bell(execution, run_changed=ledger.run_changed))
    for orphaned in ledger.orphaned:
        transaction.on_commit(partial(_stop_child, orphaned.pk), robust=True)  # else the audit will
    if parent is not None and has_news:
        transaction.on_commit(lambda: wake(parent), robust=True)  # else the sweep will
    if ledger.leaves_place and others.may_begin is not False:
        # Else the sweep will admit the next.
        transaction.on_commit(partial(admit, execution.owner_id), robust=True)
    ledger.queued, ledger.orphaned, ledger.leaves_reviews = [], [], False
    ledger.gave_output = ledger.run_changed = ledger.went_idle = False


def _stop_child(pk: UUID) -> None:
    """Stop the run that a node execution started, if it still goes on."""
    for child in Execution.objects.live().filter(parent=pk).values_list("pk", flat=True):
        stop_orphan(child)


def is_due(sleeper: NodeExecution) -> bool:
    """Return whether what a waiting node execution waits for has come."""
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
