"""What a process does for those who watch it when a task, a request or itself begins and ends."""

import time
from collections.abc import Mapping
from contextvars import Token
from typing import Any

from celery import signals
from celery.concurrency.prefork import TaskPool
from django.core.signals import request_finished
from django.dispatch import receiver
from structlog.contextvars import bind_contextvars, reset_contextvars

from telemetry import ending, reporting
from telemetry.context import clear
from telemetry.metrics import LATENESS

ASKED = "trellis_asked_at"  # a header of beat's messages: when it asked, in seconds since the epoch

# Celery runs tasks in threads, where a context outlives the task: what was bound must be unbound.
_tokens: dict[str, Mapping[str, Token[Any]]] = {}
_worker: list[str] = []  # this worker's name, which the processes of its pool inherit


@signals.task_prerun.connect
def bind_task(task_id: str, task: Any = None, **_: Any) -> None:
    """Bind the task that is about to run; note how late it is where beat asked for it."""
    _tokens[task_id] = bind_contextvars(task_id=task_id)
    asked = getattr(task.request, ASKED, None) if task is not None else None
    if asked is not None:
        LATENESS.labels(task.name).observe(max(0.0, time.time() - asked))


@signals.task_postrun.connect
def unbind_task(task_id: str, **_: Any) -> None:
    """Forget the task that has just run."""
    if tokens := _tokens.pop(task_id, None):
        reset_contextvars(**tokens)


@receiver(request_finished)
def forget_request(**_: Any) -> None:
    """Forget the request. Middleware would be too early: its response is logged after that."""
    clear()


@signals.beat_init.connect
def note_when_asked(**_: Any) -> None:
    """From now on, this process being beat, each message says when it was sent."""
    signals.before_task_publish.connect(_stamp)


def _stamp(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None:
        headers[ASKED] = time.time()


@signals.celeryd_after_setup.connect
def report_worker(sender: str, instance: Any, **_: Any) -> None:
    """Report what this worker counts. With a pool of processes, these do: it forks, so no threads."""
    _worker[:] = [sender]
    if not issubclass(instance.pool_cls, TaskPool):
        reporting.start(sender)


@signals.worker_process_init.connect
def report_pool_process(**_: Any) -> None:
    """Report what this process of a pool counts, under its worker's name, if it has one."""
    for name in _worker:
        reporting.start(name)


@signals.worker_process_shutdown.connect
def end_pool_process(**_: Any) -> None:
    """Send what waits: the pool ends this process."""
    ending.flush()


@signals.worker_shutdown.connect
def end_worker(**_: Any) -> None:
    """Send what waits: this worker ends."""
    ending.flush()
