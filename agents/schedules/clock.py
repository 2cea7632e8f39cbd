"""When a schedule is due: by a cron line in a time zone, at intervals, or once.

**Clocks that are put forward or back.** A cron line that names hours keeps the clock on the wall: what
lies in the gap happens once, at the first moment after it; what comes twice happens the first time. A line
whose hours are all of them (``*``) follows the time that passes: it has nothing in the gap, and happens
both times when an hour comes twice. Intervals do not look at clocks on walls.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from agents.schedules.walltime import is_steady, moments

EVERY_HOUR = set(range(24))
NEAR = timedelta(hours=3)  # no clock was put forward or back by more in this century, but in Samoa
LONGEST_LINE = 200


class NotCron(ValueError):
    """The line is none that cron understands. The text says why, as a sentence."""


class Clock(Protocol):
    """Something that knows when it is due."""

    def after(self, moment: datetime) -> datetime | None:
        """Return the first time after the moment, in UTC; None where there is none."""


@dataclass(frozen=True)
class Cron:
    """A line of five fields: minute, hour, day of the month, month, day of the week.

    Raises NotCron.
    """

    line: str
    zone: ZoneInfo
    elapsed: bool = False
    """Whether it follows the time that passes; found out from the line."""

    def __post_init__(self) -> None:
        """Refuse what is no cron line, and see which hours it names."""
        hours = _parsed(self.line, datetime(2000, 1, 1)).hours  # noqa: DTZ001  # on the wall
        object.__setattr__(self, "elapsed", hours == EVERY_HOUR)

    def after(self, moment: datetime) -> datetime | None:
        """Return the first time after the moment, in UTC; None where no day is like that."""
        begin = moment.astimezone(self.zone).replace(tzinfo=None)
        wall = next(_walls(self.line, begin), None)
        if wall is None:
            return None
        found = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if is_steady(moment, self.zone, NEAR) and is_steady(found, self.zone, NEAR):
            return found
        return self._near_a_change(moment, begin)

    def _near_a_change(self, moment: datetime, begin: datetime) -> datetime | None:
        best: datetime | None = None
        for wall in _walls(self.line, begin - NEAR):
            if best and wall > best.astimezone(self.zone).replace(tzinfo=None) + NEAR:
                break
            later = [one for one in moments(wall, self.zone, elapsed=self.elapsed) if one > moment]
            best = min([*later, best] if best else later, default=None)
        return best

    def in_words(self) -> str:
        """Return the line in English: "At 09:00 on Monday"."""
        return str(_parsed(self.line, datetime(2000, 1, 1)).explain())  # noqa: DTZ001


@dataclass(frozen=True)
class Interval:
    """Every so often, counted from a beginning."""

    every: timedelta
    start: datetime

    def after(self, moment: datetime) -> datetime:
        """Return the first time after the moment."""
        if moment < self.start:
            return self.start
        return self.start + ((moment - self.start) // self.every + 1) * self.every


@dataclass(frozen=True)
class Once:
    """At one moment."""

    at: datetime

    def after(self, moment: datetime) -> datetime | None:
        """Return the moment while it is to come."""
        return self.at if self.at > moment else None


def times(clock: Clock, after: datetime) -> Iterator[datetime]:
    """Yield all times after a moment, in their order; endless for most clocks."""
    found = clock.after(after)
    while found is not None:
        yield found
        found = clock.after(found)


def between(clock: Clock, first: datetime, last: datetime, most: int) -> list[datetime]:
    """Return the times from one moment to another, both included: the first ones, ``most`` at most."""
    found: list[datetime] = []
    for time in times(clock, first - timedelta(microseconds=1)):
        if time > last or len(found) == most:
            break
        found.append(time)
    return found


def delay(schedule: UUID, time: datetime, most: timedelta) -> timedelta:
    """Return how much later than its time a start is made: the same whoever computes it."""
    if not most:
        return timedelta()
    digest = hashlib.sha256(f"{schedule} {time.astimezone(UTC).isoformat()}".encode()).digest()
    return most * (int.from_bytes(digest[:6]) / 2**48)


def _walls(line: str, after: datetime) -> Iterator[datetime]:
    """Yield the local times that the line names; in fifty years without one it gives up."""
    yield from _parsed(line, after)


def _parsed(line: str, begin: datetime) -> Any:
    """Return the line's times after a local time. Raises NotCron."""
    fields = line.split()
    if len(line) > LONGEST_LINE or len(fields) != 5:
        raise NotCron(
            "A cron line has five fields: minute, hour, day of the month, month and day of the "
            "week, such as `0 9 * * MON-FRI`."
        )
    try:
        return CronSim(line, begin)
    except (CronSimError, AssertionError, TypeError, ValueError) as error:
        which = str(error).removeprefix("Bad ").replace("-", " ") or "line"
        raise NotCron(
            f"The {which} cannot be read. Write numbers, names, lists, ranges and steps, such as "
            "`*/15`, `1-5` or `MON,FRI`."
        ) from None
