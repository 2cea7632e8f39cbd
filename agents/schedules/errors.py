"""Refusals about schedules."""

from kernel.errors import Conflict, TrellisError


class InvalidSchedule(TrellisError):
    """The schedule cannot be kept like this."""

    code = "invalid_schedule"


class TooManySchedules(Conflict):
    """You have as many schedules as one may have. Delete one that you do not need."""

    code = "too_many_schedules"


class ScheduleIsOver(Conflict):
    """The schedule has no time any more. Give it another one."""

    code = "schedule_is_over"


class BackfillTooLarge(TrellisError):
    """The range has more times than may be asked for at once."""

    code = "backfill_too_large"
