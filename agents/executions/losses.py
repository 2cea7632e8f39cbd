"""End what workers cannot end themselves: they were lost, or do not listen."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from agents.engine.errors import Interrupted, TimedOut
from agents.engine.policy import Fault
from agents.engine.states import NodeStatus
from agents.executions import settlement
from agents.executions.journal import commit
from agents.executions.metrics import LEASES_LOST
from agents.executions.models import NodeExecution
from agents.executions.opening import open_row


@dataclass(frozen=True)
class Loss:
    """How a worker was lost: ``words`` go on "The worker … was lost", ``advice`` says what to do."""

    code: str = "worker_lost"
    words: str = ""
    advice: str = "It may need more memory or time than a worker has."


LOST = Loss()


@transaction.atomic
def take_over(pk: UUID, *, attempt: int | None = None, loss: Loss = LOST) -> bool:
    """End the lease of a worker that was not heard from in time. False: it was.

    Who knows that a worker is dead gives its ``attempt``, and how it died; then the lease need not
    have run out.

    What is safe to run again is queued again, until it has cost too many workers; anything else
    fails, because nobody knows how far it came.
    """
    found = open_row(pk, NodeStatus.RUNNING)
    if found is None or not _is_lost(found[1], attempt):
        return False
    ledger, lost = found
    lost.losses += 1
    lost.attempt += 1  # the lost worker's token is worth nothing from here on
    if ledger.execution.is_cancelled:
        settlement.end(ledger, lost, NodeStatus.TERMINATED)
    elif ledger.effect(lost) == "external":
        settlement.fail(ledger, lost, Fault(Interrupted.code, _interrupted(lost, loss)))
    elif lost.losses >= settings.EXECUTIONS["attempts"]:
        settlement.fail(ledger, lost, Fault(loss.code, _worker_lost(lost, loss)), final=True)
    else:
        ledger.enqueue(lost)
    commit(ledger)
    transaction.on_commit(LEASES_LOST.labels(loss.code).inc)
    return True


@transaction.atomic
def time_out(pk: UUID, *, attempt: int, seconds: float) -> bool:
    """Fail a node execution whose block ran too long and does not listen. False: it has ended.

    Whatever its worker still writes is refused.
    """
    found = open_row(pk, NodeStatus.RUNNING)
    if found is None or found[1].attempt != attempt:
        return False
    ledger, late = found
    late.attempt += 1
    if ledger.execution.is_cancelled:
        settlement.end(ledger, late, NodeStatus.TERMINATED)
    else:
        settlement.fail(ledger, late, Fault(TimedOut.code, timed_out(seconds)))
    commit(ledger)
    return True


def timed_out(seconds: float) -> str:
    """Return the sentence about a block that ran for longer than these seconds."""
    return (
        f"The block ran for {seconds:g} s, the longest that one try may take, and was ended. Give "
        "it less to do, or raise the node's `timeout_seconds` or NODE_TIMEOUT_SECONDS."
    )


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
