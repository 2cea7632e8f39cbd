"""What becomes of a time at which nothing was started, and of its schedule."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.timezone import now

from agents.executions.services import stop_execution
from agents.schedules import telling
from agents.schedules.metrics import TIMES
from agents.schedules.models import Fire, Overlap, Pause, Schedule
from audit import trail
from audit.actions import Action
from kernel.errors import TrellisError

MOST_WAITING = 100  # times of a schedule that wait for its earlier runs
MOST_TOLD = 5
LONGEST_REASON = 2000


def overlap(fire: Fire) -> None:
    """Let a time wait or be skipped at which an earlier run of the schedule is under way.

    Nothing, where it was started or withdrawn meanwhile.
    """
    waits = fire.schedule.overlap == Overlap.QUEUE or fire.origin != Fire.Origin.CLOCK
    if not waits:
        skip(fire, "overlap", "An earlier run of the schedule was still under way.")
    elif fire.schedule.fires.filter(status=Fire.Status.WAITING).count() >= MOST_WAITING:
        skip(fire, "queue_full", f"{MOST_WAITING} times wait already for earlier runs to end.")
    else:
        Fire.objects.due().filter(pk=fire.pk).update(
            status=Fire.Status.WAITING, taken_until=None, is_late=True
        )


def skip(fire: Fire, code: str, reason: str) -> None:
    """Note why nothing is started, where nobody started it meanwhile."""
    _end(fire, Fire.Status.SKIPPED, code, reason)


def refuse(fire: Fire, error: TrellisError) -> None:
    """Note on the time and on its schedule what forbade the start; the schedule goes on.

    Where the agent was deleted, it is paused.
    """
    reason = in_words(error)
    if _end(fire, Fire.Status.FAILED, error.code, reason):
        Schedule.objects.filter(pk=fire.schedule_id).update(refusal=reason, refused_at=now())
        telling.refused(fire.schedule, reason)
    if _agent_is_gone(fire.schedule):
        pause(fire.schedule, Pause.AGENT)


def forget_refusal(schedule: Schedule) -> None:
    """Note that the schedule starts again."""
    Schedule.objects.filter(pk=schedule.pk).update(refusal="", refused_at=None)


def give_up(fire: Fire) -> None:
    """Note that a start failed again and again for a reason that is the instance's own."""
    reason = (
        "Something went wrong in this instance; its log has what. It was tried for ten minutes."
    )
    _end(fire, Fire.Status.FAILED, "internal_error", reason)


def pause_without_owner(fire: Fire) -> bool:
    """Pause the schedule of somebody whose account is closed; return whether it is."""
    if fire.schedule.owner.is_active:
        return False
    skip(fire, "owner_inactive", "The account that the schedule belongs to is closed.")
    pause(fire.schedule, Pause.OWNER)
    return True


def skip_without_preset(fire: Fire) -> bool:
    """Skip a time of a schedule whose preset may not be run now; return whether that is so."""
    preset = fire.schedule.preset
    if preset is None or preset.is_active:
        return False
    skip(
        fire,
        "preset_inactive",
        f"The preset “{preset.name}” is switched off. Switch it on, and the next time starts.",
    )
    return True


def stop_earlier(schedule: Schedule) -> None:
    """Stop what the schedule started and what has not ended."""
    for run in list(schedule.fires.under_way().values_list("execution_id", flat=True)):
        if run is not None:
            stop_execution(run)


@transaction.atomic
def pause(schedule: Schedule, why: Pause) -> bool:
    """Pause the schedule, and withdraw what it would start next. False: it was paused."""
    row = Schedule.objects.locked(schedule.pk)
    if row.is_paused:
        return False
    row.paused_at, row.pause, row.next_time = now(), why, None
    row.save(update_fields=["paused_at", "pause", "next_time", "updated"])
    withdraw(row)
    trail.record(
        Action.SCHEDULE_PAUSED,
        owner=row.owner_id,
        thing=row,
        details={"agent": str(row.agent_id), "why": str(why)},
    )
    telling.paused(row, why)
    return True


def withdraw(schedule: Schedule) -> int:
    """Forget what was noted and not started yet; return how many. What starts now does start.

    Only while the schedule's row is locked: nobody notes its times meanwhile.
    """
    rows = schedule.fires.filter(status__in=[Fire.Status.DUE, Fire.Status.WAITING])
    free = rows.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)
    return Fire.objects.filter(pk__in=list(free)).delete()[0]


def in_words(error: TrellisError) -> str:
    """Return what is wrong, with the first few details."""
    details: Sequence[str] = [one.detail for one in error.errors if one.detail != error.message]
    return " ".join([error.message, *details[:MOST_TOLD]])[:LONGEST_REASON]


def _end(fire: Fire, status: Fire.Status, code: str, reason: str) -> bool:
    ended = Fire.objects.due().filter(pk=fire.pk)
    if not ended.update(status=status, code=code, reason=reason, taken_until=None):
        return False
    TIMES.labels(status.value).inc()
    return True


def _agent_is_gone(schedule: Schedule) -> bool:
    return Schedule.objects.filter(pk=schedule.pk, agent__deleted_at__isnull=False).exists()
