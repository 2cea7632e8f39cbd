"""Days, weeks and months as people live them, for summaries."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.notifications import NotificationType

HOUR = 8  # of a person's morning, from which the summary of what is over may come


@dataclass(frozen=True)
class Period:
    """A stretch of time that is over: from the first moment of one day to that of another."""

    first: date
    after: date
    zone: ZoneInfo

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def end(self) -> datetime:
        return datetime.combine(self.after, time.min, self.zone)


def last_period(kind: NotificationType, moment: datetime, zone: ZoneInfo) -> Period | None:
    """Return the last period that is over there; None before the morning hour."""
    local = moment.astimezone(zone)
    if local.hour < HOUR:
        return None
    today = local.date()
    if kind is NotificationType.DAILY_SUMMARY:
        return Period(today - timedelta(days=1), today, zone)
    if kind is NotificationType.WEEKLY_SUMMARY:
        monday = today - timedelta(days=today.weekday())
        return Period(monday - timedelta(days=7), monday, zone)
    first = today.replace(day=1)
    return Period((first - timedelta(days=1)).replace(day=1), first, zone)
