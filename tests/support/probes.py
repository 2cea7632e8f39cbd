"""Blocks for tests of the engine: what they do is in their inputs.

They are registered only while `registered` lasts (tests count the blocks that ship), and for good
in the workers that ``tests.support.worker_app`` starts.
"""

import os
import random
import re
import signal
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from blocks.sdk import (
    BlockError,
    BlockSpec,
    Effect,
    Emit,
    InputPins,
    OutputPins,
    PinName,
    RunContext,
    TransientBlockError,
    pin,
    registry,
)
from kernel.jsontypes import dumps
from tests.support import deeds

JITTER = 0.0
"""Seconds, at the most, that a Mix takes: workers set it, so that the fast overtake the slow."""


class EmitInputs(InputPins):
    trigger: Any = None
    values: list[Any] = []
    fail: str = ""


class AnyOutputs(OutputPins):
    out: Any = None
    other: Any = None
    error: Any = None


def emit(inputs: EmitInputs) -> Iterator[Emit]:
    """Emit the values on `out`; a pair ["pin", value] on that pin. Then fail, if told to."""
    for value in inputs.values:
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str):
            yield Emit(PinName(value[0]), value[1])
        else:
            yield Emit(PinName("out"), value)
    if inputs.fail:
        raise BlockError(inputs.fail)


class OddInputs(InputPins):
    kind: str
    trigger: Any = None


def nested(depth: int) -> Any:
    """Return an empty list inside so many lists."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


ODD: Mapping[str, Any] = {
    "nan": float("nan"),
    "infinity": [1.0, float("inf")],
    "minus infinity": {"a": float("-inf")},
    "object": object(),
    "not utf-8": b"\xff\xfe",
    "deep": nested(300),
    "endless digits": 10**5000,
}


def odd(inputs: OddInputs) -> Iterator[Emit]:
    """Emit a good value, then something that JSON does not have."""
    yield Emit(PinName("out"), "good")
    yield Emit(PinName("out"), ODD[inputs.kind])


class CrashInputs(InputPins):
    message: str = ""


def crash(inputs: CrashInputs) -> Iterator[Emit]:
    """Raise what no block should raise."""
    yield Emit(PinName("out"), "before")
    raise RuntimeError(inputs.message)


class StallInputs(InputPins):
    log: str = pin(description="A file that gets a line for each run of the block")
    stalls: int = 1
    trigger: Any = None


def stall(inputs: StallInputs, context: RunContext) -> Iterator[Emit]:
    """Emit one value, and another one; between them hold the worker, the first few times."""
    log = Path(inputs.log)
    runs = len(log.read_text().splitlines()) + 1 if log.exists() else 1
    yield Emit(PinName("out"), "first")
    with log.open("a") as file:
        file.write(f"{context.node_exec_id}\n")
    while runs <= inputs.stalls and not context.cancelled:
        time.sleep(0.02)
    yield Emit(PinName("out"), "second")


class FlakyInputs(InputPins):
    path: str = pin(description="Until this file exists, the block fails")
    trigger: Any = None


def flaky(inputs: FlakyInputs) -> Iterator[Emit]:
    """Emit the trigger, then fail until somebody has put things right."""
    yield Emit(PinName("out"), inputs.trigger)
    if not Path(inputs.path).exists():
        raise BlockError("Not yet.")
    yield Emit(PinName("out"), "mended")


class TroubledInputs(InputPins):
    log: str = pin(description="A file that gets a line for each run of the block")
    failures: int = 1
    transient: bool = True
    retry_after: float | None = None
    trigger: Any = None


def troubled(inputs: TroubledInputs) -> Iterator[Emit]:
    """Emit one value, and another one; between them fail, the first few times."""
    log = Path(inputs.log)
    with log.open("a") as file:
        file.write("run\n")
    yield Emit(PinName("out"), "first")
    run = len(log.read_text().splitlines())
    if run <= inputs.failures:
        if inputs.transient:
            raise TransientBlockError(f"Trouble {run}.", retry_after=inputs.retry_after)
        raise BlockError(f"Trouble {run}.")
    yield Emit(PinName("out"), "second")


class UnrulyInputs(InputPins):
    deed: str
    log: str = pin(description="A file that gets a line for each run: the process that ran it")
    trigger: Any = None


def unruly(inputs: UnrulyInputs) -> Iterator[Emit]:
    """Emit a value, then do what a block on the cpu queue should not."""
    with Path(inputs.log).open("a") as file:
        file.write(f"{os.getpid()}\n")
    yield Emit(PinName("out"), "begun")
    DEEDS[inputs.deed]()
    yield Emit(PinName("out"), "done")


def loop() -> None:
    """Compute for ever, and let other threads have their turns."""
    while True:
        pass


def hold_interpreter() -> None:
    """Compute for ever in C code, which lets no other thread run and no signal handler."""
    re.match(r"(a+)+$", "a" * 64 + "b")


def take_all_memory() -> None:
    """Ask for more and more memory."""
    taken = []
    while True:
        taken.append(bytearray(8 * 1024 * 1024))


def die() -> None:
    """End as the kernel would end us for lack of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def crash_in_c() -> None:
    """End as a fault in a library would."""
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGSEGV)


