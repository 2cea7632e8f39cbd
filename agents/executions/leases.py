"""Keep the leases of the blocks that run in this process, and hear of cancels.

One thread per process renews all leases in one statement, so a block that runs for an hour keeps
its lease and a process that dies loses all of its leases within `EXECUTIONS["lease"]`.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.db import Error, connection, transaction
from django.utils.timezone import now

from agents.engine.states import NodeStatus
from agents.executions.journal import Claim
from agents.executions.models import Execution, NodeExecution

PULSE = 1.0  # seconds; also how late a running block may hear of a cancel

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Pulse:
    """The life signs of one running block."""

    execution: UUID
    node_execution: UUID
    attempt: int
    cancelled: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)


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
        pulse = Pulse(claim.execution.pk, claim.node_execution.pk, claim.attempt)
        with self._changed:
            self._pulses.add(pulse)
            self._changed.notify()
        try:
            yield pulse
        finally:
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
            except Error as error:
                logger.warning("%d leases were not renewed: %s", len(held), error)
            finally:
                connection.close()


def beat(held: list[Pulse]) -> None:
    """Renew the leases, and tell the blocks whose run is cancelled or whose lease is gone."""
    if not held:
        return
    until = now() + settings.EXECUTIONS["lease"]
    with transaction.atomic():  # rows are locked, if only for this statement
        renewed = NodeExecution.objects.renew(
            [(one.node_execution, one.attempt) for one in held], until
        )
    if renewed < len(held):
        _tell_the_lost(held)
    cancelled = set(
        Execution.objects.filter(
            pk__in={one.execution for one in held}, cancel_requested_at__isnull=False
        ).values_list("pk", flat=True)
    )
    for pulse in held:
        if pulse.execution in cancelled:
            pulse.cancelled.set()


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
