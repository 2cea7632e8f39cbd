"""Make the starts that are due, each at its moment.

Any number of processes and threads may do so at the same time. Each takes a few at once, for half a
minute: what a process leaves behind that dies is taken by another one then. That a time is marked as
started and that its run exists are one transaction, so neither is there without the other.
"""

import logging
import time as sleeping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.utils.timezone import now

from agents.executions.models import Cause
from agents.executions.services import start_execution
from agents.executions.starting import Origin
from agents.schedules import outcomes
from agents.schedules.metrics import LATENESS, TIMES
from agents.schedules.missed import TOLERANCE
from agents.schedules.models import Fire, Missed, Overlap, Schedule
from agents.schedules.models.fire import MISSED
from kernel.errors import TrellisError
from kernel.postgresql.batch import begin_here

AHEAD = timedelta(seconds=1)  # of its moment, a start may be taken
HELD = timedelta(seconds=30)  # by a process that took it
AT_ONCE = 16  # starts that are taken together
GIVEN_UP = timedelta(minutes=10)  # after its moment, a start that fails again and again

TAKE = """
UPDATE schedules_fire SET taken_until = %(held)s
WHERE id IN (
  SELECT id FROM schedules_fire
  WHERE status = 'due' AND due_at <= %(soon)s
    AND (taken_until IS NULL OR taken_until < %(now)s)
  ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
RETURNING id
"""

# One start of a schedule after the other, so that each sees the run of the one before.
TURN = "SELECT pg_advisory_xact_lock(hashtextextended('schedule ' || %(schedule)s::text, 0))"

MARK = """
UPDATE schedules_fire
SET status = 'started', started_at = %(now)s, execution_id = %(run)s, taken_until = NULL
WHERE id = %(fire)s AND status = 'due' AND (%(beside)s OR NOT EXISTS (
  SELECT FROM schedules_fire other JOIN executions_execution run ON run.id = other.execution_id
  WHERE other.schedule_id = %(schedule)s AND other.status = 'started' AND run.ended_at IS NULL
))
RETURNING started_at
"""

logger = logging.getLogger(__name__)


def start_due() -> int:
    """Make all starts whose moment has come, or comes in a moment; return how many were taken."""
    count = 0
    while fires := _take():
        for fire in fires:
            wait = (fire.due_at - now()).total_seconds()
            if wait > 0:
                sleeping.sleep(min(wait, AHEAD.total_seconds()))
            start(fire)
        count += len(fires)
    return count


def count_due() -> int:
    """Return how many starts come in a moment, and nobody has taken."""
    free = Fire.objects.due().filter(due_at__lte=now() + AHEAD, taken_until=None)
    return free.count()


def start(fire: Fire) -> None:
    """Make the start, or note why there is none. It may have been made, or withdrawn."""
    schedule = fire.schedule
    try:
        if outcomes.pause_without_owner(fire):
            return
        if _came_too_late(fire):
            outcomes.skip(fire, MISSED, "Nothing could be started at this time.")
            return
        if schedule.overlap == Overlap.REPLACE and fire.origin == Fire.Origin.CLOCK:
            outcomes.stop_earlier(schedule)
        if not _start(fire, schedule):
            outcomes.overlap(fire)
        elif schedule.refusal:
            outcomes.forget_refusal(schedule)
    except TrellisError as error:
        outcomes.refuse(fire, error)
    except Exception:
        logger.exception("The schedule %s could not be started at %s.", schedule.pk, fire.time)
        if now() > fire.due_at + GIVEN_UP:
            outcomes.give_up(fire)


@transaction.atomic
def _start(fire: Fire, schedule: Schedule) -> bool:
    """Start the run. False: it was started or withdrawn, or an earlier run is under way."""
    run = uuid4()
    if not _mark(fire, schedule, run):
        return False
    inputs, credentials = schedule.given()
    start_execution(
        owner=schedule.owner,
        agent_id=schedule.agent_id,
        version=schedule.runs_version,
        inputs=inputs,
        credentials_inputs=credentials,
        pk=run,
        origin=Origin(Cause.SCHEDULE, schedule.pk, schedule.preset_id),
    )
    transaction.on_commit(lambda: _count(fire))
    return True


def _mark(fire: Fire, schedule: Schedule, run: UUID) -> bool:
    beside = schedule.overlap in {Overlap.ALLOW, Overlap.REPLACE}
    values: dict[str, Any] = {
        "fire": fire.pk,
        "run": run,
        "schedule": schedule.pk,
        "beside": beside,
    }
    statements = [MARK] if beside else [TURN, MARK]
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    if begin_here(database):
        statements.insert(0, "BEGIN")
    with database.cursor() as cursor:  # all of them in one message
        cursor.execute("; ".join(statements), {**values, "now": now()})
        for _ in statements[1:]:
            cursor.nextset()
        found = cursor.fetchone()
    if found is not None:
        fire.started_at, fire.execution_id, fire.status = found[0], run, Fire.Status.STARTED
    return found is not None


def _take() -> list[Fire]:
    values: dict[str, Any] = {
        "now": now(),
        "held": now() + HELD,
        "soon": now() + AHEAD,
        "most": AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        taken = [pk for (pk,) in cursor.fetchall()]
    rows = Fire.objects.due().filter(pk__in=taken)
    return list(rows.select_related("schedule__owner", "schedule__preset").order_by("due_at"))


def _came_too_late(fire: Fire) -> bool:
    """Return whether a time was noted, but nobody was there to start it, and it is to be skipped."""
    noted = fire.origin == Fire.Origin.CLOCK and not (fire.is_late or fire.code)
    return noted and fire.schedule.missed == Missed.SKIP and now() > fire.due_at + TOLERANCE


def _count(fire: Fire) -> None:
    TIMES.labels("started").inc()
    if (lateness := fire.lateness) is not None:
        LATENESS.observe(lateness.total_seconds())
