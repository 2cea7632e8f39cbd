"""Note which times of schedules come next: each once, whoever looks and however often.

Whoever looks locks the schedules that it takes and passes those that others have; what it notes is
there once for each time, by the database. So two beats, or a tick that comes twice, note nothing twice.
It looks a little ahead, so that at the moment itself only the starts are left to make.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import now

from agents.schedules.metrics import TIMES
from agents.schedules.missed import Taken, take
from agents.schedules.models import Fire, Schedule
from agents.schedules.models.fire import MISSED, NO_TIMES

AHEAD = timedelta(seconds=2)
MOST = 500  # schedules that one transaction takes


AIM = """
UPDATE schedules_schedule SET next_time = aimed.next_time
FROM unnest(%s::uuid[], %s::timestamptz[]) AS aimed (id, next_time)
WHERE schedules_schedule.id = aimed.id
"""

logger = logging.getLogger(__name__)


def take_due() -> int:
    """Note all times that come until in a moment; return of how many schedules."""
    count, more = 0, True
    while more:
        taken = _take(now())
        count, more = count + taken, taken == MOST
    return count


@transaction.atomic
def _take(moment: datetime) -> int:
    rows = Schedule.objects.due(moment + AHEAD).defer("inputs", "credential_inputs")
    found = list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True)[:MOST])
    if not found:
        return 0
    fires: list[Fire] = []
    for schedule in found:
        fires += _fires(schedule, moment)
    Fire.objects.bulk_create(fires, ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute(AIM, [[one.pk for one in found], [one.next_time for one in found]])
    skipped = sum(fire.status == Fire.Status.SKIPPED for fire in fires)
    if skipped:
        transaction.on_commit(lambda: TIMES.labels("skipped").inc(skipped))
    return len(found)


def _fires(schedule: Schedule, moment: datetime) -> list[Fire]:
    """Return what the schedule's times become, and set its next one."""
    assert schedule.next_time is not None
    try:
        taken = take(
            schedule.clock,
            schedule.next_time,
            now=moment,
            until=moment + AHEAD,
            policy=schedule.missed,
            window=timedelta(seconds=schedule.missed_window_seconds),
            jitter=schedule.jitter,
        )
    except Exception as error:  # a zone that a newer database of zones lacks
        logger.exception("The times of the schedule %s cannot be read.", schedule.pk)
        time, schedule.next_time = schedule.next_time, None
        reason = f"Its times cannot be read any more: {error}. Edit the schedule."
        return [_fire(schedule, time, status=Fire.Status.FAILED, code=NO_TIMES, reason=reason)]
    schedule.next_time = taken.next
    told = _told(taken)
    return [
        *(
            _fire(schedule, time, status=Fire.Status.SKIPPED, code=MISSED, reason=told)
            for time in taken.skipped
        ),
        *(_fire(schedule, time, is_late=True, code=MISSED, reason=told) for time in taken.late),
        *(_fire(schedule, time) for time in taken.start),
    ]


def _fire(schedule: Schedule, time: datetime, **fields: Any) -> Fire:
    return Fire(schedule=schedule, time=time, due_at=schedule.due_at(time), **fields)


def _told(taken: Taken) -> str:
    """Return why something is late or was left out."""
    if taken.missed < 2:
        return "Nothing could be started at this time."
    return f"Nothing could be started at this time, and at {taken.missed - 1:,} times after it."
