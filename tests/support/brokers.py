"""A Redis that one test may kill and flush, and workers on it that need no database."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

import redis

from launcher import children, embedded
from launcher.paths import InstancePaths
from tests.support.waiting import eventually
from tests.support.workers import PATIENCE, ROOT, Worker


class Broker:
    """One Redis server. What it holds is gone when it ends."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.server = embedded.Redis(InstancePaths(data), durable=False)
        self.process: Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.server.paths.redis_url

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, decode_responses=True)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.server.prepare()
        self.process = embedded.start(self.server, os.open(os.devnull, os.O_WRONLY))
        embedded.wait_until_ready(self.server, self.process)

    def kill(self) -> None:
        """End it as a lack of memory would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def broker(data: Path) -> Iterator[Broker]:
    """Run a Redis on files in the directory."""
    found = Broker(data)
    found.start()
    try:
        yield found
    finally:
        found.kill()


@contextmanager
def worker(broker: Broker, log: Path, *, pool: str, slots: int) -> Iterator[Worker]:
    """Run a worker for the tasks of ``tests.support.broker_app``, ready to take them."""
    command = [sys.executable, "-m", "celery", "-A", "tests.support.broker_app", "worker"]
    command += ["-Q", "io,cpu", "--pool", pool, "-c", str(slots), "-n", "w@%h", "-l", "INFO"]
    command += ["--without-gossip", "--without-mingle"]
    environment = {
        "TRELLIS_DATA_DIR": str(broker.data),
        "REDIS_URL": broker.url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
        "WORKER_IO_SLOTS": str(slots),
    }
    with log.open("wb") as output:
        started = Worker(children.spawn(command, environment=environment, output=output), log)
    try:
        eventually(started.is_ready, timeout=PATIENCE, what="the worker's readiness")
        yield started
    finally:
        started.stop()
