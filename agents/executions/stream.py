"""A run's events as a server-sent stream (the WHATWG EventSource format), so curl can follow."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from agents.executions.watching import RunReader, Told


async def event_stream(user: Any, run: UUID, since: int) -> AsyncIterator[str]:
    """Yield what was recorded after the number, then what is being recorded, to the run's end.

    While nothing happens, a comment comes now and then, so that proxies do not hang up.
    """
    async with RunReader.shared(user, run) as reader:
        while not reader.is_over(since):
            events = await reader.after(since)
            for event in events:
                yield _frame(event)
                since = event.seq
            if not events and not await reader.change():
                yield ": still running\n\n"


def _frame(event: Told) -> str:
    return f"id: {event.seq}\nevent: {event.type}\ndata: {event.data}\n\n"
