"""Every log line of a Celery task carries the task's id."""

from contextvars import Token
from typing import Any

from celery.signals import task_postrun, task_prerun

from telemetry.context import Fields, bind, unbind

# Celery runs tasks in threads, where a context outlives the task: what was bound must be unbound.
_tokens: dict[str, Token[Fields]] = {}


@task_prerun.connect
def bind_task(task_id: str, **_: Any) -> None:
    """Bind the task that is about to run."""
    _tokens[task_id] = bind(task_id=task_id)


@task_postrun.connect
def unbind_task(task_id: str, **_: Any) -> None:
    """Forget the task that has just run."""
    if token := _tokens.pop(task_id, None):
        unbind(token)
