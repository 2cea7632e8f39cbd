"""Flat combining: what several threads want of one thing at once is done by one of them, together.

Threads that take turns at a lock pay for the lock, and for what each of them does under it, one
after another. Here the first thread does its own step; whoever comes meanwhile joins the line, and
the next one in it leads: it does the steps of all who wait, in one go. Nobody waits for company.

After Hendler, Incze, Shavit and Tzafrir, "Flat Combining and the Synchronization-Parallelism
Tradeoff" (SPAA 2010); databases know it as group commit.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
S = TypeVar("S")


def _taken() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(eq=False, slots=True)
class _Ticket(Generic[S]):
    """A thread's place in the line."""

    step: S
    turn: threading.Lock = field(default_factory=_taken)
    """Released when the thread may go on."""
    done: bool = False
    alone: bool = False


class Combiner(Generic[K, S]):
    """Does steps, those for the same key together where they meet.

    ``do`` takes the steps of one key, the leading thread's own first, and does all of them or,
    where it raises, none. It writes down in each step what came of it.
    """

    def __init__(self, do: Callable[[Sequence[S]], None], *, most: int) -> None:
        self._do = do
        self._most = most
        self._lock = threading.Lock()
        self._lines: dict[K, deque[_Ticket[S]]] = {}

    def submit(self, key: K, step: S) -> None:
        """Have the step done, by this thread or another one.

        Raises what ``do`` raises for this step by itself: where a group fails, each of its steps
        is done again alone, by the thread that wants it.
        """
        ticket = _Ticket(step)
        with self._lock:
            line = self._lines.get(key)
            if line is None:
                self._lines[key] = deque()
            else:
                line.append(ticket)
        if line is not None:
            ticket.turn.acquire()
        if ticket.alone:
            self._do([step])
        elif not ticket.done:
            self._lead(key, ticket)

    def _lead(self, key: K, ticket: _Ticket[S]) -> None:
        others = self._company(key)
        try:
            self._do([ticket.step, *(one.step for one in others)])
        except BaseException as error:
            for one in others:
                one.alone = True
            if not others or not isinstance(error, Exception):
                raise
            ticket.alone = True
        finally:
            for one in others:
                one.done = True
                one.turn.release()
            self._hand_over(key)
        if ticket.alone:
            self._do([ticket.step])

    def _company(self, key: K) -> list[_Ticket[S]]:
        with self._lock:
            line = self._lines[key]
            return [line.popleft() for _ in range(min(len(line), self._most - 1))]

    def _hand_over(self, key: K) -> None:
        """Let the next in line lead; where nobody waits, the next one who comes does."""
        with self._lock:
            line = self._lines[key]
            if line:
                line.popleft().turn.release()
            else:
                del self._lines[key]
