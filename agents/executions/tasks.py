"""Celery entry points. Each carries an id, or nothing."""

from typing import Any
from uuid import UUID

from celery import Task, current_app, shared_task
from django.utils.timezone import now

from agents.executions import announcing, crowding, dispatch, presence, purging, recovery, runner
from agents.executions.retention import Ages
from quotas import counted

MEASURE_SECONDS = 10.0
PURGE_SECONDS = 30.0  # what is left then is the next tick's


class NodeTask(Task[..., None]):
    """A task that a lane calls within another one of its kind (`lane`)."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it. Celery would make a second request here, beside the one that the tracer made."""
        return self.run(*args, **kwargs)


@shared_task(base=NodeTask, name=dispatch.RUN_NODE, acks_late=True, reject_on_worker_lost=True)
def run_node(node_execution: str, execution: str | None = None) -> None:
    """Run one node execution of a run; releases before this one did not name the run."""
    runner.run_node(UUID(node_execution), UUID(execution) if execution else None)


@shared_task(name="executions.sweep")
def sweep() -> None:
    """Move what was lost."""
    recovery.sweep()


@shared_task(name="executions.wake")
def wake() -> None:
    """Wake the node executions whose moment has come."""
    recovery.wake_sleepers()


@shared_task(name="executions.announce")
def announce() -> None:
    """Tell who waits for it that runs have ended, and that people are asked."""
    announcing.announce()
    announcing.announce_reviews()


@shared_task(name="executions.purge")
def purge() -> None:
    """Remove what retention lets go, for a while."""
    purging.purge(Ages.of_instance(), seconds=PURGE_SECONDS)
    purging.forget_snapshots(now())


@shared_task(name="executions.audit")
def audit() -> None:
    """Look for what a crash left behind."""
    recovery.audit()


@shared_task(name="executions.measure")
def measure() -> None:
    """Measure what runs keep, and end those whose owners have no room left."""
    crowding.keep_within_quotas(seconds=MEASURE_SECONDS)


@shared_task(name="executions.recount")
def recount() -> None:
    """Count anew what everybody has stored."""
    counted.recount()


@shared_task(name=presence.ROLL_CALL)
def roll_call(worker: str) -> None:
    """Give a sign of life."""
    presence.answer(UUID(worker))


current_app.steps["consumer"].add(presence.RollCall)
