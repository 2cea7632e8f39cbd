"""Make, change, pause, run and remove schedules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from agents.executions import starting
from agents.executions.models import Cause, Execution
from agents.executions.services import start_execution
from agents.executions.starting import Origin
from agents.graphs import services as graphs
from agents.presets.masks import unmasked
from agents.presets.models import Preset
from agents.presets.services import WrongPreset
from agents.schedules import clock, outcomes
from agents.schedules.errors import (
    BackfillTooLarge,
    InvalidSchedule,
    ScheduleIsOver,
    TooManySchedules,
)
from agents.schedules.models import Fire, Pause, Schedule
from agents.schedules.rules import check_times
from audit import trail
from audit.actions import Action
from kernel.errors import Detail, NotFound

MOST_BACKFILLED = 100
# What says when a schedule starts, and with what.
TIMES = frozenset({"kind", "cron", "every_seconds", "at", "time_zone", "jitter_seconds"})
STARTS = frozenset({"version", "preset", "inputs", "credential_inputs"})


def find(user: User, pk: UUID) -> Schedule:
    """Return the user's schedule. Raises NotFound."""
    rows = Schedule.objects.visible_to(user).select_related("agent", "owner", "preset")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(f"There is no schedule `{pk}`, or it is not yours.")
    return found


@transaction.atomic
def create(owner: User, agent_id: UUID, *, paused: bool = False, **fields: Any) -> Schedule:
    """Return a new schedule of an agent, with these fields of the model.

    It is checked as a start is. Raises NotFound, InvalidSchedule, TooManySchedules, WrongPreset and
    what forbids a start; then nothing was kept.
    """
    graphs.find_startable(owner, agent_id, fields.get("version"))
    User.objects.select_for_update(no_key=True).only("pk").get(pk=owner.pk)  # they are counted
    if Schedule.objects.filter(owner=owner).count() >= settings.SCHEDULES["most"]:
        raise TooManySchedules
    schedule = Schedule(owner=owner, agent_id=agent_id, **fields)
    moment = now()
    check_times(schedule, moment)
    _check_start(owner, schedule)
    if paused:
        schedule.paused_at, schedule.pause = moment, Pause.PERSON
    schedule.aim(moment)
    schedule.save(force_insert=True)
    _record(Action.SCHEDULE_CREATED, schedule, when=_when(schedule))
    return schedule


@transaction.atomic
def change(user: User, schedule: Schedule, **fields: Any) -> Schedule:
    """Return the schedule with some of its fields changed; the change counts at once.

    What has not started yet follows the new times. Raises what `create` raises; then nothing changed.
    """
    schedule = Schedule.objects.locked(schedule.pk)
    if "inputs" in fields:
        fields["inputs"] = unmasked(fields["inputs"], schedule.inputs)
    changed = {name for name, value in fields.items() if getattr(schedule, name) != value}
    if not changed:
        return schedule
    for name in changed:
        setattr(schedule, name, fields[name])
    moment = now()
    if changed & TIMES:
        check_times(schedule, moment)
        outcomes.withdraw(schedule)
        schedule.aim(moment)
    else:
        check_times_but_past(schedule, moment)
    if changed & STARTS:
        _check_start(user, schedule)
        schedule.refusal, schedule.refused_at = "", None
    schedule.save()
    _record(Action.SCHEDULE_CHANGED, schedule, when=_when(schedule), changed=sorted(changed))
    return schedule


def check_times_but_past(schedule: Schedule, moment: datetime) -> None:
    """Raise InvalidSchedule as `check_times` does, but let a single time be over."""
    try:
        check_times(schedule, moment)
    except InvalidSchedule as error:
        left = [one for one in error.errors if one.attr not in {"at", "cron", "timezone"}]
        if left:
            raise InvalidSchedule(left[0].detail, errors=left) from None


def pause(schedule: Schedule) -> Schedule:
    """Return the schedule, which starts nothing from now on; what is under way goes on."""
    outcomes.pause(schedule, Pause.PERSON)
    return Schedule.objects.select_related("owner", "preset", "agent").get(pk=schedule.pk)


@transaction.atomic
def resume(schedule: Schedule) -> Schedule:
    """Return the schedule, which goes on with its next time; what passed meanwhile is not made up for.

    Raises ScheduleIsOver.
    """
    schedule = Schedule.objects.locked(schedule.pk)
    if not schedule.is_paused:
        return schedule
    schedule.paused_at, schedule.pause, schedule.failures_in_row = None, Pause.NOT, 0
    schedule.aim(now())
    if schedule.is_over:
        raise ScheduleIsOver
    schedule.save()
    _record(Action.SCHEDULE_RESUMED, schedule)
    return schedule


