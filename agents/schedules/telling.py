"""Tell the owner of a schedule what happened to it while nobody looked."""

from accounts.notifications import NotificationType
from agents.schedules.models import Pause, Schedule
from notifications.services import Note, tell

WHY = {
    Pause.FAILURES: "Too many of its runs failed in a row. Resume it when the reason is mended.",
    Pause.AGENT: "Its agent was deleted.",
}


def paused(schedule: Schedule, why: Pause) -> None:
    """Tell that the schedule was paused, where that was not a person's doing."""
    if why in WHY:
        _tell(schedule, f"The schedule {schedule.name} was paused", WHY[why])


def refused(schedule: Schedule, reason: str) -> None:
    """Tell that a time came at which the agent could not be started; all such join."""
    _tell(schedule, f"The schedule {schedule.name} could not start its agent", reason)


def _tell(schedule: Schedule, title: str, text: str) -> None:
    kind, link = NotificationType.SCHEDULE_PAUSED, f"/schedules/{schedule.pk}/"
    tell(Note(schedule.owner_id, kind, title, text, link, about=f"schedule {schedule.pk}"))
