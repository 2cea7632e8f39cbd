"""Real beats and real workers start real agents: each time once, and what an outage missed afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.utils.timezone import now

from accounts.models import User
from agents.schedules.models import Fire, Schedule
from tests.support.schedules import fires, hourly, make_due, runs
from tests.support.waiting import eventually
from tests.support.workers import CELERY, PATIENCE, spawn, ticking, workers

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_queues(servers: None) -> Iterator[None]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete("io", "cpu", "ticks")  # what other tests left
        yield


def all_ended(schedule: Schedule, count: int) -> bool:
    return [one for one, _ in fires(schedule)] == [Fire.Status.ENDED] * count


def test_two_beats_start_each_time_once(alice: User, tmp_path: Path) -> None:
    with workers(1, tmp_path), ticking(tmp_path):
        second = spawn([*CELERY, "beat", "-l", "INFO"], tmp_path / "beat-2.log", {})
        try:
            schedules = [hourly(alice, next_time=now() + timedelta(seconds=2)) for _ in range(5)]
            for schedule in schedules:
                eventually(partial(all_ended, schedule, 1), timeout=PATIENCE, what="a run's end")
        finally:
            second.stop()

    assert [len(runs(one)) for one in schedules] == [1] * 5
    assert {run.status for one in schedules for run in runs(one)} == {"COMPLETED"}


def test_what_was_missed_while_beat_was_gone_is_made_up_for(alice: User, tmp_path: Path) -> None:
    schedule = hourly(alice)
    with workers(1, tmp_path):
        with ticking(tmp_path):
            eventually(lambda: all_ended(schedule, 1), timeout=PATIENCE, what="the first run")
        make_due(schedule, now() - timedelta(minutes=1))  # nobody was there
        with ticking(tmp_path):
            eventually(lambda: all_ended(schedule, 2), timeout=PATIENCE, what="the missed run")

    assert fires(schedule)[0][1] == "missed" or fires(schedule)[1][1] == "missed"
    assert len(runs(schedule)) == 2
