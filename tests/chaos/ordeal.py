"""One instance's ordeal: importing this sets Django up for the instance in TRELLIS_DATA_DIR."""

import os
import random
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["LOG_LEVEL"] = "CRITICAL"  # here; that servers are away is no news
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import Error, connection  # noqa: E402

from accounts.models import User  # noqa: E402
from agents.executions.models import Event, Execution, NodeExecution  # noqa: E402
from launcher.paths import InstancePaths  # noqa: E402
from tests.chaos.instance import Instance, wait_for  # noqa: E402
from tests.chaos.monkey import Monkey  # noqa: E402
from tests.chaos.shapes import draw  # noqa: E402
from tests.chaos.verdict import OPEN, World, judge, judge_rows  # noqa: E402
from tests.support import probes, runs  # noqa: E402
from tests.support.graphs import GraphBuilder  # noqa: E402

T = TypeVar("T")
START = 120.0  # seconds for workers to start on a busy machine
PATIENCE = 240.0  # seconds until all runs must have ended
PACE = 0.5  # seconds between two starts of a run
SHOWN = 8  # runs, of those that something is wrong with


@dataclass
class Ordeal:
    """Runs are started, everything is killed, then all is quiet; `run` says whether all is well."""

    data: Path
    seed: int
    seconds: float
    every: float
    graphs: dict[UUID, GraphBuilder] = field(default_factory=dict)
    unsure: int = 0
    left: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lane = os.environ.get("TRELLIS_LOCAL_LANE", "")
        environment = {"LOG_LEVEL": "INFO", "WORKER_IO_SLOTS": "6", "TRELLIS_LOCAL_LANE": lane}
        environment["TEST_JITTER"] = "0.008"  # half of which is what light blocks take
        self.instance = Instance(InstancePaths(self.data), environment)
        self.monkey = Monkey(self.instance, random.Random(self.seed), settings.REDIS_URL)
        self.log = self.data / "world.log"
        self.began = time.monotonic()

    def run(self) -> bool:
        probes.register()
        try:
            self.begin()
            self.suffer()
            rested = self.recover()
            complaints = self.judge()
            if not rested:
                complaints.insert(0, f"Not all runs ended within {PATIENCE:g} s.")
            self.report(complaints)
            return not complaints
        except BaseException:
            traceback.print_exc()
            self.report(["The test itself failed."])
            return False
        finally:
            self.instance.end()

    def begin(self) -> None:
        self.instance.start_servers()
        call_command("migrate", verbosity=0)
        self.owner = User.objects.create_user(username="alice")
        self.instance.tend()
        assert wait_for(self.instance.ready, START), "the workers did not start"
        self.say("The instance is up")

    def suffer(self) -> None:
        """Start runs at a pace, and strike now and then."""
        chance = random.Random(self.seed + 1)
        self.monkey.began = time.monotonic()
        end = self.monkey.began + self.seconds
        next_blow = time.monotonic() + self.every
        while time.monotonic() < end or not self.monkey.struck_all:
            self.start(draw(chance, len(self.graphs) + self.unsure, self.log))
            self.monkey.tend()
            if time.monotonic() > next_blow:
                self.monkey.strike()
                next_blow = time.monotonic() + self.monkey.chance.uniform(0.5, 1.5) * self.every
            time.sleep(PACE)

    def start(self, graph: GraphBuilder) -> None:
        """Start a run. One that PostgreSQL did not confirm may be there, or not."""
        try:
            self.graphs[runs.start(self.owner, graph).pk] = graph
        except Error:
            self.unsure += 1
            connection.close()

    def recover(self) -> bool:
        """Let everything run, and return whether all runs ended in time."""
        self.say(f"{len(self.graphs)} runs started, {self.unsure} perhaps; no more harm is done")
        self.monkey.rest()
        self.monkey.note("no more harm")

        def at_rest() -> bool:
            self.monkey.tend()
            left = asked(self.open_node_executions)
            if left.keys() != self.left.keys():
                self.monkey.note(f"open: {left}")
            self.left = left
            return not asked(Execution.objects.live().exists)

        return wait_for(at_rest, PATIENCE)

    def open_node_executions(self) -> dict[str, int]:
        """Return how many node executions are in each state that is not their last."""
        rows = NodeExecution.objects.filter(status__in=OPEN, execution__ended_at=None)
        return dict(Counter(rows.order_by().values_list("status", flat=True)))

    def judge(self) -> list[str]:
        """Return what is wrong, run by run."""
        world = World(self.log)
        there = {run.pk: run for run in Execution.objects.with_graph()}
        lost = self.graphs.keys() - there.keys()
        found = [f"The run {pk} was started and is not there." for pk in lost]
        for pk, graph in self.graphs.items():
            if pk in there:
                found += [f"{graph.name} {pk}: {text}" for text in judge(graph, there[pk], world)]
        for pk, run in there.items():  # those that PostgreSQL began, but did not live to confirm
            if pk not in self.graphs and run.parent_id is None:
                found += [f"Unconfirmed {text}" for text in judge_rows(run, world)]
        states = Counter(run.status for run in there.values())
        nodes = Counter(NodeExecution.objects.order_by().values_list("status", flat=True))
        again = sum(len(calls) > 1 for calls in world.calls.values())
        self.say(
            f"{len(there)} runs {dict(states)}, node executions {dict(nodes)}, "
            f"{NodeExecution.objects.filter(losses__gt=0).count()} lost a worker, "
            f"{again} ran more than once"
        )
        return found

    def report(self, complaints: list[str]) -> None:
        """Print what happened, with all that helps to find out why."""
        print("\n".join(f"  {line}" for line in self.monkey.diary))
        if not complaints:
            self.say("Nothing was lost, nothing was done twice")
            return
        print(f"\nWRONG (seed {self.seed}, {os.environ['TRELLIS_LOCAL_LANE']=}):")
        print("\n".join(complaints[:200]))
        concerned = [pk for pk in self.graphs if any(str(pk) in text for text in complaints)]
        for pk in concerned[:SHOWN]:
            print(f"\nThe run {pk}:")
            print("\n".join(history(pk)))
        for name in self.instance.running:
            lines = self.instance.log(name).read_text(errors="replace").splitlines()
            print(f"\n{name}:", *lines[-40:], sep="\n    ")

    def say(self, text: str) -> None:
        print(f"[{time.monotonic() - self.began:6.1f} s] {text}", flush=True)


def asked(question: Callable[[], T]) -> T:
    """Return the answer, also where PostgreSQL was restarted since the last question."""
    while True:
        try:
            return question()
        except Error:
            connection.close()
            time.sleep(0.2)


def history(pk: UUID) -> list[str]:
    """Return a run's events and node executions as lines."""

    def lines() -> list[str]:
        events = Event.objects.filter(execution=pk).order_by("seq")
        rows: list[Any] = list(NodeExecution.objects.filter(execution=pk).order_by("number"))
        return [
            *(
                f"  {one.seq:4} {one.created:%H:%M:%S.%f} {one.status:11} {one.first}-{one.last} "
                f"{one.node_execution_id or 'the run'} {one.note}"
                for one in events
            ),
            *(
                f"  {row.pk} {row.node_id} {row.status} attempt {row.attempt} losses {row.losses} "
                f"worker {row.worker} lease {row.lease_until} sent {row.sent_at} "
                f"waits {row.waits_for} wake {row.wake_at} error {row.error}"
                for row in rows
            ),
        ]

    return asked(lines)
