"""What the engine counts where it happens, in memory: see ``telemetry.metrics``."""

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from prometheus_client import Counter, Histogram

from agents.engine.graph import Node
from telemetry.metrics import REGISTRY

if TYPE_CHECKING:
    from agents.executions.models import Execution

NODE_SECONDS = Histogram(
    "trellis_node_duration_seconds",
    "Seconds that blocks ran, each try by itself.",
    ["block"],
    buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1800),
    registry=REGISTRY,
)
NODE_FAILURES = Counter(
    "trellis_node_failures_total",
    "Tries of nodes that failed, also those that are tried again.",
    ["block", "code"],
    registry=REGISTRY,
)
RUNS = Counter("trellis_runs_total", "Runs that ended, by how.", ["status"], registry=REGISTRY)
LEASES_LOST = Counter(
    "trellis_leases_lost_total",
    "Node executions that were taken over because their worker was lost.",
    ["reason"],
    registry=REGISTRY,
)


def block_label(node: Node) -> str:
    """Return the name of the node's block: there are as many as are installed, and one more."""
    return node.block.name if node.block else "unknown"


def count_end(execution: "Execution") -> None:
    """Count the run, once it is committed that it ended."""
    transaction.on_commit(partial(RUNS.labels(execution.status.lower()).inc))
