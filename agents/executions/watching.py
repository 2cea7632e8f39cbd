"""Watch runs: one reader per person and run, however many of the person's clients watch it.

A reader hears the bell, reads once what was recorded, and keeps the newest events as text. Every
watcher has a number of its own, the last event that it told, and takes what comes after it: from
what the reader keeps or, where it is further behind (it joined late, or its client is slow), from
the database. The numbers decide, so that nothing is missed or told twice, no watcher waits for
another, and what is kept has a limit.
"""

import asyncio
import logging
from bisect import bisect_right
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, ParamSpec, Self, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import Error as DatabaseError

from agents.executions.eventlog import Log, Recorded
from agents.executions.events import PAGE, describe
from agents.executions.models import Event, Execution
from agents.executions.publisher import (
    agent_group,
    bells,
    execution_group,
    heard,
    words_group,
)
from kernel.access import grant_of
from kernel.jsontypes import dumps

logger = logging.getLogger(__name__)

TIMER = 5.0  # seconds after which a reader looks although no bell rang
AGAIN = 0.5  # seconds after which a task that should end is told so again
MOST_KEPT = 1000  # events that a reader keeps
MOST_CHARACTERS = 2_000_000  # of the data of these
WORDS = "node_execution_words"  # the name of what is told of them
MOST_WORDS = 100  # pieces of what models say
THREADS = ThreadPoolExecutor(4, thread_name_prefix="feed")  # as many database connections at most

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told:
    """An event as all its watchers get it."""

    seq: int
    type: str
    created: str  # as JSON has a moment
    data: str  # JSON


@dataclass(frozen=True, slots=True)
class Page:
    """Events of a run that came after the number ``since``, without gaps, and the run's state."""

    since: int
    events: list[Told]
    ended: bool  # and these are the last events

    @property
    def last(self) -> int:
        return self.events[-1].seq if self.events else self.since


class Reader:
    """Reads for all who watch the same, from the first one's coming to the last one's going."""

    def __init__(self, user: Any, subject: UUID) -> None:
        self.user = user
        self.subject = subject
        self.watchers = 0
        self.tasks: list[asyncio.Task[None]] = []

    def parts(self) -> list[Coroutine[Any, Any, None]]:
        """Return what the reader does beside its watchers."""
        raise NotImplementedError

    def joined(self) -> None:
        """Take note of one more watcher."""

    @classmethod
    @asynccontextmanager
    async def shared(cls, user: Any, subject: UUID) -> AsyncIterator[Self]:
        """Have the reader of this person and run (or agent), as long as the context lasts."""
        readers = _readers.setdefault(asyncio.get_running_loop(), {})
        key = (cls, user.pk, grant_of(user), subject)  # who may see less has another one
        reader = readers.get(key)
        if reader is None:
            reader = readers[key] = cls(user, subject)
            reader.tasks = [asyncio.create_task(part) for part in reader.parts()]
        reader.watchers += 1
        reader.joined()
        try:
            yield reader
        finally:
            reader.watchers -= 1
            if not reader.watchers:
                del readers[key]  # at once: who comes now gets a new one
                await end_tasks(reader.tasks)


_readers: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, Any]] = WeakKeyDictionary()


