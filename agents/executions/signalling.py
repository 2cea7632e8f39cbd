"""Tell a run that something happened outside.

A signal is recorded and handed over in one transaction, the run's row locked: it goes to the
wait that began first, or stays until one begins.
"""

from typing import Any
from uuid import UUID

from accounts.models import User
from agents.executions import journal
from agents.executions.models import EventWait, Signal
from agents.executions.sizes import check_size
from kernel.errors import Conflict
from kernel.idempotency import IdempotencyKeyReused, KeyedRequest


class ExecutionEnded(Conflict):
    """The run has ended or is being stopped: nothing in it waits any more."""

    code = "execution_ended"


def send(
    execution: UUID, *, by: User, name: str, value: Any = None, request: KeyedRequest | None = None
) -> tuple[Signal, bool]:
    """Return the signal, and whether this call has sent it: a request sent twice sends one.

    Raises ValueTooLarge, ExecutionEnded or IdempotencyKeyReused; then nothing was sent.
    """
    check_size(value)
    with journal.opened(execution) as ledger:
        if request and (
            sent := Signal.objects.filter(execution=execution, key=request.key).first()
        ):
            if sent.digest != request.digest:
                raise IdempotencyKeyReused
            return sent, False
        if ledger.execution.is_cancelled or ledger.execution.state.is_final:
            raise ExecutionEnded
        signal = Signal.objects.create(
            execution=ledger.execution,
            name=name,
            number=Signal.objects.next_number(execution, name),
            value=value,
            key=request.key if request else None,
            digest=request.digest if request else "",
            sent_by=by,
        )
        for wait in EventWait.objects.open().filter(execution=execution, name=name):
            if signal.give(wait):
                journal.go_on(ledger, [wait.node_execution_id])
                break
    return signal, True
