"""Many nodes that wait for the world at once, on one worker with as many slots."""

from collections.abc import Iterator, Sequence

from accounts.models import User
from benchmarks import graphs, plain
from benchmarks.instance import Lab
from benchmarks.results import Row, compared
from benchmarks.rounds import alternate, say, seconds
from benchmarks.runs import Agent, listening
from benchmarks.slow import slow_server

NODES = 500
SECONDS = 1.0


def measure(lab: Lab, owner: User, names: Sequence[str]) -> Iterator[Row]:
    say(f"{NODES} nodes that wait {SECONDS:g} s each …")
    starts = lab.trellis("worker-io", "worker-ticks", "beat", WORKER_IO_SLOTS=str(NODES))
    with (
        slow_server(lab, SECONDS) as port,
        lab.running(*starts, lab.plain("plain", "threads", str(NODES))),
    ):
        agent = Agent.create(owner, graphs.waiting(NODES, port))
        with listening(agent.version.agent_id) as bell:
            found = alternate(
                {
                    "Trellis": lambda: agent.seconds(bell),
                    "plain Celery": lambda: seconds(lambda: plain.run_waiting(NODES, port)),
                }
            )
    yield compared(
        "waiting",
        f"{NODES} nodes that wait {SECONDS:g} s each",
        {**found, "ideal": [SECONDS] * len(found["Trellis"])},
        unit="s in all",
        mode="lane",
        note=f"on one io worker with {NODES} slots",
    )
