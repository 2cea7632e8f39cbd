"""Processes of the cpu worker's pool, when the worker dies."""

import subprocess
import sys

import pytest

FORKED_FROM_ONE_THAT_DIES = """
import os, time
import django
django.setup()
from celery import signals
from agents.executions import warden

warden._post.open()
worker = os.getpid()
if os.fork():
    os._exit(0)
while os.getppid() == worker:
    time.sleep(0.001)
if {knows}:
    signals.worker_process_init.send(sender="w@h")
print("lives")
"""


@pytest.mark.parametrize(("knows", "printed"), [(False, "lives\n"), (True, "")])
def test_a_pool_process_that_begins_after_its_worker_died_ends(knows: bool, printed: str) -> None:
    # Celery asks Linux to end it with the worker, a moment after it was forked. What is captured
    # ends when the last process that can write to it has ended.
    done = subprocess.run(
        [sys.executable, "-c", FORKED_FROM_ONE_THAT_DIES.format(knows=knows)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert (done.stdout, done.stderr) == (printed, "")
