"""A run's events as a server-sent stream (the WHATWG EventSource format), so curl can follow."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from agents.executions.watching import WORDS, RunReader, Told
from kernel.standing import Credential, Cut, watched


async def event_stream(
    user: Any, run: UUID, since: int, credential: Credential | None
) -> AsyncIterator[str]:
    """Yield what was recorded after the number, then what is being recorded, to the run's end.

    It ends sooner with the credential. While nothing happens, a comment comes now and then, so
    that proxies do not hang up.
    """
    ended = asyncio.Event()
    async with watched(credential, _setting(ended)), RunReader.shared(user, run) as reader:
        heard = reader.spoken
        while not reader.is_over(since) and not ended.is_set():
            events = await reader.after(since)
            for event in events:
                yield _frame(event)
                since = event.seq
            words, heard = reader.said(heard), reader.spoken
            for piece in words:
                yield f"event: {WORDS}\ndata: {piece}\n\n"
            if not (events or words) and not await reader.change():
                yield ": still running\n\n"


def _setting(ended: asyncio.Event) -> Cut:
    async def cut() -> None:
        ended.set()

    return cut


def _frame(event: Told) -> str:
    return f"id: {event.seq}\nevent: {event.type}\ndata: {event.data}\n\n"
