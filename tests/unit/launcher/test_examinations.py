"""What `trellis doctor` makes of the workers it finds."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from agents.executions.models import Presence, WorkerLife
from launcher.cli.examinations import Status, workforce


def worker(name: str, presence: Presence, *queues: str, ago: int = 2) -> WorkerLife:
    row = WorkerLife(name=name, queues=list(queues), pool="threads", slots=4, version="1.0")
    row.took_at = now() - timedelta(seconds=ago)
    row.presence = presence
    return row


@pytest.fixture
def roll(monkeypatch: pytest.MonkeyPatch) -> list[WorkerLife]:
    """The workers that there are."""
    rows: list[WorkerLife] = []
    monkeypatch.setattr(workforce, "roll", lambda: rows)
    return rows


def test_workers_are_listed_with_their_last_task(roll: list[WorkerLife]) -> None:
    roll += [worker("io@a", Presence.LIVE, "io"), worker("cpu@a", Presence.LIVE, "cpu")]

    status, text, remedy = workforce.workers("io")

    assert (status, remedy) == (Status.OK, "")
    assert text == "io@a (threads, 4 slots, version 1.0) took a task 2 s ago"


def test_a_busy_worker_is_no_dead_one(roll: list[WorkerLife]) -> None:
    roll.append(worker("cpu@a", Presence.BUSY, "cpu", ago=900))

    status, text, _ = workforce.workers("cpu")

    assert status == Status.OK
    assert text.endswith("is busy: blocks run in all its slots; its last roll call 900 s ago")


def test_a_silent_worker_beside_a_live_one_is_a_warning(roll: list[WorkerLife]) -> None:
    roll += [worker("io@a", Presence.LIVE, "io"), worker("io@b", Presence.SILENT, "io", ago=60)]

    status, text, remedy = workforce.workers("io")

    assert status == Status.WARN
    assert "io@b (threads, 4 slots, version 1.0) takes no task; the last one 60 s ago" in text
    assert remedy == "If io@b should run, look into the log and start it again."


def test_a_queue_that_only_the_silent_serve_is_a_failure(roll: list[WorkerLife]) -> None:
    roll += [worker("io@a", Presence.SILENT, "io"), worker("cpu@a", Presence.LIVE, "cpu")]

    status, text, remedy = workforce.workers("io")

    assert status == Status.FAIL
    assert text.startswith("no worker takes tasks from the queue 'io': io@a")
    assert "start them again: celery -A config worker -Q io" in remedy


def test_a_queue_without_any_worker_is_a_failure(roll: list[WorkerLife]) -> None:
    status, text, remedy = workforce.workers("cpu")

    assert (status, text) == (Status.FAIL, "no worker takes tasks from the queue 'cpu'")
    assert remedy.startswith("Start one: celery -A config worker -Q cpu")
