"""Blocks that only the benchmarks' own processes know, once `register` was called."""

from collections.abc import Iterator

import redis
from django.conf import settings

from benchmarks.work import PATIENCE, fetch, fibo
from blocks.sdk import BlockError, InputPins, OutputPins, block, pin

FIBO_IO = "7d1c1d0a-5a0f-4a0e-9a53-0c1f6f0b1a01"
FIBO_CPU = "7d1c1d0a-5a0f-4a0e-9a53-0c1f6f0b1a02"
FETCH = "7d1c1d0a-5a0f-4a0e-9a53-0c1f6f0b1a03"
GATE = "7d1c1d0a-5a0f-4a0e-9a53-0c1f6f0b1a04"


def register() -> None:
    """Add the blocks to those of this process."""
    block(id=FIBO_IO, name="BenchmarkFiboBlock")(compute)
    block(id=FIBO_CPU, name="BenchmarkFiboCpuBlock", queue="cpu")(compute)
    block(id=FETCH, name="BenchmarkFetchBlock")(ask)
    block(id=GATE, name="BenchmarkGateBlock")(gate)


class FiboInputs(InputPins):
    n: int = pin(description="Which number")
    after: int = pin(0, description="What the node before this one found")


class FiboOutputs(OutputPins):
    result: int = pin(0, description="The number")


def compute(inputs: FiboInputs) -> Iterator[FiboOutputs]:
    """Compute a Fibonacci number by recursion."""
    yield FiboOutputs(result=fibo(inputs.n))


class FetchInputs(InputPins):
    port: int = pin(description="Where the slow server listens on this machine")
    after: str = pin("", description="What starts the block")


class FetchOutputs(OutputPins):
    status: int = pin(0, description="The answer's status")


def ask(inputs: FetchInputs) -> Iterator[FetchOutputs]:
    """Wait for a server that takes its time, as most blocks do."""
    yield FetchOutputs(status=fetch(inputs.port))


class GateInputs(InputPins):
    key: str = pin(description="The Redis list that opens the gate")


class GateOutputs(OutputPins):
    value: str = pin("", description="What opened the gate")


def gate(inputs: GateInputs) -> Iterator[GateOutputs]:
    """Wait until the benchmark says that everybody watches."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE + 5)
    try:
        found = client.blpop([inputs.key], timeout=PATIENCE)
    finally:
        client.close()
    if found is None:
        raise BlockError("Nobody opened the gate.")
    yield GateOutputs(value="open")
