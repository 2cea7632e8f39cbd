"""Workers on our transport while Redis is flushed, killed and started again, in each pool."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from kernel.redis import celery_broker_url
from tests.support.brokers import Broker, broker, worker
from tests.support.waiting import eventually

PATIENCE = 60.0  # seconds; Celery waits longer each time before it tries to connect again
POOLS = [("threads", 4), ("prefork", 2), ("solo", 1)]


class Sender:
    """Sends tasks to a broker, and reads what they wrote."""

    def __init__(self, broker: Broker, log: Path) -> None:
        self.app = Celery("sender", broker=celery_broker_url(broker.url), set_as_current=False)
        self.log = log

    def send(self, name: str, *arguments: Any, queue: str = "io") -> None:
        self.app.send_task(f"tests.{name}", args=[str(self.log), *arguments], queue=queue)

    def lines(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def wait_for(self, *lines: str) -> None:
        """Wait until exactly these lines are there, in any order."""
        eventually(
            lambda: sorted(self.lines()) == sorted(lines),
            timeout=PATIENCE,
            what=f"the lines {lines}",
        )


@pytest.mark.parametrize(("pool", "slots"), POOLS, ids=[pool for pool, _ in POOLS])
def test_an_idle_worker_goes_on_when_redis_was_flushed_or_killed(
    tmp_path: Path, pool: str, slots: int
) -> None:
    with (
        broker(tmp_path / "redis") as server,
        worker(server, tmp_path / "log", pool=pool, slots=slots) as one,
    ):
        sender = Sender(server, tmp_path / "lines")
        sender.send("note", "first")
        sender.wait_for("first")

        server.client.flushall()
        sender.send("note", "flushed")
        sender.send("note", "other queue", queue="cpu")
        sender.wait_for("first", "flushed", "other queue")

        server.kill()
        eventually(lambda: b"Trying to re" in one.log.read_bytes(), timeout=PATIENCE)
        server.start()
        sender.send("note", "restarted")
        sender.send("note", "other queue again", queue="cpu")
        sender.wait_for("first", "flushed", "other queue", "restarted", "other queue again")

        server.client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        sender.send("note", "cut off")
        sender.wait_for(
            *("first", "flushed", "other queue", "restarted", "other queue again", "cut off")
        )


def test_a_worker_that_ends_hands_over_what_it_had_not_begun(tmp_path: Path) -> None:
    notes = ["one", "two", "three"]
    with broker(tmp_path / "redis") as server:
        sender = Sender(server, tmp_path / "lines")
        with worker(server, tmp_path / "log", pool="prefork", slots=1) as one:
            sender.send("hold", "running")
            sender.wait_for("running")
            for note in notes:
                sender.send("note", note)
            eventually(lambda: server.client.llen("io") == 0, what="the worker holds all")
            one.process.send_signal(signal.SIGTERM)
            eventually(lambda: b"Warm shutdown" in one.log.read_bytes(), timeout=PATIENCE)
            Path(f"{sender.log}.go").touch()
            assert one.process.wait(PATIENCE) == 0
        done = sender.lines()[1:]
        left = [json.loads(one)["body"] for one in server.client.lrange("io", 0, -1)]

        assert 1 <= len(left) == len(notes) - len(done)
        with worker(server, tmp_path / "second", pool="threads", slots=2):
            sender.wait_for("running", *notes)


def test_the_task_of_a_killed_child_runs_again(tmp_path: Path) -> None:
    with (
        broker(tmp_path / "redis") as server,
        worker(server, tmp_path / "log", pool="prefork", slots=2),
    ):
        sender = Sender(server, tmp_path / "lines")

        sender.send("die_once")

        sender.wait_for("died", "lived")


def test_many_slots_run_each_task_once(tmp_path: Path) -> None:
    numbers = [str(number) for number in range(300)]
    with broker(tmp_path / "redis") as server:
        sender = Sender(server, tmp_path / "lines")
        for number in numbers:
            sender.send("note", number)
        with worker(server, tmp_path / "log", pool="threads", slots=48):
            sender.wait_for(*numbers)
            sender.send("note", "last")
            sender.wait_for(*numbers, "last")
