"""A run's events as a server-sent stream (the WHATWG EventSource format), so curl can follow."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer

from agents.executions.events import PAGE, messages_after
from agents.executions.models import Execution
from agents.executions.publisher import execution_group
from kernel.jsontypes import dumps

TIMER = 5.0  # seconds between looks, and between comments that keep proxies from hanging up


async def event_stream(run: UUID, since: int) -> AsyncIterator[str]:
    """Yield what was recorded after the number, then what is being recorded, to the run's end."""
    layer = get_channel_layer()
    assert layer is not None
    channel = await layer.new_channel()
    await layer.group_add(execution_group(run), channel)
    try:
        while True:
            messages, ended = await _look(run, since)
            for message in messages:
                yield _frame(message)
                since = message["seq"]
            if len(messages) == PAGE:
                continue
            if ended:
                return
            if not await _bell(layer, channel):
                yield ": still running\n\n"
    finally:
        await layer.group_discard(execution_group(run), channel)


async def _bell(layer: Any, channel: str) -> bool:
    """Wait for a bell; False after a while without one."""
    try:
        await asyncio.wait_for(layer.receive(channel), TIMER)
    except TimeoutError:
        return False
    return True


@database_sync_to_async
def _look(run: UUID, since: int) -> tuple[list[dict[str, Any]], bool]:
    """Return a page of events, and whether the run had ended before they were read."""
    execution = Execution.objects.with_graph().filter(pk=run).first()
    if execution is None:
        return [], True
    return messages_after(execution, since), execution.state.is_final


def _frame(message: dict[str, Any]) -> str:
    return f"id: {message['seq']}\nevent: {message['type']}\ndata: {dumps(message['data'])}\n\n"
