"""Node executions beside plain Celery tasks: same broker, same worker, same run, alternating."""

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

from accounts.models import User
from agents.executions import starting
from agents.executions.models import Execution
from agents.graphs.models import GraphVersion
from agents.graphs.services import create_agent
from benchmarks.app import run_plain
from blocks.sdk import registry

ROUNDS = 5
PATIENCE = 120.0  # seconds for one measurement


@dataclass
class Row:
    """One line of the table: medians in milliseconds per node (or task), and their ratio."""

    name: str
    nodes: int
    trellis_ms: float
    celery_ms: float

    @property
    def ratio(self) -> float:
        return self.trellis_ms / self.celery_ms


def main() -> None:
    owner = User.objects.create_user(f"bench-{uuid4().hex[:8]}")
    chain100 = create_agent(owner, chain(100))
    chain10 = create_agent(owner, chain(10))
    fan200 = create_agent(owner, fan_out(200))
    rows = [
        compare("chain of 100", 100, lambda: run(owner, chain100, 1), lambda: plain(1, 100)),
        compare(
            "fan-out 1 → 200 → join", 402, lambda: run(owner, fan200, 1), lambda: plain(200, 2)
        ),
        compare(
            "100 runs of a chain of 10",
            1000,
            lambda: run(owner, chain10, 100),
            lambda: plain(100, 10),
        ),
    ]
    print(table(rows))
    if len(sys.argv) > 1:
        found = [{**asdict(row), "ratio": row.ratio} for row in rows]
        Path(sys.argv[1]).write_text(json.dumps(found, indent=2) + "\n")


def compare(name: str, nodes: int, ours: Callable[[], float], theirs: Callable[[], float]) -> Row:
    """Measure both in turn, once to warm up and then several times."""
    ours(), theirs()
    pairs = [(ours(), theirs()) for _ in range(ROUNDS)]
    trellis, celery = (statistics.median(one) for one in zip(*pairs, strict=True))
    print(f"{name}: measured", file=sys.stderr)
    return Row(name, nodes, trellis / nodes * 1000, celery / nodes * 1000)


def run(owner: User, version: GraphVersion, times: int) -> float:
    """Return the seconds that so many runs of an agent take, from the start to the last end."""
    began = time.perf_counter()
    runs = [starting.start(owner_id=owner.pk, version=version, inputs={}).pk for _ in range(times)]
    while Execution.objects.filter(pk__in=runs).live().exists():
        if time.perf_counter() - began > PATIENCE:
            raise TimeoutError(f"{times} runs did not end within {PATIENCE:g} seconds.")
        time.sleep(0.005)
    elapsed = time.perf_counter() - began
    ended = Execution.objects.filter(pk__in=runs, status="COMPLETED").count()
    if ended != times:
        raise RuntimeError(f"{times - ended} of {times} runs did not complete.")
    return elapsed


def plain(chains: int, length: int) -> float:
    """Return the seconds that so many chains of plain tasks take."""
    began = time.perf_counter()
    run_plain(chains, length, f"bench-{uuid4().hex}")
    return time.perf_counter() - began


def chain(length: int) -> dict[str, Any]:
    """Return an agent in which each node hands a value to the next."""
    nodes = [_node("UniversalTypeConverterBlock", {"type": "string"}) for _ in range(length)]
    nodes[0]["input_default"]["value"] = "x"
    links = [_link(one, "value", other, "value") for one, other in pairwise(nodes)]
    return {"name": f"Chain of {length}", "nodes": nodes, "links": links}


def fan_out(width: int) -> dict[str, Any]:
    """Return an agent in which one list becomes many values that end in one collecting node."""
    source = _node("StepThroughItemsBlock", {"items": list(range(width))})
    middle = _node("UniversalTypeConverterBlock", {"type": "string"})
    join = _node("CountItemsBlock", {})
    links = [_link(source, "item", middle, "value"), _link(middle, "value", join, "collection")]
    return {"name": f"Fan-out of {width}", "nodes": [source, middle, join], "links": links}


def _node(block: str, values: dict[str, Any]) -> dict[str, Any]:
    [spec] = [spec for spec in registry if spec.name == block]
    return {"id": str(uuid4()), "block_id": str(spec.id), "input_default": values}


def _link(source: dict[str, Any], out: str, sink: dict[str, Any], into: str) -> dict[str, Any]:
    ends = {"source_id": source["id"], "sink_id": sink["id"]}
    return {"id": str(uuid4()), **ends, "source_name": out, "sink_name": into}


def table(rows: list[Row]) -> str:
    """Return the rows as text."""
    lines = [f"{'':28} {'nodes':>6} {'Trellis':>12} {'plain Celery':>14} {'ratio':>7}"]
    lines += [
        f"{row.name:28} {row.nodes:>6} {row.trellis_ms:>9.2f} ms {row.celery_ms:>11.2f} ms {row.ratio:>7.1f}"
        for row in rows
    ]
    return "\n".join(lines)
