"""Ring for a worker: send a task, by name, that carries an id.

The row that the id names says everything; a message that is lost is sent again by the sweep, and
one that arrives twice finds the row taken.
"""

import logging
from collections.abc import Mapping, Sequence
from functools import partial

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction

from agents.executions.models import NodeExecution
from kernel import messages

RUN_NODE = "executions.run_node"

logger = logging.getLogger(__name__)


def on_commit(node_executions: Sequence[NodeExecution]) -> None:
    """Send a task for each of the node executions once their rows are committed."""
    if node_executions:
        wanted = [(str(row.pk), row.queue) for row in node_executions]
        transaction.on_commit(partial(send, wanted))


def send(wanted: Sequence[tuple[str, str]]) -> None:
    """Send a task for each (node execution's id, queue). A broker that is away is no error."""
    queues: dict[str, list[str]] = {}
    for pk, queue in wanted:
        queues.setdefault(queue, []).append(pk)
    if not queues:
        return
    try:
        messages.send(current_app, settings.REDIS_URL, RUN_NODE, queues)
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
