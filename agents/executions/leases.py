"""Keep the leases of the blocks that run in this process, and hear of cancels.

One thread per process renews all leases in one statement, so a block that runs for an hour keeps
its lease and a process that dies loses all of its leases within `EXECUTIONS["lease"]`.
"""

import logging
import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils.timezone import now

from agents.engine.states import NodeStatus
from agents.executions import losses, slate, statements
from agents.executions.claims import Claim
from agents.executions.models import Execution, NodeExecution
from agents.executions.retries import policy_for
from kernel.postgresql.batch import Batch

PULSE = 1.0  # seconds; also how late a running block may hear of a cancel
GRACE = 2.0  # seconds that a block gets to end by itself once it should

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Pulse:
    """The life signs of one running block."""

    execution: UUID
    node_execution: UUID
    attempt: int
    seconds: float = math.inf  # that this try may take
    since: float = field(default_factory=time.monotonic)
    cancelled: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)
    timed_out: threading.Event = field(default_factory=threading.Event)

    @property
    def overdue(self) -> float:
        """Return for how many seconds the time of this try has been over."""
        return time.monotonic() - self.since - self.seconds


class Keeper:
    """Renews the leases of one process while any are held."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self._pulses: set[Pulse] = set()
        self._changed = threading.Condition()
        threading.Thread(target=self._keep, name="lease-keeper", daemon=True).start()

    @contextmanager
    def holding(self, claim: Claim) -> Iterator[Pulse]:
        """Keep a claim's lease for the length of the block."""
        limit = policy_for(claim.node).timeout_seconds
        pulse = Pulse(claim.execution.pk, claim.node_execution.pk, claim.attempt, limit)
        with self._changed:
            self._pulses.add(pulse)
            self._changed.notify()
        slate.write(
            execution=pulse.execution,
            node_execution=pulse.node_execution,
            attempt=pulse.attempt,
            seconds=pulse.seconds,
            since=pulse.since,
        )
        try:
            yield pulse
        finally:
            slate.wipe()
            with self._changed:
                self._pulses.discard(pulse)

    def _keep(self) -> None:
        stop = threading.Event()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._pulses))
            stop.wait(PULSE)
            with self._changed:
                held = list(self._pulses)
            try:
                beat(held)
                end_overdue(held)
            except Error as error:
                logger.warning("%d leases were not renewed: %s", len(held), error)
            finally:
                connection.close()


def beat(held: list[Pulse]) -> None:
    """Renew the leases, and tell the blocks whose run is cancelled, whose time is up or whose lease

    is gone.
    """
    if not held:
        return
    for pulse in held:
        if pulse.overdue >= 0:
            pulse.timed_out.set()
    until = now() + settings.EXECUTIONS["lease"]
    renewed: list[int] = []
    batch = Batch()
    leases = [(one.node_execution, one.attempt) for one in held]
    statements.renew(batch, leases, until, renewed.append)
    with transaction.atomic():  # rows are locked, if only for this statement
        batch.run()
    if renewed != [len(held)]:
        _tell_the_lost(held)
    cancelled = set(
        Execution.objects.filter(
            pk__in={one.execution for one in held}, cancel_requested_at__isnull=False
        ).values_list("pk", flat=True)
    )
    for pulse in held:
        if pulse.execution in cancelled:
            pulse.cancelled.set()


def end_overdue(held: list[Pulse]) -> None:
    """Fail the node executions whose blocks did not hear in time that their time is up."""
    for pulse in held:
        if pulse.overdue >= GRACE and not pulse.lost.is_set():
            if losses.time_out(pulse.node_execution, attempt=pulse.attempt, seconds=pulse.seconds):
                logger.warning(
                    "The block of node execution %s ran out of time and does not listen",
                    pulse.node_execution,
                    extra={"action": "timed_out"},
                )
            pulse.lost.set()


def _tell_the_lost(held: list[Pulse]) -> None:
    rows = NodeExecution.objects.filter(
        pk__in=[one.node_execution for one in held], status=NodeStatus.RUNNING
    )
    alive = set(rows.values_list("pk", "attempt"))
    for pulse in held:
        if (pulse.node_execution, pulse.attempt) not in alive:
            pulse.lost.set()


_lock = threading.Lock()
_current: list[Keeper] = []


def keeper() -> Keeper:
    """Return this process's keeper; a forked process makes its own."""
    with _lock:
        if not _current or _current[0].pid != os.getpid():
            _current[:] = [Keeper()]
        return _current[0]
