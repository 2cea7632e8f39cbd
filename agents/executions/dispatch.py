"""Ring for a worker: send a task, by name, that carries an id.

The row that the id names says everything; a message that is lost is sent again by the sweep, and
one that arrives twice finds the row taken.
"""

import logging
from collections.abc import Sequence
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from agents.executions.models import NodeExecution

RUN_NODE = "executions.run_node"

logger = logging.getLogger(__name__)


def on_commit(node_executions: Sequence[NodeExecution]) -> None:
    """Send a task for each of the node executions once their rows are committed."""
    if node_executions:
        wanted = [(str(row.pk), row.queue) for row in node_executions]
        transaction.on_commit(partial(send, wanted))


def send(wanted: Sequence[tuple[str, str]]) -> None:
    """Send a task for each (node execution's id, queue). A broker that is away is no error."""
    try:
        with current_app.producer_or_acquire() as producer:
            for pk, queue in wanted:
                current_app.send_task(
                    RUN_NODE, args=[pk], queue=queue, producer=producer, retry=False
                )
    except (OperationalError, OSError) as error:
        logger.warning(
            "The broker is away; the sweep will send %d node executions: %s", len(wanted), error
        )
