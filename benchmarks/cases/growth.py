"""What a node costs in graphs of up to 10,000 nodes."""

from collections.abc import Callable, Iterator, Sequence

from accounts.models import User
from agents.executions.models import Execution
from benchmarks import graphs
from benchmarks.cases.hops import MODES
from benchmarks.graphs import Json
from benchmarks.instance import Lab
from benchmarks.results import Beside, Row, Spread
from benchmarks.rounds import rounds, say
from benchmarks.runs import Agent, Bell, listening

SIZES = (10, 100, 1_000, 10_000)
SHAPES: dict[str, Callable[[int], Json]] = {"chain": graphs.chain, "width": graphs.wide}
SMALL = 1_000  # nodes; a larger graph runs once, after one run that does not count


def measure(lab: Lab, owner: User, names: Sequence[str]) -> Iterator[Row]:
    programs = ("worker-io", "worker-cpu", "worker-ticks", "beat")
    for mode, lane in MODES.items():
        with lab.running(*lab.trellis(*programs, TRELLIS_LOCAL_LANE=lane)):
            for shape in SHAPES:
                yield from _sizes(owner, shape, mode)


def _sizes(owner: User, shape: str, mode: str) -> Iterator[Row]:
    """Yield what a node costs in small and in large graphs, beside one of 100 nodes."""
    found: dict[int, tuple[Spread, Spread]] = {}
    for size in (100, *(size for size in SIZES if size != 100)):
        say(f"{shape} of {size:,} nodes, {mode} …")
        agent = Agent.create(owner, SHAPES[shape](size))
        with listening(agent.version.agent_id) as bell:
            found[size] = _per_node(agent, bell)
    usual = found[100][0]
    for size in SIZES:
        running, whole = found[size]
        ratio = Spread.of([running.median / usual.median])
        yield Row(
            "growth",
            f"{shape} of {size:,} nodes",
            "ms per node",
            running,
            mode,
            {"100 nodes": Beside(usual, ratio)} if size != 100 else {},
            f"with the start: {whole.median:.3g}",
        )


def _per_node(agent: Agent, bell: Bell) -> tuple[Spread, Spread]:
    """Return ms per node from the first node's start, and from the request, to the run's end."""
    agent.run(bell)  # its worker reads and prepares the graph
    running, whole = [], []
    for _ in range(rounds() if agent.nodes <= SMALL else 1):
        [run], elapsed = agent.run(bell)
        duration = Execution.objects.get(pk=run).duration
        assert duration is not None
        running.append(duration.total_seconds())
        whole.append(elapsed)
    each = 1000 / agent.nodes
    return Spread.of([one * each for one in running]), Spread.of([one * each for one in whole])