DEEDS: Mapping[str, Callable[[], None]] = {
    "loop": loop,
    "hold the interpreter": hold_interpreter,
    "take all memory": take_all_memory,
    "die": die,
    "crash": crash_in_c,
    "nothing": lambda: None,
}


class MixInputs(InputPins):
    a: Any = None
    b: Any = None
    fields: dict[str, Any] = {}
    items: list[Any] = []
    salt: int = 0
    many: int = 2
    fail_one_in: int = 0


class MixOutputs(AnyOutputs):
    one: Any = None
    many: Any = None
    maybe: Any = None
    parts: Any = None
    numbers: Any = None


def mix(inputs: MixInputs) -> Iterator[Emit]:
    """Emit values that depend on all inputs and on nothing else; some runs fail midway."""
    seen = [inputs.a, inputs.b, inputs.fields, inputs.items, inputs.salt]
    digest = zlib.crc32(dumps(seen).encode())
    if JITTER:
        time.sleep(random.uniform(0, JITTER))
    yield Emit(PinName("one"), digest % 1000)
    for number in range(inputs.many):
        yield Emit(PinName("many"), [digest % 100, number])
    if inputs.fail_one_in and digest % inputs.fail_one_in == 0:
        raise BlockError(f"Mix {digest % 100} fails.")
    if digest % 2:
        yield Emit(PinName("maybe"), None if digest % 3 == 0 else str(digest % 10))
    yield Emit(PinName("parts"), {"x": digest % 7, "y": [digest % 5, None]})
    yield Emit(PinName("numbers"), list(range(digest % 4)))


class SpoilInputs(InputPins):
    value: Any = None


def spoil(inputs: SpoilInputs) -> Iterator[Emit]:
    """Add to a list that came in, which belongs to others too, and emit it."""
    inputs.value.append("spoilt")
    yield Emit(PinName("out"), inputs.value)


def _spec(number: int, name: str, function: Any, effect: Effect = "none", **more: Any) -> BlockSpec:
    inputs, outputs = more.pop("pins")
    return BlockSpec(
        id=UUID(int=0xABCDEF00000000000000000000000000 + number),
        name=name,
        title=name,
        description="For tests.",
        inputs=inputs,
        outputs=outputs,
        function=function,
        effect=effect,
        **more,
    )


def _stall(number: int, effect: Effect) -> BlockSpec:
    pins = (StallInputs, AnyOutputs)
    return _spec(number, f"Stall{effect.title()}", stall, effect, pins=pins, takes_context=True)


PROBES = (
    _spec(1, "Emit", emit, pins=(EmitInputs, AnyOutputs)),
    _spec(2, "Odd", odd, pins=(OddInputs, AnyOutputs)),
    _spec(3, "Crash", crash, pins=(CrashInputs, AnyOutputs)),
    _spec(4, "Mix", mix, pins=(MixInputs, MixOutputs)),
    _stall(5, "none"),
    _stall(6, "idempotent"),
    _stall(7, "external"),
    _spec(21, "Pay", emit, effect="external", sensitive=True, pins=(EmitInputs, AnyOutputs)),
    _spec(31, "Flaky", flaky, pins=(FlakyInputs, AnyOutputs)),
    _spec(41, "Troubled", troubled, pins=(TroubledInputs, AnyOutputs)),
    _spec(43, "Unruly", unruly, pins=(UnrulyInputs, AnyOutputs), queue="cpu"),
    _spec(44, "UnrulyExternal", unruly, "external", pins=(UnrulyInputs, AnyOutputs), queue="cpu"),
    _spec(45, "Spoil", spoil, pins=(SpoilInputs, AnyOutputs)),
    _spec(42, "TroubledExternal", troubled, "external", pins=(TroubledInputs, AnyOutputs)),
)


def register() -> None:
    """Register the probes for as long as the process lives."""
    import blocks.library  # noqa: F401 - the probes come after what ships

    for spec in (*PROBES, *deeds.DEEDS):
        if registry.find(spec.id) is None:
            registry.add(spec)


@contextmanager
def registered() -> Iterator[None]:
    """Register the probes for a while."""
    register()
    try:
        yield
    finally:
        for spec in (*PROBES, *deeds.DEEDS):
            registry._blocks.pop(str(spec.id), None)
