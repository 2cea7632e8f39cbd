"""Which workers take tasks, as they themselves noted: see ``presence``."""

import time
from collections.abc import Iterable
from typing import get_args

import psycopg
from django.conf import settings
from django.db import connection

from agents.executions import presence
from agents.executions.models import Presence, WorkerLife
from blocks.sdk.spec import Queue

QUEUES: tuple[str, ...] = (*get_args(Queue), settings.TICKS)


def live_workers(queue: str) -> list[WorkerLife]:
    """Return the workers that serve the queue, each with its ``presence``: live or busy."""
    return list(WorkerLife.objects.present().filter(queues__contains=[queue]))


def call_roll(*, patience: float) -> list[WorkerLife]:
    """Ask all workers for a sign of life now, and return them as they answered in time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        [moment] = cursor.fetchone()
    presence.call(list(WorkerLife.objects.values_list("pk", flat=True)))
    deadline = time.monotonic() + patience
    while True:
        workers = list(WorkerLife.objects.observed(since=moment))
        silent = any(worker.presence == Presence.SILENT for worker in workers)
        if not silent or time.monotonic() > deadline:
            return workers
        time.sleep(0.05)


def problem(database: psycopg.Connection) -> str | None:
    """Return which queues no worker serves, or None. Asks on a connection that the caller has."""
    rows = WorkerLife.objects.present().values_list("queues")
    sql, params = rows.query.sql_with_params()
    missing = unserved(queues for [queues] in database.execute(sql.encode(), params))
    if not missing:
        return None
    names = " and ".join(repr(queue) for queue in missing)
    return f"No worker took a task from {names} lately. `trellis doctor` says more."


def unserved(served: Iterable[Iterable[str]]) -> list[str]:
    """Return the queues that are in none of the lists."""
    found = {queue for queues in served for queue in queues}
    return [queue for queue in QUEUES if queue not in found]
