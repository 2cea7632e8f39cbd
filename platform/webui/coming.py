"""The coming week of a person's schedules, day by day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agents.schedules import clock
from agents.schedules.models import Schedule

DAYS = 7
MOST_OF_DAY = 24  # times of a schedule on a day that are counted one by one


@dataclass(frozen=True)
class Entry:
    """A schedule on a day: its times, or the first of too many."""

    schedule: Schedule
    times: list[datetime]
    more: bool

    @property
    def first(self) -> datetime:
        return self.times[0]

    @property
    def is_often(self) -> bool:
        """Return whether the times are too many to be read."""
        return self.more or len(self.times) > 3


@dataclass(frozen=True)
class Day:
    """A day and what starts on it, in the order of the first times."""

    date: date
    entries: list[Entry]


def coming_week(schedules: Iterable[Schedule], zone: ZoneInfo, moment: datetime) -> list[Day]:
    """Return the coming seven days in a zone; what is paused or over is not on them."""
    active = [one for one in schedules if one.next_time is not None]
    today = moment.astimezone(zone).date()
    return [_day(active, today + timedelta(days=ahead), zone, moment) for ahead in range(DAYS)]


def _day(schedules: list[Schedule], day: date, zone: ZoneInfo, moment: datetime) -> Day:
    begin = max(datetime(day.year, day.month, day.day, tzinfo=zone), moment.astimezone(zone))
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=zone)
    found = [entry for one in schedules for entry in _entry(one, begin, end)]
    return Day(day, sorted(found, key=lambda entry: (entry.first, entry.schedule.name)))


def _entry(schedule: Schedule, begin: datetime, end: datetime) -> Iterator[Entry]:
    if schedule.next_time is None or schedule.next_time >= end:
        return
    last = end - timedelta(microseconds=1)
    try:
        times = clock.between(schedule.clock, begin, last, MOST_OF_DAY + 1)
    except (clock.NotCron, LookupError, ValueError):
        return
    if times:
        yield Entry(schedule, times[:MOST_OF_DAY], len(times) > MOST_OF_DAY)