class RunReader(Reader):
    """What was recorded of one run, and what is being recorded."""

    def __init__(self, user: Any, subject: UUID) -> None:
        super().__init__(user, subject)
        self.log = Log(user, subject)
        self.known: int | None = None  # the number of the newest event read
        self.ended = False  # with that event
        self.gone = False  # purged, or not to be seen any more
        self.kept: list[Told] = []
        self.kept_since = 0  # all events after this one, to the newest, are kept
        self.rung = asyncio.Event()
        self.changed = asyncio.Event()
        self.pages: dict[int, asyncio.Task[Page | None]] = {}  # that are being read, by `since`
        self.words: deque[str] = deque(maxlen=MOST_WORDS)  # what models say just now, as JSON
        self.spoken = 0  # how many there were, those that are forgotten too

    def parts(self) -> list[Coroutine[Any, Any, None]]:
        return [self._listen(), self._overhear(), self._read(), self._tick()]

    def joined(self) -> None:
        """Look at once: what was recorded before a watcher came, it shall have without a bell."""
        self.rung.set()

    def is_over(self, seq: int) -> bool:
        """Return whether the run ended, and nothing came after the event with this number."""
        return self.gone or (self.ended and self.known is not None and seq >= self.known)

    async def after(self, seq: int) -> list[Told]:
        """Return the next events after the number; nothing where none is known yet."""
        if self.known is None or seq >= self.known or self.gone:
            return []
        if seq >= self.kept_since:
            return self.kept[bisect_right(self.kept, seq, key=_number) :]
        try:
            page = await self._older(seq)
        except DatabaseError as error:
            logger.warning("Events could not be read: %s", error)
            return []
        return page.events if page else []

    def said(self, since: int) -> list[str]:
        """Return what models said after so many pieces, as far as it is kept; each is JSON."""
        new = min(self.spoken - since, len(self.words))
        return list(islice(self.words, len(self.words) - new, None)) if new > 0 else []

    async def change(self) -> bool:
        """Wait until more is known. False: for some seconds there was nothing."""
        before = self._state
        await self.changed.wait()  # all who wait share one timer: there may be thousands
        return self._state != before

    async def _older(self, seq: int) -> Page | None:
        """Return events that are not kept; who wants the same at the same time shares the query."""
        task = self.pages.get(seq)
        if task is None:
            task = self.pages[seq] = asyncio.create_task(read_page(self.log, seq))
            task.add_done_callback(lambda _: self.pages.pop(seq))
        return await asyncio.shield(task)

    async def _listen(self) -> None:
        async for _ in bells(execution_group(self.subject)):
            self.rung.set()

    async def _overhear(self) -> None:
        async for message in heard(words_group(self.subject)):
            # Whoever may not see the run hears nothing of it: `known` and `gone` say what the last
            # read found.
            if message is not None and self.known is not None and not self.gone:
                self.words.append(dumps(message["piece"]))
                self.spoken += 1
                self._wake()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TIMER)
            self._wake()

    async def _read(self) -> None:
        """Read at each bell, and now and then. Bells that ring during a read mean one more."""
        while True:
            self.rung.clear()
            try:
                self._learn(await read_page(self.log, self.known))
            except Exception:
                logger.exception("The events of run %s could not be read", self.subject)
            if not await _in_time(self.rung):
                self._forget()

    def _learn(self, page: Page | None) -> None:
        before = self._state
        if page is None:
            self.gone = True
        else:
            if self.known is None:
                self.kept_since = page.since
            self.kept += page.events
            self.known = page.last
            self.ended = page.ended
            self._trim()
            if len(page.events) == PAGE:
                self.rung.set()  # there may be more
        if self._state != before:
            self._wake()

    @property
    def _state(self) -> tuple[int | None, bool, bool, int]:
        return self.known, self.ended, self.gone, self.spoken

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    def _trim(self) -> None:
        """Keep no more than the limits allow: the newest."""
        surplus = max(0, len(self.kept) - MOST_KEPT)
        size = sum(len(event.data) for event in self.kept[surplus:])
        while size > MOST_CHARACTERS:
            size -= len(self.kept[surplus].data)
            surplus += 1
        if surplus:
            self.kept_since = self.kept[surplus - 1].seq
            del self.kept[:surplus]

    def _forget(self) -> None:
        """Keep nothing of a run in which nothing happens; its values may be purged one day."""
        if self.known is not None:
            self.kept, self.kept_since = [], self.known