@transaction.atomic
def delete(schedule: Schedule) -> None:
    """Remove the schedule and its history. Its runs stay, and go on."""
    row = Schedule.objects.locked(schedule.pk)
    _record(Action.SCHEDULE_DELETED, row)
    row.delete()


@transaction.atomic
def run_now(user: User, schedule: Schedule, *, pk: UUID | None = None) -> Execution:
    """Return a run that begins now, beside the schedule's own times and whatever is under way.

    Raises what a start raises; then nothing started.
    """
    moment = now()
    fire = Fire(
        schedule=schedule,
        time=moment,
        due_at=moment,
        origin=Fire.Origin.PERSON,
        status=Fire.Status.STARTED,
        started_at=moment,
    )
    fire.execution_id = pk or fire.pk
    fire.save(force_insert=True)
    _record(Action.SCHEDULE_RUN, schedule, run=str(fire.execution_id))
    inputs, credentials = schedule.given()
    return start_execution(
        owner=user,
        agent_id=schedule.agent_id,
        version=schedule.runs_version,
        inputs=inputs,
        credentials_inputs=credentials,
        pk=fire.execution_id,
        origin=Origin(Cause.SCHEDULE, schedule.pk, schedule.preset_id),
    )


@transaction.atomic
def backfill(schedule: Schedule, first: datetime, last: datetime) -> list[Fire]:
    """Return the times from one moment to another that are started now, in their order.

    Those that were started before are not among them, so asking twice starts nothing twice. They
    start one after the other, unless the schedule lets runs overlap. Raises BackfillTooLarge or
    InvalidSchedule.
    """
    schedule = Schedule.objects.locked(schedule.pk)
    moment = now()
    times = clock.between(schedule.clock, first, _bounded(first, last, moment), MOST_BACKFILLED + 1)
    if len(times) > MOST_BACKFILLED:
        raise BackfillTooLarge(
            f"The range has more than {MOST_BACKFILLED} times. Ask for a shorter one."
        )
    new = [
        Fire(schedule=schedule, time=time, due_at=moment, origin=Fire.Origin.BACKFILL)
        for time in times
    ]
    Fire.objects.bulk_create(new, ignore_conflicts=True)
    left_out = schedule.fires.filter(
        time__in=times, status__in=[Fire.Status.SKIPPED, Fire.Status.FAILED]
    )
    revived = set(left_out.values_list("time", flat=True))
    left_out.make_due(moment, Fire.Origin.BACKFILL)
    _record(
        Action.SCHEDULE_BACKFILLED,
        schedule,
        first=first.isoformat(),
        last=last.isoformat(),
        times=len(times),
    )
    made = {fire.pk for fire in new}
    rows = schedule.fires.filter(time__in=times).order_by("time")
    return [fire for fire in rows if fire.pk in made or fire.time in revived]


def _bounded(first: datetime, last: datetime, moment: datetime) -> datetime:
    if last < first:
        raise _invalid("until", "The end of the range is before its beginning.")
    if last > moment:
        raise _invalid(
            "until", "The range ends in the future. Only what has passed can be asked for."
        )
    return last


def _invalid(attr: str, sentence: str) -> InvalidSchedule:
    return InvalidSchedule(sentence, errors=[Detail("invalid", sentence, attr=attr)])


def _check_start(user: User, schedule: Schedule) -> None:
    """Raise what forbids a start of the schedule as it is."""
    preset: Preset | None = schedule.preset
    if preset is not None and (preset.owner_id, preset.agent_id) != (
        schedule.owner_id,
        schedule.agent_id,
    ):
        raise WrongPreset("The preset is another agent's. Choose one of this agent.")
    version = graphs.runnable(user, schedule.agent_id, schedule.runs_version)
    starting.check(schedule.owner_id, version, *schedule.given())


def _record(action: Action, schedule: Schedule, **details: Any) -> None:
    trail.record(
        action,
        owner=schedule.owner_id,
        thing=schedule,
        details={"agent": str(schedule.agent_id), "version": schedule.version, **details},
    )


def _when(schedule: Schedule) -> str:
    """Return when it starts, for the log."""
    if schedule.cron:
        return f"{schedule.cron} {schedule.time_zone}"
    at = schedule.at.isoformat() if schedule.at else ""
    return f"every {schedule.every_seconds} s from {at}" if schedule.every_seconds else at
