"""Quotas in plain Python: how much one person may use, what is left, and when it opens again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TypedDict

MEGABYTE = 1_000_000


class Period(StrEnum):
    """In which time runs are counted. Both are of the calendar, in UTC."""

    DAY = "day"
    MONTH = "month"


class QuotaSettings(TypedDict):
    """The shape of ``settings.QUOTAS``: what everybody may use. 0 is no limit."""

    runs_per_day: int
    runs_per_month: int
    storage_mb: int


@dataclass(frozen=True)
class Quota:
    """How much of one thing was used, and how much may be; None where nothing limits it."""

    used: int
    limit: int | None

    @property
    def remaining(self) -> int | None:
        return None if self.limit is None else max(0, self.limit - self.used)

    def has_room_for(self, more: int) -> bool:
        return self.limit is None or self.used + more <= self.limit


def limit_of(own: int | None, instance: int) -> int | None:
    """Return the limit that holds: one's own where there is one. 0 is no limit, here None."""
    return (instance if own is None else own) or None


def resets_at(period: Period, today: date) -> datetime:
    """Return the moment at which the period of that day ends."""
    if period is Period.DAY:
        following = today + timedelta(days=1)
    else:
        following = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    return datetime(following.year, following.month, following.day, tzinfo=UTC)


def in_units(size: int) -> str:
    """Return a number of bytes as people say it: ``1.5 GB``, ``20 MB``, ``999 bytes``."""
    for unit, word in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:,.1f}".removesuffix(".0") + f" {word}"
    return "1 byte" if size == 1 else f"{size} bytes"
