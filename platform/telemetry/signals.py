"""When a task or a request begins and ends, for the context of the log."""

from contextvars import Token
from typing import Any

from celery.signals import task_postrun, task_prerun
from django.core.signals import request_finished
from django.dispatch import receiver

from telemetry.context import Fields, bind, clear, unbind

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


@receiver(request_finished)
def forget_request(**_: Any) -> None:
    """Forget the request. Middleware would be too early: its response is logged after that."""
    clear()
