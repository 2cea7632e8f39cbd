"""How long after a node's end its message reaches WebSocket clients, and whether any is lost."""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

import redis
from django.conf import settings

from accounts.models import User
from agents.executions.models import Execution
from apikeys.services import issue
from benchmarks import graphs
from benchmarks.errors import BenchmarkFailed
from benchmarks.instance import Lab, Start
from benchmarks.results import Row, Spread
from benchmarks.rounds import percentile, rounds, say
from benchmarks.runs import Agent, Bell, listening, wait
from benchmarks.slow import slow_server
from benchmarks.watchers import KEY, PATIENCE, Heard
from launcher.processes import Program

NODES = 40
SECONDS = 0.05  # that each node takes
CLIENTS = (1, 200)


def measure(lab: Lab, owner: User, names: Sequence[str]) -> Iterator[Row]:
    key = issue(owner, name="bench")
    found: dict[int, list[list[float]]] = {count: [] for count in CLIENTS}
    with (
        slow_server(lab, SECONDS) as port,
        lab.running(*lab.trellis("web", "worker-io", "worker-ticks", "beat")),
    ):
        agent = Agent.create(owner, graphs.gated(NODES, port))
        with listening(agent.version.agent_id) as bell:
            for number in range(rounds() + 1):
                for count in CLIENTS:
                    say(f"event latency, {count} clients, round {number} …")
                    latencies = one_round(lab, agent, bell, count, key)
                    if number:  # the first one warms up
                        found[count].append(latencies)
    for count in CLIENTS:
        for percent in (50, 99):
            spread = Spread.of([percentile(one, percent) * 1000 for one in found[count]])
            title = f"node's end → {count} WebSocket client{'s' * (count > 1)}, p{percent}"
            note = f"{sum(map(len, found[count])):,} messages, none lost"
            yield Row("events", title, "ms", spread, mode="lane", note=note)


def one_round(lab: Lab, agent: Agent, bell: Bell, count: int, key: str) -> list[float]:
    """Return how late each message was to each client, in seconds. Raises BenchmarkFailed."""
    gate = f"gate-{uuid4().hex}"
    execution = agent.start({"gate": gate})
    with watching(lab, execution, count, key) as heard:
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            client.rpush(gate, "open")
        wait([execution.pk], bell)
        clients = heard()
    execution.refresh_from_db()
    if execution.status != "COMPLETED":
        raise BenchmarkFailed(f"The watched run is {execution.status}.")
    lost = sum(execution.last_seq - one["messages"] for one in clients)
    if lost or len(clients) != count:
        raise BenchmarkFailed(f"{lost} of {execution.last_seq * count} messages were lost.")
    if not all(one["in_order"] for one in clients):
        raise BenchmarkFailed("Messages came in another order than they were numbered.")
    return [latency for one in clients for latency in one["latencies"]]


@contextmanager
def watching(
    lab: Lab, execution: Execution, count: int, key: str
) -> Iterator[Callable[[], list[Heard]]]:
    """Let so many clients watch the run. Yields a function that waits for what they heard."""
    url = f"{lab.url.replace('http', 'ws', 1)}/ws/v1/"
    file = lab.paths.data / f"heard-{execution.pk}.json"
    command = ("benchmarks.watchers", url, str(count), str(execution.pk), str(file))

    def heard() -> list[Heard]:
        deadline = time.monotonic() + PATIENCE + 10
        while not file.exists():
            if time.monotonic() > deadline:
                raise BenchmarkFailed("The WebSocket clients did not end.")
            time.sleep(0.05)
        found: list[Heard] = json.loads(file.read_text())
        return found

    with lab.running(Start(Program("watchers", command), {KEY: key})):
        yield heard
