"""Run one node: claim it, run its block, write down each value and the end."""

import logging
import os
import threading
from typing import Any, TypedDict
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from agents.engine.ids import PinName
from agents.executions import blockcall, journal, lane, places, presence, sensitive
from agents.executions.context import WorkerContext
from agents.executions.journal import Claim, LeaseLost
from agents.executions.lane import Lane
from agents.executions.leases import keeper
from agents.executions.suspension import Suspended

MOST_BUFFERED = 500

logger = logging.getLogger(__name__)


def worker_name() -> str:
    """Return who we are, for people who look for a lost worker."""
    return f"{presence.name()}:{os.getpid()}:{threading.current_thread().name}"


def run_node(pk: UUID) -> None:
    """Run one queued node execution, unless another worker has it or its run is over."""
    if lane.called_in_place(pk):
        return
    here = Lane(worker_name())
    claim = here.begin(pk)
    if claim is not None:
        _run_claimed(claim)
        here.go_on()


def _run_claimed(claim: Claim) -> None:
    with keeper().holding(claim) as pulse:
        outbox = Outbox(claim)
        context = WorkerContext(claim, pulse)
        try:
            _run_block(claim, context, outbox)
        except LeaseLost:
            logger.warning(
                "Node execution %s was taken over",
                claim.node_execution.pk,
                extra={"action": "lease_lost"},
            )
        finally:
            places.leave(claim)


def _run_block(claim: Claim, context: WorkerContext, outbox: "Outbox") -> None:
    try:
        inputs = sensitive.inputs_of(claim, context)
        places.take(claim)
        _give_connection_back()
        for pin, value in blockcall.emissions(claim.node, inputs, context):
            outbox.add(pin, value)
            if context.lost:
                raise LeaseLost
            if context.cancelled:
                break
    except Suspended as pause:
        journal.suspend(claim, **outbox.rest(), suspension=pause.suspension)
        return
    except (LeaseLost, OperationalError, InterfaceError):
        raise  # not the block's failure: whoever takes the lease over will run it again
    except Exception as error:
        code, message = blockcall.failure_of(error, claim.node_execution.pk)
        journal.fail(claim, **outbox.rest(), code=code, message=message)
        return
    if context.lost:
        raise LeaseLost
    if context.cancelled:
        journal.terminate(claim, **outbox.rest())
    else:
        journal.complete(claim, **outbox.rest())


class Rest(TypedDict):
    """The last arguments that every end of a block has in common."""

    emissions: list[tuple[PinName, Any]]
    after: int


class Outbox:
    """The values of a running block on their way to the journal.

    What a pure block emits can wait for its end: if the worker dies, it is run again and nobody
    saw anything. What any other block emits is recorded before the block goes on.
    """

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        block = claim.node.block
        self.most = MOST_BUFFERED if block and block.effect == "none" else 1
        self.values: list[tuple[PinName, Any]] = []
        self.recorded = 0

    def add(self, pin: PinName, value: Any) -> None:
        """Take a value; record it now, or with others."""
        self.values.append((pin, value))
        if len(self.values) >= self.most:
            journal.record(self.claim, self.values, after=self.recorded)
            self.recorded += len(self.values)
            self.values = []
            _give_connection_back()

    def rest(self) -> "Rest":
        """Return what is not recorded yet, and how many values were recorded before."""
        return Rest(emissions=self.values, after=self.recorded)


def _give_connection_back() -> None:
    """Let other threads have the database connection while a block is busy elsewhere."""
    if not connection.in_atomic_block:
        connection.close()
