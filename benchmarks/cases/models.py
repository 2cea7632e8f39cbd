"""Blocks that ask a language model: one after another, and many at once on one worker."""

from collections.abc import Iterator, Sequence

from accounts.models import User
from benchmarks import graphs
from benchmarks.instance import Lab
from benchmarks.modelserver import model_server
from benchmarks.results import Row, compared
from benchmarks.rounds import alternate, say
from benchmarks.runs import Agent, listening

CHAIN, WIDTH = 5, 200
SECONDS = 1.0


def measure(lab: Lab, owner: User, names: Sequence[str]) -> Iterator[Row]:
    say(f"{CHAIN} calls of a model in a chain, {WIDTH} at once, {SECONDS:g} s each …")
    with model_server(lab, SECONDS) as base_url:
        starts = lab.trellis(
            *("worker-io", "worker-ticks", "beat"),
            WORKER_IO_SLOTS=str(WIDTH),
            TRELLIS_MODEL_BASE_URL=base_url,
            TRELLIS_MODEL="bench",
        )
        with lab.running(*starts):
            yield one(owner, f"{CHAIN} calls in a chain", graphs.asking(CHAIN), CHAIN)
            yield one(owner, f"{WIDTH} calls at once", graphs.asking_at_once(WIDTH), 1)


def one(owner: User, title: str, graph: graphs.Json, calls: int) -> Row:
    """Return how long an agent takes, beside the time of its calls in a row."""
    agent = Agent.create(owner, graph)
    with listening(agent.version.agent_id) as bell:
        found = alternate({"Trellis": lambda: agent.seconds(bell)})
    return compared(
        "models",
        f"{title}, {SECONDS:g} s each",
        {**found, "ideal": [calls * SECONDS] * len(found["Trellis"])},
        unit="s in all",
        mode="lane",
        note=f"on one io worker with {WIDTH} slots",
    )
