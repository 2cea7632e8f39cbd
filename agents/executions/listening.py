"""Wait for what happens outside a run.

A wait is a row, written in the transaction that suspends its node execution; a signal that came
before ends it there and then. Each wait ends once, by a signal or by its deadline, so that a node
execution that is run again finds what it found before.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from django.utils.timezone import now

from agents.executions.claims import Claim
from agents.executions.models import EventWait, NodeExecution, Signal
from agents.executions.models.signal import LONGEST_NAME
from agents.executions.suspension import Suspended, Suspension
from blocks.sdk import BlockError, EventTimedOut


class RunEvents:
    """What one node execution waits for. Satisfies ``Events``."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._waits = 0

    def wait(self, name: str, *, timeout: float | None = None) -> Any:
        self._waits += 1
        row = self._claim.node_execution
        found = EventWait.objects.filter(node_execution=row, number=self._waits).first()
        wait = found or self._wait(name, timeout)
        if found is not None and _is_over(found):
            signal = Signal.objects.filter(taken_by=found).first()
            if signal is None:
                raise EventTimedOut(f"The event {name!r} did not happen in time.")
            return signal.value
        suspension = Suspension(
            _waits_for(wait), wake_at=wait.deadline, record=partial(_begin, wait)
        )
        raise Suspended(suspension)

    def _wait(self, name: str, timeout: float | None) -> EventWait:
        _check_name(name)
        row = self._claim.node_execution
        begun = now()
        return EventWait(
            execution_id=row.execution_id,
            node_execution_id=row.pk,
            number=self._waits,
            name=name,
            created=begun,
            deadline=None if timeout is None else begun + timedelta(seconds=timeout),
        )


def _is_over(wait: EventWait) -> bool:
    """Return whether the wait has ended; end it where its time is up.

    A signal may come at the same moment. Whoever ends the wait first has ended it.
    """
    if wait.ended_at is None and wait.deadline is not None and wait.deadline <= now():
        EventWait.objects.end(wait.pk)
        return True
    return wait.ended_at is not None


def _begin(wait: EventWait, row: NodeExecution) -> None:
    """Record the wait, under the run's lock, and end it if its signal was sent before."""
    if wait.pk is None:
        wait.save()
    signal = Signal.objects.left(row.execution_id, wait.name).first()
    if signal is not None:
        signal.give(wait)


def _check_name(name: str) -> None:
    if not 0 < len(name) <= LONGEST_NAME or "\x00" in name or _is_broken(name):
        raise BlockError(
            f"An event's name may have 1 to {LONGEST_NAME} characters, and no null character "
            "or half of a surrogate pair."
        )


def _is_broken(name: str) -> bool:
    return any("\ud800" <= sign <= "\udfff" for sign in name)


def _waits_for(wait: EventWait) -> dict[str, Any]:
    return {
        "kind": "event",
        "name": wait.name,
        "wait": wait.number,
        "since": wait.created.isoformat(),
        "until": wait.deadline.isoformat() if wait.deadline else None,
    }
