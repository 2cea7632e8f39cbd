"""Ticks that may take long, held in their slots until a test lets them go."""

import threading
from functools import partial
from pathlib import Path

from django.conf import settings

from config.celery import app

# What these do is bounded by what there is to move, and waits for nothing.
QUICK = {
    *("executions.wake", "executions.sweep", "executions.audit", "accounts.erase_on"),
    "schedules.tick",
}
LONGEST = 300.0  # seconds, where nobody lets them go


def long_ticks() -> list[str]:
    """Return the tasks of all ticks but the quick ones."""
    return sorted({str(one["task"]) for one in settings.CELERY_BEAT_SCHEDULE.values()} - QUICK)


def hold(folder: Path) -> None:
    """Let each long tick write its name into the folder, and wait for the file ``go`` there."""
    app.loader.import_default_modules()
    for name in long_ticks():
        app.tasks[name].run = partial(_wait, folder, name, threading.Lock())  # type: ignore[method-assign]


def _wait(folder: Path, name: str, first: threading.Lock) -> None:
    if not first.acquire(blocking=False):  # beat asks again; one of each kind is enough
        return
    (folder / name).touch()
    gone = threading.Event()
    for _ in range(int(LONGEST / 0.1)):
        if (folder / "go").exists() or gone.wait(0.1):
            return
