"""Ring the bell of a run's watchers after commit; the watchers read the events themselves.

A bell is a hint: late, doubled or lost, it does no harm. One background event loop per process
keeps the connection, so that ringing never makes a worker wait.
"""

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Sequence
from functools import partial
from uuid import UUID

from channels.layers import get_channel_layer
from django.db import transaction
from redis import RedisError

from agents.executions.models import Execution

logger = logging.getLogger(__name__)

AGAIN = 5.0  # seconds after which a watcher who could not listen tries again


def execution_group(execution: UUID) -> str:
    """Return the name of the group that watches one run."""
    return f"execution.{execution.hex}"


def agent_group(agent: UUID) -> str:
    """Return the name of the group that watches all runs of an agent."""
    return f"agent.{agent.hex}"


def on_commit(execution: Execution, *, run_changed: bool) -> None:
    """Tell the run's watchers, once the transaction is committed, that something happened.

    Those who watch the agent hear only of changes of the run itself.
    """
    groups = [execution_group(execution.pk)]
    if run_changed:
        groups.append(agent_group(execution.graph_version.agent_id))
    transaction.on_commit(partial(_ring_all, groups, str(execution.pk)))


async def bells(group: str) -> AsyncIterator[UUID | None]:
    """Yield the run of each bell that rings for the group from now on, without end.

    None comes when the group hears, also again after Redis was away: what happened before then
    was not heard.
    """
    while True:
        try:
            async for bell in _heard(group):
                yield bell
        except (OSError, RedisError) as error:
            logger.warning("Bells cannot be heard: %s", error)
        await asyncio.sleep(AGAIN)


async def _heard(group: str) -> AsyncIterator[UUID | None]:
    layer = get_channel_layer()
    assert layer is not None
    channel = await layer.new_channel()
    await layer.group_add(group, channel)
    try:
        yield None
        while True:
            yield UUID((await layer.receive(channel))["execution"])
    finally:
        await layer.group_discard(group, channel)


def _ring_all(groups: Sequence[str], execution: str) -> None:
    ringer = _ringer()
    for group in groups:
        ringer.ring(group, execution)


class Ringer:
    """An event loop in a thread of its own that sends to groups."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.lock = threading.Lock()
        self.due: set[tuple[str, str]] = set()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="bell-ringer", daemon=True).start()

    def ring(self, group: str, execution: str) -> None:
        """Tell the group about the run, some time soon."""
        with self.lock:
            if (group, execution) in self.due:
                return  # the bell that is about to ring tells of this too
            self.due.add((group, execution))
        asyncio.run_coroutine_threadsafe(self._send(group, execution), self.loop)

    async def _send(self, group: str, execution: str) -> None:
        with self.lock:
            self.due.discard((group, execution))
        message = {"type": "execution.bell", "execution": execution}
        layer = get_channel_layer()
        try:
            if layer is not None:
                await layer.group_send(group, message)
        except (OSError, RedisError) as error:
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
