"""Celery entry points. Each carries an id, or nothing."""

from uuid import UUID

from celery import shared_task

from agents.executions import dispatch, recovery, runner


@shared_task(name=dispatch.RUN_NODE, acks_late=True, reject_on_worker_lost=True)
def run_node(node_execution: str) -> None:
    """Run one node execution."""
    runner.run_node(UUID(node_execution))


@shared_task(name="executions.sweep")
def sweep() -> None:
    """Move what was lost."""
    recovery.sweep()


@shared_task(name="executions.wake")
def wake() -> None:
    """Wake the node executions whose moment has come."""
    recovery.wake_sleepers()
