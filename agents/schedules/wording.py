"""When a schedule starts, in English."""

from agents.schedules.clock import Cron, NotCron
from agents.schedules.models import Kind, Schedule

UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def in_words(schedule: Schedule) -> str:
    """Return when it starts: "At 09:00 on Monday", "Every 15 minutes", "Once"."""
    if schedule.kind == Kind.ONCE:
        return "Once"
    if schedule.kind == Kind.INTERVAL:
        return f"Every {duration(schedule.every_seconds or 0)}"
    try:
        return Cron(schedule.cron, schedule.zone).in_words()
    except (NotCron, LookupError, ValueError):
        return schedule.cron


def duration(seconds: int) -> str:
    """Return so many seconds in the largest unit that divides them: "15 minutes", "day"."""
    for size, unit in UNITS:
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return unit if count == 1 else f"{count:,} {unit}s"
    return f"{seconds} seconds"