class Changes:
    """The runs that a watcher has to look at: each once, however often its bell rang."""

    def __init__(self) -> None:
        self.runs: dict[UUID, None] = {}
        self.some = asyncio.Event()

    def add(self, run: UUID) -> None:
        self.runs[run] = None
        self.some.set()

    async def next(self) -> UUID:
        """Return the one that has waited longest; wait for it where there is none."""
        while not self.runs:
            self.some.clear()
            await self.some.wait()
        run = next(iter(self.runs))
        del self.runs[run]
        return run


class AgentReader(Reader):
    """What the runs of one agent do as a whole."""

    def __init__(self, user: Any, subject: UUID) -> None:
        super().__init__(user, subject)
        self.listens = asyncio.Event()
        self.changing: set[Changes] = set()
        # What was read since a run's last bell: by run, and by the number after which it was read.
        self.pages: dict[UUID, dict[int, asyncio.Task[list[Told]]]] = {}

    def parts(self) -> list[Coroutine[Any, Any, None]]:
        return [self._listen()]

    async def ready(self) -> None:
        """Wait until bells are heard, but not for ever: Redis may be away."""
        await _in_time(self.listens)

    @contextmanager
    def changes(self) -> Iterator["Changes"]:
        """Collect, for one watcher, the runs whose bells ring."""
        changes = Changes()
        self.changing.add(changes)
        try:
            yield changes
        finally:
            self.changing.discard(changes)

    async def after(self, run: UUID, seq: int) -> list[Told]:
        """Return what changed the run after the number; who asks for the same shares the query."""
        if run not in self.pages:
            self.pages[run] = {}
            asyncio.get_running_loop().call_later(TIMER, self.pages.pop, run, None)
        pages = self.pages[run]
        if seq not in pages:
            pages[seq] = asyncio.create_task(read_changes(self.user, self.subject, run, seq))
        return await asyncio.shield(pages[seq])

    async def _listen(self) -> None:
        async for run in bells(agent_group(self.subject)):
            if run is not None:
                self.pages.pop(run, None)  # what is being read may be too old already
                for changes in self.changing:
                    changes.add(run)
            else:
                self.listens.set()


async def end_tasks(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel tasks, and again until they end.

    Once may not do: redis-py uses `wait_for`, which may swallow it before Python 3.12.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN)
    await asyncio.gather(*tasks, return_exceptions=True)


async def _in_time(event: asyncio.Event) -> bool:
    """Wait for the event for some seconds. False: it did not come."""
    # Not `wait_for`: before Python 3.12 it may swallow that the task is cancelled.
    try:
        async with asyncio.timeout(TIMER):
            await event.wait()
    except TimeoutError:
        return False
    return True


def in_thread(function: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Let the function run in a thread of the feed, which gives its connection back."""
    return database_sync_to_async(function, thread_sensitive=False, executor=THREADS)


@in_thread
def read_page(log: Log, seq: int | None) -> Page | None:
    """Return the run's events after the number, or its newest. None: there is no such run."""
    if seq is None:
        run = log.run()
        seq = max(0, run.last_seq - PAGE) if run else 0
    found = log.after(seq, PAGE)
    if found is None:
        return None
    execution, recorded = found
    events = [_told(message) for message in describe(execution, recorded)]
    last = events[-1].seq if events else seq
    return Page(seq, events, execution.state.is_final and last >= execution.last_seq)


@in_thread
def read_changes(user: Any, agent: UUID, run: UUID, seq: int) -> list[Told]:
    """Return the events after the number that tell of the run itself, if it is of this agent."""
    rows = Execution.objects.visible_to(user).with_graph()
    execution = rows.filter(pk=run, graph_version__agent=agent).first()
    if execution is None:
        return []
    events = Event.objects.after(run, seq).filter(kind=Event.Kind.GRAPH)
    return [_told(message) for message in describe(execution, map(Recorded, events))]


def _told(message: dict[str, Any]) -> Told:
    return Told(message["seq"], message["type"], message["created"], dumps(message["data"]))


def _number(event: Told) -> int:
    return event.seq
