"""Blocks that act on the world, for tests of what happens when workers are lost: one kind of block
for each effect, and one that sleeps.

A deed adds lines to a file (its world): when it begins, for each value, and when it is done. What
it emits depends on its inputs only. In a simulation nothing is written.
"""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from blocks.sdk import (
    BlockError,
    BlockSpec,
    Effect,
    Emit,
    InputPins,
    OutputPins,
    PinName,
    RunContext,
)
from blocks.sdk.spec import Queue

EFFECTS: tuple[Effect, ...] = ("none", "idempotent", "external")


class DeedInputs(InputPins):
    a: Any = None
    b: Any = None
    log: str = ""
    many: int = 1
    most: int = 0
    """Where it is more than zero: emit `a` + 1 on `again` while that is less."""
    pause: float = 0.0
    sleep: float = 0.0
    fail: bool = False


class DeedOutputs(OutputPins):
    out: Any = None
    again: Any = None
    error: Any = None


def deed(inputs: DeedInputs, context: RunContext) -> Iterator[Emit]:
    """Act once for each value; sleep before the first if told to, fail after the last if told to."""
    call = Call.of(context, Path(inputs.log))
    call.note("begin")
    if inputs.sleep:
        context.sleep(inputs.sleep)
    for number in range(inputs.many):
        call.note("act", number)
        call.take_time(inputs.pause, context)
        yield Emit(PinName("out"), [inputs.a, inputs.b, number])
    if inputs.most and isinstance(inputs.a, int) and inputs.a + 1 < inputs.most:
        yield Emit(PinName("again"), inputs.a + 1)
    call.note("done")
    if inputs.fail:
        raise BlockError("This deed fails.")


@dataclass(frozen=True)
class Call:
    """One time that a block ran."""

    log: Path
    node_execution: str = ""
    attempt: int = 0
    id: str = ""

    @classmethod
    def of(cls, context: RunContext, log: Path) -> "Call":
        """Return the call that a worker makes; a simulation's notes nothing."""
        from agents.executions.context import WorkerContext  # not before Django is set up

        if not isinstance(context, WorkerContext):
            return cls(log)
        attempt = context._claim.attempt
        return cls(log, str(context.node_exec_id), attempt, uuid4().hex)

    def take_time(self, seconds: float, context: RunContext) -> None:
        """Be busy for a while, unless this is a simulation."""
        end = time.monotonic() + seconds
        while self.id and time.monotonic() < end and not context.cancelled:
            time.sleep(0.01)

    def note(self, what: str, number: int = -1) -> None:
        """Add a line to the log, which is there even if this process dies at once."""
        if not self.id or not self.log.name:
            return
        line = {
            "node_exec_id": self.node_execution,
            "attempt": self.attempt,
            "call": self.id,
            "what": what,
            "number": number,
            "pid": os.getpid(),
        }
        with self.log.open("ab", buffering=0) as file:  # one write of one line, appended
            file.write(json.dumps(line).encode() + b"\n")


def _deed(number: int, effect: Effect, queue: Queue) -> BlockSpec:
    name = f"{effect.title()}{queue.title()}Deed"
    return BlockSpec(
        id=UUID(int=0xDEED0000000000000000000000000000 + number),
        name=name,
        title=name,
        description="For tests.",
        inputs=DeedInputs,
        outputs=DeedOutputs,
        function=deed,
        effect=effect,
        queue=queue,
        takes_context=True,
    )


DEEDS = (
    _deed(1, "none", "io"),
    _deed(2, "idempotent", "io"),
    _deed(3, "external", "io"),
    _deed(4, "none", "cpu"),
    _deed(5, "idempotent", "cpu"),
    _deed(6, "external", "cpu"),
)
