"""What becomes of a schedule's times: those that have come, and those that were missed.

A time is missed when nobody could make its start within `TOLERANCE`: beat or all workers of ticks were
down. What is late by less is started late.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agents.schedules.clock import Clock, times

TOLERANCE = timedelta(seconds=15)
MOST = 100  # missed times of a schedule that are made up for; of more, the last ones
MOST_LOOKED_AT = 20_000  # about two weeks of a start each minute


@dataclass
class Taken:
    """The times that have come, in their order, and the first one that is still to come."""

    start: list[datetime] = field(default_factory=list)
    late: list[datetime] = field(default_factory=list)
    """Missed ones that are started after all."""
    skipped: list[datetime] = field(default_factory=list)
    missed: int = 0
    """How many were missed, those that are made up for among them."""
    next: datetime | None = None


def take(
    clock: Clock,
    first: datetime,
    *,
    now: datetime,
    until: datetime,
    policy: str,
    window: timedelta,
    jitter: timedelta = timedelta(),
) -> Taken:
    """Return what becomes of the times from the first one on until a moment.

    ``policy``: ``skip`` the missed ones, make up for them ``once``, or for ``all`` that were missed
    within the window. ``jitter`` is the most that a start may come after its time.
    """
    found = Taken()
    tolerated = now - TOLERANCE - jitter
    time: datetime | None = first
    missed: deque[datetime] = deque(maxlen=MOST)
    if first < tolerated:
        for one in _from(clock, first):
            time = one
            if one >= tolerated or found.missed == MOST_LOOKED_AT:
                break
            found.missed += 1
            if one >= now - window:
                missed.append(one)
        else:
            time = None
        if time is not None and time < tolerated:
            time = clock.after(tolerated)
        _make_up(found, first, list(missed), policy)
    while time is not None and time <= until:
        found.start.append(time)
        time = clock.after(time)
    found.next = time
    return found


def _from(clock: Clock, first: datetime) -> Iterator[datetime]:
    yield first
    yield from times(clock, first)


def _make_up(found: Taken, first: datetime, missed: list[datetime], policy: str) -> None:
    if policy == "all" and missed:
        found.late = missed
        if found.missed > len(missed):
            found.skipped = [first]
    elif policy == "once":
        found.late = [first]
    else:
        found.skipped = [first]
