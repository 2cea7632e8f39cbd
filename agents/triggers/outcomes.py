"""Wait for a run's end for somebody who called for it, without a thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async

from agents.executions.models import Execution
from agents.executions.output import outputs
from agents.executions.publisher import bells, execution_group
from agents.triggers.models import Arrival

LOOK_EVERY = 1.0  # seconds, where no bell rings
PAUSE = 0.05  # seconds between two looks, however many bells ring
MOST_WAITERS = 500  # of one process; more are told at once that their run goes on
THREADS = ThreadPoolExecutor(2, thread_name_prefix="call-outcomes")

_waiters = 0


@dataclass(frozen=True)
class Ended:
    """How a run ended: with its outputs, or the reason for which it never began."""

    status: str = ""
    outputs: dict[str, list[Any]] | None = None
    error: Any = None
    refused: str = ""


async def wait_for(execution: UUID, seconds: float) -> Ended | None:
    """Return how the run ended; None where it has not within so many seconds."""
    global _waiters  # noqa: PLW0603 - of this process
    if _waiters >= MOST_WAITERS:
        return None
    _waiters += 1
    rung = asyncio.Event()
    listener = asyncio.create_task(_listen(execution, rung))
    try:
        async with asyncio.timeout(seconds):
            while True:
                rung.clear()
                if (ended := await _look(execution)) is not None:
                    return ended
                try:
                    await asyncio.wait_for(rung.wait(), LOOK_EVERY)
                except TimeoutError:
                    continue
                await asyncio.sleep(PAUSE)
    except TimeoutError:
        return None
    finally:
        _waiters -= 1
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)


async def _listen(execution: UUID, rung: asyncio.Event) -> None:
    async for _ in bells(execution_group(execution)):
        rung.set()


def ended(execution: UUID) -> Ended | None:
    """Return how the run ended; None where it goes on, or is still to begin."""
    row = Execution.objects.with_graph().filter(pk=execution).first()
    if row is None:
        arrival = Arrival.objects.filter(execution_id=execution).only("verdict", "why").first()
        failed = arrival is None or arrival.verdict == Arrival.Verdict.FAILED
        return Ended(refused=arrival.why if arrival else "It is gone.") if failed else None
    if row.ended_at is None:
        return None
    return Ended(row.status, outputs(row) if row.has_values else None, row.error)


async def _look(execution: UUID) -> Ended | None:
    found: Ended | None = await database_sync_to_async(
        ended, thread_sensitive=False, executor=THREADS
    )(execution)
    return found
