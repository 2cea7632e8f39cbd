"""This worker's sign of life: a task that it sends itself, and that says so when it runs.

A process that runs, and even one that answers Celery's ping, may take no tasks: its consumer may
have lost its queues, its slots may hang. So every worker has a queue of its own beside those that
it serves, puts a message into it every few seconds, and the task, run in a slot like any other,
writes the time into the worker's row. Nothing is written while node tasks run.

A worker whose slots all run long blocks cannot take the task. It is busy, which the leases of those
blocks prove: see ``models.WorkerLife``.
"""

import logging
import socket
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import redis
from celery import bootsteps, current_app, signals
from django.conf import settings
from django.db import Error
from kombu import Queue

from agents.executions.models import WorkerLife
from kernel import messages
from telemetry.health import running_version

ROLL_CALL = "executions.roll_call"
CALL_EVERY = 10.0  # seconds
KEPT = 60  # seconds that a call waits in Redis for a worker that may be gone

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """Who this worker is. Processes of its pool inherit it."""

    id: UUID
    name: str
    queues: tuple[str, ...]
    pool: str
    slots: int


_identity: list[Identity] = []


def identity() -> Identity | None:
    """Return which worker this process belongs to, if it is one."""
    return _identity[0] if _identity else None


def name() -> str:
    """Return the worker's name, or the machine's where this is no worker."""
    me = identity()
    return me.name if me else socket.gethostname()


def door(worker: UUID) -> str:
    """Return the queue that only this worker takes from."""
    return f"roll-call.{worker}"


@signals.celeryd_after_setup.connect
def introduce(sender: str, instance: Any, **_: Any) -> None:
    """Give the worker an identity and a queue of its own, before its pool starts."""
    queues = instance.app.amqp.queues
    pool = instance.pool_cls.__module__.rpartition(".")[2]
    me = Identity(
        id=uuid4(),
        name=sender,
        queues=tuple(sorted(queues.consume_from)),
        pool=pool,
        slots=1 if pool == "solo" else instance.concurrency,
    )
    _identity[:] = [me]
    queues.select_add(Queue(door(me.id), no_declare=True))  # declaring would leave a trace in Redis


class RollCall(bootsteps.StartStopStep):
    """Calls the worker as long as it is connected."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **options: Any) -> None:
        super().__init__(consumer, **options)
        self.timer: Any = None

    def start(self, consumer: Any) -> None:
        me = identity()
        if me is not None:
            call([me.id])
            self.timer = consumer.timer.call_repeatedly(CALL_EVERY, call, ([me.id],))

    def stop(self, consumer: Any) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


def call(workers: list[UUID]) -> None:
    """Ask each worker for a sign of life. An earlier call that was not taken is replaced."""
    wanted = {door(worker): (str(worker),) for worker in workers}
    try:
        messages.replace(current_app, settings.REDIS_URL, ROLL_CALL, wanted, seconds=KEPT)
    except redis.RedisError as error:
        logger.warning("The roll was not called: %s", error)


def answer(worker: UUID) -> None:
    """Note that the worker took a task just now, if this is that worker."""
    me = identity()
    if me is None or me.id != worker:
        return
    try:
        WorkerLife.objects.sign(
            me.id,
            name=me.name,
            queues=list(me.queues),
            pool=me.pool,
            slots=me.slots,
            version=running_version(),
        )
    except Error as error:
        logger.warning("A sign of life was not noted: %s", error)
