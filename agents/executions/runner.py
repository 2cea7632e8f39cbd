"""Run one node: claim it, run its block, write down each value and the end."""

import logging
import os
import threading
import traceback
from contextlib import nullcontext
from typing import Any, TypedDict
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection

from agents.engine.errors import TimedOut
from agents.engine.ids import PinName
from agents.engine.policy import Fault
from agents.engine.values import OutOfMemory, fault_of
from agents.executions import (
    blockcall,
    claims,
    lane,
    losses,
    memory,
    places,
    presence,
    sensitive,
)
from agents.executions.claims import Claim, LeaseLost
from agents.executions.context import WorkerContext
from agents.executions.lane import Lane
from agents.executions.leases import keeper
from agents.executions.observation import observed
from agents.executions.suspension import Suspended

MOST_BUFFERED = 500

logger = logging.getLogger(__name__)


def worker_name() -> str:
    """Return who we are, for people who look for a lost worker."""
    return f"{presence.name()}:{os.getpid()}:{threading.current_thread().name}"


def run_node(pk: UUID, run: UUID | None = None) -> None:
    """Run one queued node execution, unless another worker has it or its run is over."""
    if lane.called_in_place(pk):
        return
    here = Lane(worker_name())
    claim = here.begin(pk, run)
    if claim is not None:
        _run_claimed(claim)
        here.go_on()


def _run_claimed(claim: Claim) -> None:
    with observed(claim.execution, claim.node_execution), keeper().holding(claim) as pulse:
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
    fault: Fault | None = None
    try:
        inputs = sensitive.inputs_of(claim, context)
        places.take(claim)
        _give_connection_back()
        try:
            for pin, value in blockcall.emissions(claim.node, inputs, context):
                outbox.add(pin, value)
                if context.cancelled:
                    break
        finally:
            context.lines.flush()  # whoever hears of the end may ask for them
    except Suspended as pause:
        claims.suspend(claim, **outbox.rest(), suspension=pause.suspension)
        return
    except (LeaseLost, OperationalError, InterfaceError):
        raise  # not the block's failure: whoever takes the lease over will run it again
    except MemoryError as error:
        traceback.clear_frames(error.__traceback__)  # what the block held is free again
        fault = fault_of(error)
    except Exception as error:
        fault = blockcall.failure_of(error, claim.execution, claim.node_execution)
    if context.lost:
        raise LeaseLost
    if context.timed_out:
        fault = Fault(TimedOut.code, losses.timed_out(context.timeout_seconds))
    if fault is not None:
        _fail(claim, outbox, fault)
    elif context.cancelled:
        claims.terminate(claim, **outbox.rest())
    else:
        claims.complete(claim, **outbox.rest())


def _fail(claim: Claim, outbox: "Outbox", fault: Fault) -> None:
    with memory.lifted() if fault.code == OutOfMemory.code else nullcontext():
        claims.fail(claim, **outbox.rest(), fault=fault)


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
            claims.record(self.claim, self.values, after=self.recorded)
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
