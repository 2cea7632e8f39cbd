"""A year in six zones, against an oracle that walks every minute of it with `zoneinfo` alone."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from agents.schedules.clock import Cron, times

MINUTE = timedelta(minutes=1)
YEARS = {
    "Europe/Berlin": 2026,
    "America/New_York": 2026,
    "Australia/Lord_Howe": 2026,  # clocks move by half an hour
    "Africa/Casablanca": 2026,  # summer time stops for Ramadan
    "America/Sao_Paulo": 2018,  # the gap is at midnight
    "Asia/Kolkata": 2026,  # nothing moves
}
Matches = Callable[[datetime], bool]
# What each line says, in Python. Those of the second table follow the time that passes.
FIXED: dict[str, Matches] = {
    "0 9 * * MON-FRI": lambda t: t.hour == 9 and t.minute == 0 and t.weekday() < 5,
    "0 0 L * *": lambda t: t.hour == 0 and t.minute == 0 and (t + timedelta(1)).day == 1,
    "*/15 0-3 * * *": lambda t: t.hour < 4 and t.minute % 15 == 0,
    "30 */2 13 * SUN": lambda t: (
        t.minute == 30 and t.hour % 2 == 0 and (t.day == 13 or t.weekday() == 6)
    ),
}
ELAPSED: dict[str, Matches] = {
    "45 * * * *": lambda t: t.minute == 45,
    "*/20 0-23 * 3,4,10,11 *": lambda t: t.minute % 20 == 0 and t.month in (3, 4, 10, 11),
}


@cache
def walk(name: str) -> list[tuple[datetime, datetime]]:
    """Return each minute of the zone's year: the moment, and what the clock on the wall shows."""
    zone, year = ZoneInfo(name), YEARS[name]
    moment = datetime(year, 1, 1, tzinfo=UTC)
    found = []
    while moment.year == year:
        found.append((moment, moment.astimezone(zone).replace(tzinfo=None)))
        moment += MINUTE
    return found


def elapsed_oracle(name: str, matches: Matches) -> Iterator[datetime]:
    return (moment for moment, wall in walk(name) if matches(wall))


def fixed_oracle(name: str, matches: Matches) -> Iterator[datetime]:
    """Yield moments whose local time comes for the first time, and ends of gaps that have one."""
    shown = walk(name)[0][1] - MINUTE  # the latest that the clock ever showed
    for moment, wall in walk(name):
        if wall <= shown:
            continue
        missing = wall - shown - MINUTE  # a gap
        if matches(wall) or (
            missing
            and any(matches(wall - step * MINUTE) for step in range(1, missing // MINUTE + 1))
        ):
            yield moment
        shown = wall


@pytest.mark.parametrize("name", YEARS)
@pytest.mark.parametrize("line", FIXED)
def test_lines_that_name_hours_keep_the_clock_on_the_wall(name: str, line: str) -> None:
    assert _year(name, line) == list(fixed_oracle(name, FIXED[line]))


@pytest.mark.parametrize("name", YEARS)
@pytest.mark.parametrize("line", ELAPSED)
def test_lines_for_every_hour_follow_the_time_that_passes(name: str, line: str) -> None:
    assert _year(name, line) == list(elapsed_oracle(name, ELAPSED[line]))


def _year(name: str, line: str) -> list[datetime]:
    first, last = walk(name)[0][0], walk(name)[-1][0]
    found = []
    for time in times(Cron(line, ZoneInfo(name)), first - MINUTE):
        if time > last:
            break
        found.append(time)
    return found
