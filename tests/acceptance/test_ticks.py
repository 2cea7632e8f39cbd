"""Timers and recovery go on while blocks hold every slot and other tasks wait behind them.

``pytest --log-cli-level=INFO`` shows how long they took.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.utils.timezone import now

from accounts.models import User
from agents.executions import claims, services
from agents.executions.models import Execution, NodeExecution
from config.celery import app
from launcher.processes import TICK_SLOTS
from tests.support.graphs import GraphBuilder, calculator
from tests.support.held_ticks import long_ticks
from tests.support.probes import registered
from tests.support.runs import rows, run_node, start
from tests.support.waiting import eventually
from tests.support.workers import PATIENCE, ticking, workers

logger = logging.getLogger(__name__)

SLOTS = 4
BACKLOG = 30
WAKE = 3.0  # seconds: a tick each second, and a busy machine
SWEEP = 9.0  # seconds: one each five, and a busy machine


class Sleeper:
    """A run whose node sleeps for a day."""

    def __init__(self, owner: User) -> None:
        graph = GraphBuilder()
        self.node = graph.node("CountdownTimerBlock", days=1)
        self.execution = start(owner, graph)
        run_node(self.execution, self.node)

    def due(self) -> None:
        NodeExecution.objects.filter(execution=self.execution).update(wake_at=now())

    def woke(self) -> bool:
        return rows(self.execution, self.node)[0].status == "QUEUED"


def lost(owner: User) -> Execution:
    """Return a run whose block is held by a worker that is no more."""
    graph = GraphBuilder()
    node = graph.node("StallIdempotent", log="/dev/null", stalls=0)
    execution = start(owner, graph)
    assert claims.claim(rows(execution, node)[0].pk, worker="gone@there:1:t") is not None
    NodeExecution.objects.filter(execution=execution).update(lease_until=now())
    return execution


@pytest.mark.django_db(transaction=True)
def test_sleepers_wake_and_lost_work_is_taken_over_while_all_slots_are_busy(
    alice: User, servers: None, tmp_path: Path
) -> None:
    log = tmp_path / "stalls"
    with registered(), redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete("io", "ticks")  # what other tests left
        first, second = Sleeper(alice), Sleeper(alice)
        with workers(1, tmp_path), ticking(tmp_path):
            busy = start(alice, stalling(log))
            eventually(lambda: log.exists() and len(log.read_text().splitlines()) == SLOTS)
            for _ in range(BACKLOG):
                start(alice, calculator(), Input=1)
            first.due()
            eventually(first.woke, timeout=PATIENCE, what="the first wake, which waits for beat")

            second.due()
            woke = seconds_until(second.woke, timeout=WAKE)
            broken = lost(alice)
            taken_over = seconds_until(
                lambda: broken.node_executions.filter(status="QUEUED", losses=1).exists(),
                timeout=SWEEP,
            )
            # Two woke, one began and was taken over. Messages follow what is committed.
            eventually(lambda: client.llen("io") >= BACKLOG + 4, timeout=SWEEP)
            assert client.llen("io") == BACKLOG + 4
            assert {one.status for one in busy.node_executions.all()} == {"RUNNING"}
            services.stop_execution(busy.pk)

    logger.info("woke after %.1f s, was taken over after %.1f s", woke, taken_over)


@pytest.mark.django_db(transaction=True)
def test_sleepers_wake_while_every_tick_that_may_take_long_is_under_way(
    alice: User, servers: None, tmp_path: Path
) -> None:
    held = tmp_path / "held"
    held.mkdir()

    def under_way() -> bool:
        return {file.name for file in held.iterdir()} == set(long_ticks())

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete("io", "ticks")  # what other tests left
    sleeper = Sleeper(alice)
    with ticking(tmp_path, slots=TICK_SLOTS, TEST_HELD_TICKS=str(held)):
        for task in long_ticks():
            app.send_task(task, queue=settings.TICKS)
        eventually(under_way, timeout=PATIENCE, what="a slot for each long tick")
        sleeper.due()
        eventually(sleeper.woke, timeout=PATIENCE, what="the wake")
        (held / "go").touch()


def stalling(log: Path) -> GraphBuilder:
    """Return a graph that holds all slots."""
    graph = GraphBuilder()
    for _ in range(SLOTS):
        graph.node("StallIdempotent", log=str(log), stalls=1000)
    return graph


def seconds_until(question: Callable[[], bool], *, timeout: float) -> float:
    began = time.monotonic()
    eventually(question, timeout=timeout, every=0.02)
    return time.monotonic() - began
