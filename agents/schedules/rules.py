"""Can a schedule be kept like this? Everything that forbids it, by the field that it is about."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError

from accounts.timezones import validate_time_zone
from agents.schedules import clock
from agents.schedules.errors import InvalidSchedule
from agents.schedules.models import Kind, Schedule
from agents.schedules.models.schedule import (
    LEAST_SECONDS,
    MOST_JITTER,
    MOST_SECONDS,
    MOST_WINDOW,
)
from kernel.errors import Detail

FARTHEST = timedelta(days=3660)
MOST_FAILURES = 1000
SHOWN = 10


def check_times(schedule: Schedule, moment: datetime) -> None:
    """Raise InvalidSchedule with everything that is wrong with when the schedule starts."""
    problems = list(_zone(schedule)) or list(_when(schedule, moment))
    problems += _numbers(schedule)
    if problems:
        raise InvalidSchedule(problems[0].detail, errors=problems)


def next_times(schedule: Schedule, after: datetime, most: int = SHOWN) -> list[datetime]:
    """Return the schedule's first times after a moment. Raises InvalidSchedule."""
    check_times(schedule, after)
    found: list[datetime] = []
    for time in clock.times(schedule.clock, after):
        found.append(time)
        if len(found) == most:
            break
    return found


def _zone(schedule: Schedule) -> Iterator[Detail]:
    try:
        validate_time_zone(schedule.time_zone)
    except ValidationError as error:
        yield _problem("timezone", error.messages[0])


def _when(schedule: Schedule, moment: datetime) -> Iterator[Detail]:
    at = schedule.at
    if at is not None and abs(at - moment) > FARTHEST:
        yield _problem("at", "This is more than ten years away. Choose a nearer time.")
    elif schedule.kind == Kind.CRON:
        yield from _cron(schedule, moment)
    elif schedule.kind == Kind.ONCE and (at is None or at <= moment):
        yield _problem("at", "This time has passed. Choose one that is to come.")
    elif schedule.kind == Kind.INTERVAL and not (
        LEAST_SECONDS <= (schedule.every_seconds or 0) <= MOST_SECONDS
    ):
        yield _problem(
            "every_seconds", f"Choose {LEAST_SECONDS} to {MOST_SECONDS:,} seconds, a year at most."
        )


def _cron(schedule: Schedule, moment: datetime) -> Iterator[Detail]:
    try:
        if clock.Cron(schedule.cron, schedule.zone).after(moment) is None:
            yield _problem("cron", "There is no such day in the next fifty years.")
    except clock.NotCron as error:
        yield _problem("cron", str(error))


def _numbers(schedule: Schedule) -> Iterator[Detail]:
    limits = {
        "jitter_seconds": (0, MOST_JITTER),
        "missed_window_seconds": (LEAST_SECONDS, MOST_WINDOW),
        "pause_after_failures": (1, MOST_FAILURES),
    }
    for name, (least, most) in limits.items():
        value = getattr(schedule, name)
        if value is not None and not least <= value <= most:
            yield _problem(name, f"Choose {least:,} to {most:,}.")


def _problem(attr: str, sentence: str) -> Detail:
    return Detail("invalid", sentence, attr=attr)
