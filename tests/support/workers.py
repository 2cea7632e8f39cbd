"""Real worker processes on the test's own database."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from launcher import children
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds for a worker to start on a busy machine
CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "tests.support.worker_app")
BLOCKS = "io,cpu"  # the queues of blocks


@dataclass
class Worker:
    """One worker process and what it logs."""

    process: subprocess.Popen[bytes]
    log: Path

    def is_ready(self) -> bool:
        """Return whether it takes tasks. Fails with its log where it ended."""
        text = self.log.read_text(errors="replace")
        assert self.process.poll() is None, f"The worker ended:\n{text[-3000:]}"
        return " ready." in text

    def kill(self) -> None:
        """End it as a lack of memory would: at once, without a word."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it in order, and by force when it does not."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def workers(
    number: int, folder: Path, *, pool: str = "threads", **environment: str
) -> Iterator[list[Worker]]:
    """Run so many workers, ready to take tasks, as long as the context lasts.

    Each has four threads, or with ``pool="prefork"`` two processes, for both queues.
    """
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                running(
                    f"w{index}",
                    folder / f"worker-{index}.log",
                    environment,
                    pool=pool,
                    slots=4 if pool == "threads" else 2,
                )
            )
            for index in range(number)
        ]
        for worker in started:
            eventually(worker.is_ready, timeout=PATIENCE, what="the worker's readiness")
        yield started


@contextmanager
def ticking(folder: Path, *, slots: str = "4", **environment: str) -> Iterator[Worker]:
    """Run beat and the worker that takes its ticks, as long as the context lasts."""
    beat = [*CELERY, "beat", "-l", "INFO"]
    log = folder / "ticks.log"
    with running("ticks", log, environment, queues="ticks", slots=int(slots)) as worker:
        ticker = spawn(beat, folder / "beat.log", environment)
        try:
            eventually(worker.is_ready, timeout=PATIENCE, what="the worker's readiness")
            yield worker
        finally:
            ticker.stop()


@contextmanager
def running(
    name: str,
    log: Path,
    environment: Mapping[str, str],
    *,
    pool: str = "threads",
    slots: int = 4,
    queues: str = BLOCKS,
) -> Iterator[Worker]:
    """Run one worker; it may not be ready yet."""
    worker = start(name, log, environment, pool=pool, slots=slots, queues=queues)
    try:
        yield worker
    finally:
        worker.stop()


def start(
    name: str,
    log: Path,
    environment: Mapping[str, str],
    *,
    pool: str = "threads",
    slots: int = 4,
    queues: str = BLOCKS,
) -> Worker:
    """Start a worker, for both queues of blocks; it may not be ready yet."""
    command = [*CELERY, "worker", "-Q", queues, "--pool", pool, "-c", str(slots)]
    command += ["-n", f"{name}@%h", "-l", "INFO"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return spawn(command, log, {"WORKER_IO_SLOTS": str(slots), **environment})


def spawn(command: list[str], log: Path, environment: Mapping[str, str]) -> Worker:
    ours = {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
    }
    with log.open("wb") as output:
        process = children.spawn(command, environment={**ours, **environment}, output=output)
    return Worker(process, log)


def database_url() -> str:
    """Return the URL of the database that this test uses."""
    name = connection.settings_dict["NAME"]
    return urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()
