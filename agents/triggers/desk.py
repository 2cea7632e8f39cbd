"""Where calls are handed in, and taken together with those that came meanwhile.

One thread takes a batch while the next one gathers, so a crowd of callers costs two messages to
PostgreSQL for all that are waiting, and not two for each. A batch that fails is taken call by call, so
that no call suffers for another.
"""

import asyncio
import logging
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakKeyDictionary

from django.db import connection

from agents.triggers import accepting
from agents.triggers.accepting import Outcome
from agents.triggers.calls import Call
from kernel.api.refusals import Unavailable

MOST = 200  # calls of one batch
MOST_WAITING = 5_000  # calls that have not been taken; more are sent away

THREADS = ThreadPoolExecutor(1, thread_name_prefix="calls")  # with one database connection

logger = logging.getLogger(__name__)


class Desk:
    """Takes the calls of one event loop."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Call, asyncio.Future[Outcome]]] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def hand_in(self, call: Call) -> Outcome:
        """Return what the caller is told, once that is written down."""
        if len(self._waiting) >= MOST_WAITING:
            return Unavailable("Too many calls wait here. Try again in a moment.")
        told: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((call, told))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await told

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            outcomes = await loop.run_in_executor(THREADS, taken, [call for call, _ in batch])
            for (_, told), outcome in zip(batch, outcomes, strict=True):
                if not told.done():  # else its caller has gone
                    told.set_result(outcome)


def taken(calls: list[Call]) -> list[Outcome]:
    """Return what each caller is told, whatever goes wrong."""
    try:
        return accepting.take(calls)
    except Exception:
        if len(calls) == 1:
            logger.exception("A call to a trigger could not be taken.")
            return [Unavailable("The call could not be taken. Try again in a moment.")]
        return [taken([call])[0] for call in calls]
    finally:
        if not connection.in_atomic_block:
            connection.close()  # back to the pool


_desks: WeakKeyDictionary[asyncio.AbstractEventLoop, Desk] = WeakKeyDictionary()


def desk() -> Desk:
    """Return the desk of the running event loop."""
    loop = asyncio.get_running_loop()
    found = _desks.get(loop)
    if found is None:
        found = _desks[loop] = Desk()
    return found
