"""Ring for a worker: send a task, by name, that carries a node execution's id and its run's.

The row that the first names says everything (the run's lets a worker do at once what it has to do
in one run); a message that is lost is sent again by the sweep, and
one that arrives twice finds the row taken.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction

from agents.executions.models import NodeExecution
from agents.executions.publisher import Notice
from kernel import messages

RUN_NODE = "executions.run_node"

logger = logging.getLogger(__name__)


class Wanted(NamedTuple):
    """A node execution that a worker of the queue is to take, and its run."""

    node_execution: str
    queue: str
    execution: str

    @classmethod
    def of(cls, row: NodeExecution) -> "Wanted":
        return cls(str(row.pk), row.queue, str(row.execution_id))


def on_commit(node_executions: Iterable[NodeExecution], bell: Sequence[Notice]) -> None:
    """Send a task for each of the node executions, and ring, once all is committed."""
    transaction.on_commit(partial(send, [Wanted.of(row) for row in node_executions], bell))


def send(wanted: Sequence[Wanted], bell: Sequence[Notice] = ()) -> None:
    """Send a task for each of the node executions, and ring. A broker that is away is no error."""
    queues: dict[str, list[messages.Arguments]] = {}
    for one in wanted:
        queues.setdefault(one.queue, []).append((one.node_execution, one.execution))
    if not (queues or bell):
        return
    try:
        messages.send(current_app, settings.REDIS_URL, RUN_NODE, queues, bell)
    except redis.RedisError as error:
        logger.warning(
            "The broker is away; the sweep will send %d node executions: %s", len(wanted), error
        )


def waiting(queues: Sequence[str]) -> Mapping[str, int]:
    """Return how many tasks wait in each queue: none where the broker is away."""
    try:
        return messages.waiting(current_app, settings.REDIS_URL, queues)
    except redis.RedisError:
        return dict.fromkeys(queues, 0)
