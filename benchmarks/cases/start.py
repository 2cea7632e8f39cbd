"""How soon a run runs: from its acceptance to its first node, at ten runs per second."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from accounts.models import User
from agents.executions.models import Execution
from apikeys.services import issue
from benchmarks import graphs
from benchmarks.http import Api
from benchmarks.instance import Lab
from benchmarks.results import Row, Spread
from benchmarks.rounds import percentile, rounds, say
from benchmarks.runs import Agent, Bell, check, listening, wait

PER_SECOND = 10
SECONDS = 4
NODES = 3


def measure(lab: Lab, owner: User, names: Sequence[str]) -> Iterator[Row]:
    api = Api(lab.url, issue(owner, name="bench"))
    with lab.running(*lab.trellis("web", "worker-io", "worker-cpu", "worker-ticks", "beat")):
        agent = Agent.create(owner, graphs.chain(NODES))
        with listening(agent.version.agent_id) as bell:
            _round(agent, api, bell, 1)
            found = []
            for number in range(rounds()):
                say(f"start latency, round {number + 1} …")
                found.append(_round(agent, api, bell, SECONDS))
    for column, what in enumerate(("accepted → first node", "request → accepted and answered")):
        for percent in (50, 99):
            values = [percentile([pair[column] for pair in one], percent) for one in found]
            yield Row(
                "start",
                f"{what}, p{percent}",
                "ms",
                Spread.of([value * 1000 for value in values]),
                "lane",
                note=f"{PER_SECOND} runs per second, {sum(map(len, found))} in all",
            )


def _round(agent: Agent, api: Api, bell: Bell, seconds: int) -> list[tuple[float, float]]:
    """Return, for each run, the seconds to its first node and those that the request took."""
    path = f"graphs/{agent.version.agent_id}/execute/"
    began = time.perf_counter()

    def request(number: int) -> tuple[str, float]:
        time.sleep(max(0.0, began + number / PER_SECOND - time.perf_counter()))
        sent = time.perf_counter()
        answer = api.post(path, {"inputs": {}})
        return answer["id"], time.perf_counter() - sent

    with ThreadPoolExecutor(PER_SECOND) as people:
        answers = list(people.map(request, range(seconds * PER_SECOND)))
    keys = [key for key, _ in answers]
    runs = {str(run.pk): run for run in Execution.objects.filter(pk__in=keys)}
    wait([run.pk for run in runs.values()], bell)
    check([run.pk for run in runs.values()], nodes=agent.nodes)
    runs = {str(run.pk): run for run in Execution.objects.filter(pk__in=keys)}
    return [(_until_first_node(runs[key]), took) for key, took in answers]


def _until_first_node(run: Execution) -> float:
    assert run.started_at is not None
    return (run.started_at - run.created).total_seconds()
