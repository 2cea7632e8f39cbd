"""Start runs as the REST API starts them, and wait for their ends as a watcher does."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from django.db.models import Count, Sum

from accounts.models import User
from agents.executions import services
from agents.executions.models import Event, Execution, NodeExecution
from agents.executions.publisher import agent_group
from agents.graphs.models import GraphVersion
from agents.graphs.services import create_agent
from benchmarks.errors import BenchmarkFailed
from benchmarks.graphs import Json

PATIENCE = 60.0  # seconds for a round
PATIENCE_PER_NODE = 0.05
LOOK = 0.25  # seconds between two looks where no bell rings
PAUSE = 0.005  # seconds that bells may gather, so that looking costs little


@dataclass
class Bell:
    """Rings when runs of an agent change: the same bell as that of the WebSocket's clients."""

    agent: UUID
    rung: threading.Event
    last: float = 0.0

    def wait(self) -> None:
        """Return soon after the next change."""
        self.rung.wait(LOOK)
        pause = self.last + PAUSE - time.perf_counter()
        if pause > 0:
            time.sleep(pause)
        self.rung.clear()
        self.last = time.perf_counter()


@contextlib.contextmanager
def listening(agent: UUID) -> Iterator[Bell]:
    """Listen to an agent's bell as long as the context lasts."""
    bell = Bell(agent, threading.Event())
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="bell", daemon=True)
    thread.start()
    try:
        channel = asyncio.run_coroutine_threadsafe(_subscribe(agent), loop).result(10)
        listener = asyncio.run_coroutine_threadsafe(_listen(channel, bell.rung), loop)
        yield bell
        listener.cancel()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _subscribe(agent: UUID) -> str:
    layer: Any = get_channel_layer()
    channel: str = await layer.new_channel()
    await layer.group_add(agent_group(agent), channel)
    return channel


async def _listen(channel: str, rung: threading.Event) -> None:
    layer: Any = get_channel_layer()
    while True:
        await layer.receive(channel)
        rung.set()


@dataclass(frozen=True)
class Agent:
    """An agent under measurement, and whose it is."""

    owner: User
    version: GraphVersion
    nodes: int

    @classmethod
    def create(cls, owner: User, graph: Json) -> "Agent":
        return cls(owner, create_agent(owner, graph), len(graph["nodes"]))

    def start(self, inputs: Mapping[str, Any] | None = None) -> Execution:
        return services.start_execution(
            owner=self.owner, agent_id=self.version.agent_id, inputs=inputs or {}
        )

    def run(self, bell: Bell, times: int = 1) -> tuple[list[UUID], float]:
        """Run it so often at once: return the runs, and the seconds to the last one's end."""
        began = time.perf_counter()
        runs = [self.start().pk for _ in range(times)]
        wait(runs, bell, patience=PATIENCE + PATIENCE_PER_NODE * self.nodes * times)
        elapsed = time.perf_counter() - began
        check(runs, nodes=self.nodes)
        return runs, elapsed

    def seconds(self, bell: Bell, times: int = 1) -> float:
        """Return the seconds that so many runs take, from the first start to the last end."""
        return self.run(bell, times)[1]


def wait(runs: list[UUID], bell: Bell, *, patience: float = PATIENCE) -> None:
    """Return when all the runs have ended. Raises BenchmarkFailed when they do not."""
    deadline = time.monotonic() + patience
    while left := Execution.objects.filter(pk__in=runs).live().count():
        if time.monotonic() > deadline:
            raise BenchmarkFailed(f"{left} of {len(runs)} runs did not end in {patience:g} s.")
        bell.wait()


def check(runs: list[UUID], *, nodes: int) -> None:
    """Raise BenchmarkFailed unless every run completed, with all its nodes and all its events."""
    well = Execution.objects.filter(pk__in=runs, status="COMPLETED")
    found = well.aggregate(runs=Count("pk"), events=Sum("last_seq"))
    if found["runs"] != len(runs):
        raise BenchmarkFailed(f"{len(runs) - found['runs']} of {len(runs)} runs did not complete.")
    ran = NodeExecution.objects.filter(execution__in=runs, status="COMPLETED").count()
    if ran != nodes * len(runs):
        raise BenchmarkFailed(f"{ran} node executions completed, not {nodes * len(runs)}.")
    events = Event.objects.filter(execution__in=runs).count()
    if events != found["events"]:
        raise BenchmarkFailed(f"{events} events were recorded of {found['events']} numbered.")
