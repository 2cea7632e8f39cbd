"""The workers that benchmarks use: Trellis, and beside it plain Celery tasks."""

from typing import Any

import django
import redis
from django.conf import settings

from config.celery import app

STEP = "benchmarks.step"
TASK_OPTIONS: dict[str, Any] = {"acks_late": True, "reject_on_worker_lost": True}

django.setup()
results = redis.Redis.from_url(settings.REDIS_URL)


@app.task(name=STEP, **TASK_OPTIONS)
def step(left: int, done: str) -> None:
    """An empty task that enqueues its successor, and at last says that the chain is done."""
    if left > 1:
        app.send_task(STEP, args=[left - 1, done])
    else:
        results.rpush(done, "done")


def run_plain(chains: int, length: int, name: str) -> None:
    """Run that many chains of plain tasks and return when all are done."""
    for _ in range(chains):
        app.send_task(STEP, args=[length, name])
    for _ in range(chains):
        if results.blpop([name], timeout=120) is None:
            raise TimeoutError("The plain tasks did not end within two minutes.")
