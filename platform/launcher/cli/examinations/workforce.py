"""Who does the work: workers and beat."""

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from launcher import instance
from launcher.cli import servers
from launcher.cli.examinations.verdicts import PATIENCE, Verdict, fail, ok, warn
from launcher.paths import instance_paths

if TYPE_CHECKING:
    from agents.executions.models import WorkerLife

SWEEP = "sweep-executions"
OVERDUE = timedelta(minutes=2)  # beat notes its last sweep every half minute or so


def workers(queue: str) -> Verdict:
    """Does a worker take tasks from the queue? Each is asked to take one now."""
    from django.db import DatabaseError

    from agents.executions.models import Presence

    try:
        found = [worker for worker in roll() if queue in worker.queues]
    except DatabaseError:
        return fail("not known without the database's tables", "See above.")
    silent = [worker for worker in found if worker.presence == Presence.SILENT]
    start = f"celery -A config worker -Q {queue}; `trellis up` does it for you."
    text = "; ".join(sign_of_life(worker) for worker in found)
    if not found:
        return fail(f"no worker takes tasks from the queue {queue!r}", f"Start one: {start}")
    if len(silent) == len(found):
        remedy = "Is Redis well, see above? Look into their logs and start them again: "
        return fail(f"no worker takes tasks from the queue {queue!r}: {text}", f"{remedy}{start}")
    if silent:
        names = ", ".join(worker.name for worker in silent)
        return warn(text, f"If {names} should run, look into the log and start it again.")
    return ok(text)


def sign_of_life(worker: "WorkerLife") -> str:
    """Return who the worker is and when it last took a task."""
    from django.utils.timezone import now

    from agents.executions.models import Presence

    last = f"{max(0, (now() - worker.took_at).total_seconds()):.0f} s ago"
    kind = f"{worker.name} ({worker.pool}, {worker.slots} slots, version {worker.version})"
    if worker.presence == Presence.BUSY:
        return f"{kind} is busy: blocks run in all its slots; its last roll call {last}"
    if worker.presence == Presence.SILENT:
        return f"{kind} takes no task; the last one {last}"
    return f"{kind} took a task {last}"


@cache
def roll() -> "list[WorkerLife]":
    """Return all workers, once those that are well have taken a task, or after a while."""
    from agents.executions import liveness

    servers.connect().close()
    return liveness.call_roll(patience=PATIENCE)


def beat() -> Verdict:
    """Did beat ask for a sweep lately?"""
    from django.utils.timezone import now
    from django_celery_beat.models import PeriodicTask

    servers.connect().close()
    last = PeriodicTask.objects.filter(name=SWEEP).values_list("last_run_at", flat=True).first()
    age = now() - last if last else None
    if age is not None and age < OVERDUE:
        return ok(f"asked for a sweep {age.total_seconds():.0f} s ago")
    found = instance.read(instance_paths().instance)
    if found and now() - datetime.fromisoformat(found.started) < OVERDUE:
        return warn("has not noted a sweep since the start", "Look again in two minutes.")
    text = f"asked for no sweep since {last:%Y-%m-%d %H:%M} UTC" if last else "never ran"
    return fail(text, "Start it: celery -A config beat; `trellis up` does it for you.")
