"""What a run, and a page of runs, cost when 100,000 runs came before; and what those take on disk."""

from collections.abc import Iterator, Sequence

from accounts.models import User
from agents.executions.models import Execution
from apikeys.services import issue
from benchmarks import graphs, history
from benchmarks.http import Api
from benchmarks.instance import Lab
from benchmarks.results import Beside, Row, Spread
from benchmarks.rounds import Measure, rounds, say, seconds
from benchmarks.runs import Agent, Bell, listening

RUNS = 100_000
FEW = 100  # before the first measurement: a page of the list is full then, too
NODES = 3  # that each of them has
SAMPLES = 4  # runs, or pages, for each round


def measure(lab: Lab, owner: User, names: Sequence[str]) -> Iterator[Row]:
    with lab.running(*lab.trellis("web", "worker-io", "worker-cpu", "worker-ticks", "beat")):
        yield from _rows(lab, owner)


def _rows(lab: Lab, owner: User) -> Iterator[Row]:
    """Yield what starting, running and listing cost with a short history and with a long one."""
    history.forget()
    agent = Agent.create(owner, graphs.chain(10))
    template = Agent.create(owner, graphs.chain(NODES))
    api = Api(lab.url, issue(owner, name="bench"))
    with listening(agent.version.agent_id) as bell, listening(template.version.agent_id) as other:
        measures: dict[str, Measure] = {
            "a run of 10 nodes": lambda: agent.seconds(bell),
            "a page of GET /executions/": lambda: seconds(lambda: api.get("executions/")),
        }
        say("the first runs …")
        history.fill(_one_more(template, other), FEW)
        before = {name: _sampled(one) for name, one in measures.items()}
        copied = _one_more(template, other)
        say(f"{RUNS:,} more runs …")
        bytes_before, nodes_before = history.size()
        history.fill(copied, RUNS)
        bytes_after, nodes_after = history.size()
        say(f"the {RUNS:,}th …")
        after = {name: _sampled(one) for name, one in measures.items()}
    for name, spread in after.items():
        first = before[name]
        beside = {f"after {FEW}": Beside(first, Spread.of([spread.median / first.median]))}
        yield Row("history", f"{name} after {RUNS:,} runs", "ms", spread, "lane", beside)
    each = (bytes_after - bytes_before) / (nodes_after - nodes_before)
    yield Row(
        "history",
        "on disk, tables and indexes",
        "bytes per node execution",
        Spread.of([each]),
        note=f"runs of {NODES} nodes: run, values and events included",
    )


def _one_more(agent: Agent, bell: Bell) -> Execution:
    [run], _ = agent.run(bell)
    return Execution.objects.get(pk=run)


def _sampled(measure: Measure) -> Spread:
    """Return milliseconds, after one measurement that does not count."""
    measure()
    return Spread.of([measure() * 1000 for _ in range(SAMPLES * rounds())])
