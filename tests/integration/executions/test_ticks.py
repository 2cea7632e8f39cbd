"""What beat asks for, and who takes it."""

from typing import Any

import pytest
from django.conf import settings
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import ModelEntry

from config.celery import app
from launcher.processes import programs

SCHEDULE: dict[str, Any] = settings.CELERY_BEAT_SCHEDULE
EXPIRES = {
    "sweep-executions": 10,
    "audit-executions": 30,
    "wake-executions": 5,
    "announce-executions": 5,
    "measure-executions": 15,
    "recount-storage": 3600,
    "tidy-accounts": 60,
    "erase-accounts": 10,
    "deliver-news": 5,
    "summarise-news": 300,
    "tidy-news": 600,
    "mail-notifications": 30,
    "tidy-notifications": 600,
    "purge-executions": 60,
    "fire-schedules": 5,
    "tidy-schedules": 60,
    "tick-triggers": 5,
    "follow-triggers": 15,
    "purge-triggers": 60,
    "purge-audit": 60,
    "screen-store": 15,
    "tidy-store": 60,
    "tidy-uploads": 60,
    "roll-up-market": 10,
    "tidy-market": 600,
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", SCHEDULE)
def test_a_tick_has_a_queue_of_its_own_and_expires_there(name: str) -> None:
    PeriodicTask.objects.filter(name=name).delete()

    app.loader.import_default_modules()  # every task, as a worker has them

    entry = ModelEntry.from_entry(name, app=app, **SCHEDULE[name])

    assert entry.options["queue"] == "ticks"
    assert entry.options["expires"] == EXPIRES[name]
    assert entry.task in app.tasks


def test_a_program_takes_ticks_and_nothing_else() -> None:
    [worker] = [one for one in programs("127.0.0.1", "8000", {}) if "ticks" in one.command]

    assert worker.name == "worker-ticks"
    assert worker.command[worker.command.index("-Q") + 1] == settings.TICKS
