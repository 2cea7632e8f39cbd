"""How long blocks take: for operators, and so that the quick ones need no trip of their own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from agents.engine.graph import Node
from agents.executions.metrics import NODE_SECONDS, block_label
from blocks.sdk import BlockKind

LIGHT = 0.005  # seconds; about two trips through the broker
UNKNOWN = LIGHT  # seconds; what a block takes that has not run here: it runs by itself first
WEIGHT = 0.2  # of the newest time in the mean (an exponentially weighted moving average)

_means: dict[str, float] = {}
_lock = threading.Lock()


@contextmanager
def timed(node: Node) -> Iterator[None]:
    """Remember how long the node's block took."""
    began = perf_counter()
    try:
        yield
    finally:
        seconds = perf_counter() - began
        _learn(_key(node), seconds)
        NODE_SECONDS.labels(block_label(node)).observe(seconds)


def is_light(node: Node) -> bool:
    """Return whether the node may run while its run is locked.

    Its block sees nothing but its inputs, does nothing but emit, and has been quick here.
    """
    block = node.block
    return (
        block is not None
        and block.effect == "none"
        and not block.takes_context
        and node.kind not in (BlockKind.AGENT, BlockKind.NOTE)
        and _means.get(_key(node), UNKNOWN) < LIGHT
    )


def _key(node: Node) -> str:
    """Return what the node runs; where its outputs are pinned that is not its own block."""
    return str(node.block.id) if node.block else node.block_id


def _learn(key: str, seconds: float) -> None:
    with _lock:
        known = _means.get(key, seconds)
        _means[key] = known + WEIGHT * (seconds - known)
