"""Connections end with the credentials that opened them.

A request is over before anything changes; a WebSocket or a stream lasts. What opened it is a
`Credential`, and while the connection lasts, its process asks every few seconds which of all its
credentials still hold: one question for each kind of credential, however many connections there
are. docs/decisions/0022-connections-end-with-their-credentials.md says why it asks.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import Context
from typing import Any, Self
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import Error as DatabaseError

logger = logging.getLogger(__name__)

EVERY = 2.0  # seconds between two looks
THREAD = ThreadPoolExecutor(1, thread_name_prefix="standing")

Cut = Callable[[], Awaitable[None]]


class Credential(ABC):
    """What somebody came in with. Equal ones are one question."""

    @classmethod
    @abstractmethod
    def holding(cls, them: Collection[Self]) -> set[Self]:
        """Return those that still hold, in as few queries for many as for one."""

    @abstractmethod
    def bearer(self) -> Any:
        """Return whom the credential speaks for, limited to what it may do; None for nobody."""


class Watch:
    """The connections of one event loop, each with its credential and with how to cut it off."""

    def __init__(self) -> None:
        self.connections: dict[object, tuple[Credential, Cut]] = {}
        self.task: asyncio.Task[None] | None = None
        self.cutting: set[asyncio.Task[None]] = set()

    def add(self, credential: Credential, cut: Cut) -> object:
        """Return a handle of the connection, for `remove`."""
        handle = object()
        self.connections[handle] = credential, cut
        if self.task is None:
            # Of no request: what it logs is about none.
            self.task = asyncio.create_task(self._look(), context=Context())
        return handle

    def remove(self, handle: object) -> None:
        self.connections.pop(handle, None)
        if not self.connections and self.task is not None:
            self.task.cancel()
            self.task = None

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            asked = {credential for credential, _ in self.connections.values()}
            try:
                holding = await _holding(asked)
            except DatabaseError as error:  # nobody learns anything meanwhile: all is read there
                logger.warning("Credentials of connections could not be looked at: %s", error)
                continue
            self._cut_off(asked - holding)

    def _cut_off(self, ended: set[Credential]) -> None:
        for handle, (credential, cut) in list(self.connections.items()):
            if credential in ended:
                del self.connections[handle]
                task = asyncio.create_task(_cut(cut))  # a client may be slow to hear of it
                self.cutting.add(task)
                task.add_done_callback(self.cutting.discard)


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


@asynccontextmanager
async def watched(credential: Credential | None, cut: Cut) -> AsyncIterator[None]:
    """As long as the context lasts, cut off what the credential opened when it holds no more."""
    if credential is None:
        yield
        return
    watch = _watches.setdefault(asyncio.get_running_loop(), Watch())
    handle = watch.add(credential, cut)
    try:
        yield
    finally:
        watch.remove(handle)


def holding(them: Collection[Credential]) -> set[Credential]:
    """Return those of the credentials that still hold."""
    kinds: dict[type[Credential], set[Credential]] = defaultdict(set)
    for one in them:
        kinds[type(one)].add(one)
    return {one for kind, some in kinds.items() for one in kind.holding(some)}


_holding = database_sync_to_async(holding, thread_sensitive=False, executor=THREAD)


async def _cut(cut: Cut) -> None:
    try:
        await cut()
    except OSError:
        pass  # the client left
    except Exception:
        logger.exception("A connection could not be cut off")
