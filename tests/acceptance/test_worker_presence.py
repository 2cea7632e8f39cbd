"""Real workers give signs of life, and only those that take tasks."""

import os
import signal
import socket
from pathlib import Path

import pytest
import redis
from django.conf import settings

from accounts.models import User
from agents.executions import liveness
from agents.executions.models import Presence, WorkerLife
from agents.executions.presence import door
from tests.support.graphs import GraphBuilder
from tests.support.probes import registered
from tests.support.runs import start
from tests.support.waiting import eventually
from tests.support.workers import PATIENCE, Worker, running

HOST = socket.gethostname()
POOLS = [("threads", 4), ("prefork", 2), ("solo", 1)]

pytestmark = pytest.mark.django_db(transaction=True)


def presence(name: str, *, patience: float = 10.0) -> str | None:
    """Call the roll, and return what is known of the worker then."""
    return {row.name: row.presence for row in liveness.call_roll(patience=patience)}.get(name)


def ready(worker: Worker) -> None:
    eventually(worker.is_ready, timeout=PATIENCE, what="the worker's readiness")
    eventually(WorkerLife.objects.exists, timeout=PATIENCE, what="its first sign of life")


@pytest.mark.parametrize(("pool", "slots"), POOLS, ids=[pool for pool, _ in POOLS])
def test_a_worker_is_live_from_its_start_until_it_stops_taking_tasks(
    servers: None, tmp_path: Path, pool: str, slots: int
) -> None:
    with running("w", tmp_path / "log", {}, pool=pool, slots=slots) as worker:
        ready(worker)
        [row] = liveness.live_workers("cpu")
        assert (row.name, row.queues, row.pool) == (f"w@{HOST}", ["cpu", "io"], _module(pool))
        assert row.slots == slots
        assert presence(row.name) == Presence.LIVE

        os.kill(worker.process.pid, signal.SIGSTOP)
        assert presence(row.name, patience=0.5) == Presence.SILENT
        os.kill(worker.process.pid, signal.SIGCONT)
        assert presence(row.name) == Presence.LIVE

        with redis.Redis.from_url(settings.REDIS_URL) as client:
            eventually(lambda: not client.exists(door(row.pk)), what="nothing is left in Redis")
        worker.kill()
        assert presence(row.name, patience=0.5) == Presence.SILENT


def _module(pool: str) -> str:
    return {"threads": "thread"}.get(pool, pool)


def test_a_worker_whose_slots_are_full_of_blocks_is_busy(
    alice: User, servers: None, tmp_path: Path
) -> None:
    log = tmp_path / "runs"
    with registered(), running("w", tmp_path / "log", {}, pool="prefork", slots=2) as worker:
        ready(worker)
        graph = GraphBuilder()
        for _ in range(2):
            graph.node("StallIdempotent", log=str(log), stalls=2)
        start(alice, graph)
        eventually(lambda: log.exists() and len(log.read_text().splitlines()) == 2, timeout=30)

        assert presence(f"w@{HOST}", patience=1) == Presence.BUSY
        assert [row.name for row in liveness.live_workers("cpu")] == [f"w@{HOST}"]
