"""How long a node takes that does nothing: in a chain, in a fan-out, in many runs at once.

Measured twice, through the broker and with the local lane, each beside the same tasks in plain
Celery and in Celery's canvas. A round is one run of each; their order changes from round to round.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from accounts.models import User
from benchmarks import graphs, plain
from benchmarks.graphs import Json
from benchmarks.instance import Lab
from benchmarks.results import Row, compared
from benchmarks.rounds import alternate, say, seconds
from benchmarks.runs import Agent, listening
from launcher.processes import IO_SLOTS

MODES = {"broker": "off", "lane": "on"}  # the table's word → the workers' TRELLIS_LOCAL_LANE


@dataclass(frozen=True)
class Hops:
    """One shape of work, and the same work for Celery."""

    title: str
    graph: Json
    runs: int
    plainly: Callable[[], None]
    canvas: Callable[[], None]

    @property
    def nodes(self) -> int:
        return len(self.graph["nodes"]) * self.runs


def shapes() -> dict[str, Hops]:
    return {
        "chain": Hops(
            "chain of 100 nodes",
            graphs.chain(100),
            1,
            partial(plain.run_chains, 1, 100),
            partial(plain.run_canvas_chains, 1, 100),
        ),
        "fanout": Hops(
            "fan-out 1 → 200 → 1",
            graphs.fan_out(200),
            1,
            partial(plain.run_fan_out, 200),
            partial(plain.run_canvas_fan_out, 200),
        ),
        "many": Hops(
            "100 runs of a chain of 10",
            graphs.chain(10),
            100,
            partial(plain.run_chains, 100, 10),
            partial(plain.run_canvas_chains, 100, 10),
        ),
    }


def measure(lab: Lab, owner: User, names: Sequence[str]) -> Iterator[Row]:
    every = shapes()
    for mode, lane in MODES.items():
        ours = lab.trellis(
            "worker-io", "worker-cpu", "worker-ticks", "beat", TRELLIS_LOCAL_LANE=lane
        )
        with lab.running(*ours, lab.plain("plain", "threads", IO_SLOTS)):
            for name in names:
                say(f"{every[name].title}, {mode} …")
                yield _row(name, every[name], mode, owner)


def _row(name: str, hops: Hops, mode: str, owner: User) -> Row:
    agent = Agent.create(owner, hops.graph)
    with listening(agent.version.agent_id) as bell:
        found = alternate(
            {
                "Trellis": lambda: agent.seconds(bell, hops.runs),
                "plain Celery": lambda: seconds(hops.plainly),
                "Celery canvas": lambda: seconds(hops.canvas),
            }
        )
    per_node = {who: [one / hops.nodes * 1000 for one in values] for who, values in found.items()}
    median = statistics.median(per_node["Trellis"])
    return compared(
        name,
        hops.title,
        per_node,
        unit="ms per node",
        mode=mode,
        note=f"{1000 / median:,.0f} nodes per second",
    )
