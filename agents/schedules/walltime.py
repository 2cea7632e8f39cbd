"""Which moments a time of day is, in a zone whose clocks are put forward and back.

Most local times are one moment. In a gap, when clocks are put forward, a local time is none; in a fold,
when they are put back, it is two.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def moments(wall: datetime, zone: ZoneInfo, *, elapsed: bool) -> list[datetime]:
    """Return when something is to happen that belongs to a local time, in UTC.

    Once: after a gap that has the time, at the first moment of it that comes twice. With ``elapsed``
    it follows the time that passes: never in a gap, both times in a fold.
    """
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return [first, second] if elapsed and first != second else [first]
    return [] if elapsed else [_end_of_gap(second, first, zone)]


def is_steady(around: datetime, zone: ZoneInfo, hours: timedelta) -> bool:
    """Return whether no clock is put forward or back so near to a moment."""
    before, after = ((around + step).astimezone(zone).utcoffset() for step in (-hours, hours))
    return before == after


def _end_of_gap(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment after the gap, which lies between the two."""
    after = late.astimezone(zone).utcoffset()
    low, high = 0, (late - early) // MINUTE
    while low < high:
        middle = (low + high) // 2
        if (early + middle * MINUTE).astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle + 1
    return early + low * MINUTE
