"""Make the starts that are due, each at its moment.

Any number of processes and threads may do so at the same time. Each takes a few at once, for half a
minute: what a process leaves behind that dies is taken by another one then. That a time is marked as
started and that its run exists are one transaction, so neither is there without the other.
"""

import logging
import time as sleeping
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections, transaction
from django.utils.timezone import now

from agents.executions import services
from agents.executions.models import Cause
from agents.executions.services import Wanted
from agents.executions.starting import Origin, StartAlone
from agents.schedules import outcomes
from agents.schedules.metrics import LATENESS, TIMES
from agents.schedules.missed import TOLERANCE
from agents.schedules.models import Fire, Missed, Overlap
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

# One start of a schedule after the other, so that each sees the run of the one before. In the order
# of the schedules, so that nobody waits in a circle.
TURN = """
SELECT pg_advisory_xact_lock(hashtextextended('schedule ' || one, 0))
FROM unnest(%(turns)s::text[]) one
"""

MARK = """
UPDATE schedules_fire fire
SET status = 'started', started_at = %(now)s, execution_id = taken.run, taken_until = NULL
FROM unnest(%(fires)s::uuid[], %(runs)s::uuid[], %(beside)s::boolean[]) AS taken (id, run, beside)
WHERE fire.id = taken.id AND fire.status = 'due' AND (taken.beside OR NOT EXISTS (
  SELECT FROM schedules_fire other JOIN executions_execution run ON run.id = other.execution_id
  WHERE other.schedule_id = fire.schedule_id AND other.status = 'started' AND run.ended_at IS NULL
  OFFSET 0  -- asked for each, never answered for all fires at once
))
RETURNING fire.id
"""

logger = logging.getLogger(__name__)


def start_due() -> int:
    """Make all starts whose moment has come, or comes in a moment; return how many were taken."""
    count = 0
    while fires := _take():
        count += len(fires)
        while fires:
            wait = (fires[0].due_at - now()).total_seconds()
            if wait > 0:
                sleeping.sleep(min(wait, AHEAD.total_seconds()))
            together, fires = _split(fires, partial(_has_come, max(fires[0].due_at, now())))
            start_all(together)
    return count


def count_due() -> int:
    """Return how many starts come in a moment, and nobody has taken."""
    free = Fire.objects.due().filter(due_at__lte=now() + AHEAD, taken_until=None)
    return free.count()


def start_all(fires: Sequence[Fire]) -> None:
    """Make the starts, in one transaction where that is possible: it takes a third of the time."""
    firsts = {fire.schedule_id: fire.pk for fire in reversed(fires)}
    together, alone = _split(
        fires, lambda fire: _is_plain(fire) and firsts[fire.schedule_id] == fire.pk
    )
    if len(together) > 1 and _try_together(together):
        together = []
    for fire in (*together, *alone):
        start(fire)


def start(fire: Fire) -> None:
    """Make the start, or note why there is none. It may have been made, or withdrawn."""
    schedule = fire.schedule
    try:
        if outcomes.pause_without_owner(fire):
            return
        if _came_too_late(fire):
            outcomes.skip(fire, MISSED, "Nothing could be started at this time.")
            return
        if outcomes.skip_without_preset(fire):
            return
        if _replaces(fire):
            outcomes.stop_earlier(schedule)
        _see_to(fire, is_started=bool(_start([fire])))
    except TrellisError as error:
        outcomes.refuse(fire, error)
    except Exception:
        logger.exception("The schedule %s could not be started at %s.", schedule.pk, fire.time)
        if now() > fire.due_at + GIVEN_UP:
            outcomes.give_up(fire)


def _try_together(fires: Sequence[Fire]) -> bool:
    """Make the starts; False where one of them cannot be made: then nothing has happened."""
    try:
        started = _start(fires)
    except (TrellisError, StartAlone):  # told of the one that it is about, when it starts alone
        return False
    except DatabaseError:
        logger.warning("Starts could not be made together, and are made alone.", exc_info=True)
        return False
    for fire in fires:
        _see_to(fire, is_started=fire.pk in started)
    return True


def _see_to(fire: Fire, *, is_started: bool) -> None:
    """Note what follows from a start, or from an earlier run that is under way."""
    if not is_started:
        outcomes.overlap(fire)
    elif fire.schedule.refusal:
        outcomes.forget_refusal(fire.schedule)


@transaction.atomic
def _start(fires: Sequence[Fire]) -> Collection[UUID]:
    """Start the runs, and return which fires are started.

    Of the others, an earlier run is under way, or somebody started or withdrew them.
    """
    wanted = {fire.pk: _wanted(fire) for fire in fires}
    marked = _mark(fires, {pk: one.pk for pk, one in wanted.items()})
    started = [fire for fire in fires if fire.pk in marked]
    if started:
        services.start_executions([wanted[fire.pk] for fire in started])
        transaction.on_commit(lambda: _count(started))
    return marked


def _wanted(fire: Fire) -> Wanted:
    schedule = fire.schedule
    inputs, credentials = schedule.given()
    return Wanted(
        schedule.owner,
        schedule.agent_id,
        schedule.runs_version,
        inputs,
        credentials_inputs=credentials,
        pk=uuid4(),
        origin=Origin(Cause.SCHEDULE, schedule.pk, schedule.preset_id),
    )


def _mark(fires: Sequence[Fire], runs: Mapping[UUID, UUID | None]) -> Collection[UUID]:
    """Mark as started what may start, with its run; return the ids of these."""
    moment = now()
    beside = [one.schedule.overlap in {Overlap.ALLOW, Overlap.REPLACE} for one in fires]
    values: dict[str, Any] = {
        "fires": [one.pk for one in fires],
        "runs": [runs[one.pk] for one in fires],
        "beside": beside,
        "turns": sorted(
            str(one.schedule_id)
            for one, is_beside in zip(fires, beside, strict=True)
            if not is_beside
        ),
        "now": moment,
    }
    statements = [TURN, MARK] if values["turns"] else [MARK]
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    if begin_here(database):
        statements.insert(0, "BEGIN")
    with database.cursor() as cursor:  # all of them in one message
        cursor.execute("; ".join(statements), values)
        for _ in statements[1:]:
            cursor.nextset()
        marked = {pk for (pk,) in cursor.fetchall()}
    for fire in fires:
        if fire.pk in marked:
            fire.started_at, fire.execution_id = moment, runs[fire.pk]
            fire.status = Fire.Status.STARTED
    return marked


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


def _has_come(moment: datetime, fire: Fire) -> bool:
    return fire.due_at <= moment


def _is_plain(fire: Fire) -> bool:
    """Return whether nothing is to be done for a start but to start."""
    schedule = fire.schedule
    return (
        schedule.owner.is_active
        and (schedule.preset is None or schedule.preset.is_active)
        and not (_came_too_late(fire) or _replaces(fire))
    )


def _replaces(fire: Fire) -> bool:
    return fire.schedule.overlap == Overlap.REPLACE and fire.origin == Fire.Origin.CLOCK


def _split(fires: Sequence[Fire], wanted: Callable[[Fire], bool]) -> tuple[list[Fire], list[Fire]]:
    """Return those that are wanted, and the others."""
    found: tuple[list[Fire], list[Fire]] = [], []
    for fire in fires:
        found[not wanted(fire)].append(fire)
    return found


def _count(fires: Iterable[Fire]) -> None:
    for fire in fires:
        TIMES.labels("started").inc()
        if (lateness := fire.lateness) is not None:
            LATENESS.observe(lateness.total_seconds())
