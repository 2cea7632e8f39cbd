"""A Celery application with the real settings, whose tasks write into files."""

import os
import signal
import time
from pathlib import Path

from celery import Celery

app = Celery("broker-tests")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.worker_prefetch_multiplier = 4  # so that workers hold messages that they did not begin


def add_line(log: str, line: str) -> None:
    """Append one line; lines of several processes do not mix."""
    with Path(log).open("a") as file:
        file.write(f"{line}\n")


@app.task(name="tests.note")
def note(log: str, line: str) -> None:
    """Write the line."""
    add_line(log, line)


@app.task(name="tests.hold")
def hold(log: str, line: str) -> None:
    """Write the line, and take as long as the file named like the log, with `.go`, is missing."""
    add_line(log, line)
    while not Path(f"{log}.go").exists():
        time.sleep(0.02)


@app.task(name="tests.die_once")
def die_once(log: str) -> None:
    """Write a line, and take the process along the first time."""
    first = not Path(log).exists()
    add_line(log, "died" if first else "lived")
    if first:
        os.kill(os.getpid(), signal.SIGKILL)
