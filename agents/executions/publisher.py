"""Ring the bell of a run's watchers after commit; the watchers read the events themselves.

A bell is a hint: late, doubled or lost, it does no harm. One background event loop per process
keeps the connection, so that ringing never makes a worker wait.
"""

import asyncio
import logging
import os
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from channels.layers import get_channel_layer
from django.db import transaction

from agents.executions.models import Execution

logger = logging.getLogger(__name__)


def execution_group(execution: UUID) -> str:
    """Return the name of the group that watches one run."""
    return f"execution.{execution.hex}"


def agent_group(agent: UUID) -> str:
    """Return the name of the group that watches all runs of an agent."""
    return f"agent.{agent.hex}"


def on_commit(execution: Execution) -> None:
    """Tell the run's watchers, once the transaction is committed, that something happened."""
    groups = (
        execution_group(execution.pk),
        agent_group(execution.graph_version.agent_id),
    )
    message = {"type": "execution.bell", "execution": str(execution.pk)}
    transaction.on_commit(partial(_ring_all, groups, message))


def _ring_all(groups: Sequence[str], message: dict[str, Any]) -> None:
    for group in groups:
        _ringer().ring(group, message)


class Ringer:
    """An event loop in a thread of its own that sends to groups."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="bell-ringer", daemon=True).start()

    def ring(self, group: str, message: dict[str, Any]) -> None:
        """Send the message to the group, some time soon."""
        asyncio.run_coroutine_threadsafe(self._send(group, message), self.loop)

    async def _send(self, group: str, message: dict[str, Any]) -> None:
        layer = get_channel_layer()
        try:
            if layer is not None:
                await layer.group_send(group, message)
        except (OSError, ConnectionError) as error:
            logger.warning("A bell was not rung: %s", error)
        except Exception:
            logger.exception("A bell was not rung")


_lock = threading.Lock()
_current: list[Ringer] = []


def _ringer() -> Ringer:
    """Return this process's ringer; a forked process makes its own."""
    with _lock:
        if not _current or _current[0].pid != os.getpid():
            _current[:] = [Ringer()]
        return _current[0]
