"""When an agent starts by itself, and with what."""

from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.timezones import validate_time_zone
from agents.graphs.models import Agent, GraphVersion, GraphVersionQuerySet
from agents.presets.models import Preset
from agents.schedules import clock
from kernel.access import Scope, may
from kernel.errors import NotFound
from kernel.fields import JSONText
from kernel.models import Identified

LONGEST_NAME = 100
LEAST_SECONDS = 60
MOST_SECONDS = 366 * 24 * 3600
MOST_JITTER = 3600
MOST_WINDOW = 7 * 24 * 3600
DAY = 24 * 3600


class Kind(models.TextChoices):
    """How the times of a schedule are said."""

    CRON = "cron", "By a cron line"
    INTERVAL = "interval", "Every so often"
    ONCE = "once", "Once"


class Missed(models.TextChoices):
    """What becomes of times at which nothing could be started."""

    SKIP = "skip", "Skip them"
    ONCE = "once", "One run for all of them"
    ALL = "all", "A run for each"


class Overlap(models.TextChoices):
    """What becomes of a time at which an earlier run of the schedule has not ended."""

    SKIP = "skip", "Skip it"
    QUEUE = "queue", "Start when the earlier run has ended"
    ALLOW = "allow", "Start beside it"
    REPLACE = "replace", "Stop the earlier run"


class Pause(models.TextChoices):
    """Why a schedule is paused."""

    NOT = "", "It is not"
    PERSON = "person", "Somebody paused it"
    FAILURES = "failures", "Too many runs in a row failed"
    AGENT = "agent", "Its agent was deleted"
    OWNER = "owner", "Its owner's account is closed"


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def visible_to(self, user: Any) -> Self:
        """Return the user's own schedules of agents that are not deleted.

        None for a stranger, and for a key without the scope READ_GRAPH.
        """
        rows = self.filter(owner_id=user.pk, agent__deleted_at=None)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()

    def locked(self, pk: Any) -> "Schedule":
        """Return the schedule with its row locked. Raises NotFound where it was deleted."""
        rows = self.select_for_update(of=("self",), no_key=True).select_related("owner", "preset")
        found = rows.filter(pk=pk).first()
        if found is None:
            raise NotFound(f"There is no schedule `{pk}` any more.")
        return found

    def due(self, until: datetime) -> Self:
        """Return the schedules that have a time until then, the earliest first."""
        return self.filter(next_time__lte=until).order_by("next_time")


class Schedule(Identified):
    """An agent that starts by itself: its version or the active one, its inputs, its times.

    `next_time` is the next time that it says; empty while it is paused, and once its times are over.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="schedules", db_index=False
    )  # indexed by schedule_of_owner
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="schedules")
    version = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty for the one that is active when it starts."
    )
    preset = models.ForeignKey(
        Preset, null=True, blank=True, on_delete=models.PROTECT, related_name="schedules"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    # Beside those of the preset, where there is one.
    inputs = JSONText(default=dict)
    credential_inputs = JSONText(default=dict)

    kind = models.CharField(max_length=8, choices=Kind)
    cron = models.CharField(max_length=clock.LONGEST_LINE, blank=True, default="")
    every_seconds = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(LEAST_SECONDS)]
    )
    at = models.DateTimeField(
        null=True, blank=True, help_text="The one moment, or where intervals are counted from."
    )
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    jitter_seconds = models.PositiveIntegerField(default=0)

    missed = models.CharField(max_length=4, choices=Missed, default=Missed.ONCE)
    missed_window_seconds = models.PositiveIntegerField(default=DAY)
    overlap = models.CharField(max_length=7, choices=Overlap, default=Overlap.QUEUE)
    pause_after_failures = models.PositiveIntegerField(null=True, blank=True)

    next_time = models.DateTimeField(null=True, blank=True, editable=False)
    paused_at = models.DateTimeField(null=True, blank=True, editable=False)
    pause = models.CharField(
        max_length=8, choices=Pause, default=Pause.NOT, blank=True, editable=False
    )
    failures_in_row = models.PositiveIntegerField(default=0, editable=False)
    # Why the last start was refused; empty once one was not.
    refusal = models.TextField(blank=True, default="", editable=False)
    refused_at = models.DateTimeField(null=True, blank=True, editable=False)
    created = models.DateTimeField(default=timezone.now, editable=False)
    updated = models.DateTimeField(auto_now=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind=Kind.CRON) & ~Q(cron=""))
                | Q(kind=Kind.INTERVAL, every_seconds__gte=LEAST_SECONDS, at__isnull=False)
                | Q(kind=Kind.ONCE, at__isnull=False),
                name="schedule_says_when",
            ),
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True, pause="")
                | (Q(paused_at__isnull=False, next_time__isnull=True) & ~Q(pause="")),
                name="schedule_paused_has_no_next_time",
            ),
        ]
        indexes = [
            # The tick: what is due.
            models.Index(
                fields=["next_time"], condition=Q(next_time__isnull=False), name="schedule_due"
            ),
            # The list of a person's schedules.
            models.Index(fields=["owner", "-created"], name="schedule_of_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def jitter(self) -> timedelta:
        """Return the most that a start may come after its time."""
        return timedelta(seconds=self.jitter_seconds)

    @property
    def clock(self) -> clock.Clock:
        """Return what knows the schedule's times. Raises NotCron."""
        if self.kind == Kind.CRON:
            return clock.Cron(self.cron, self.zone)
        assert self.at is not None
        if self.kind == Kind.ONCE:
            return clock.Once(self.at)
        return clock.Interval(timedelta(seconds=self.every_seconds or LEAST_SECONDS), self.at)

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def is_over(self) -> bool:
        """Return whether it has no time any more."""
        return self.next_time is None and not self.is_paused

    def given(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the inputs and the credentials of a run: the preset's, and its own before them."""
        preset = self.preset
        if preset is None:
            return dict(self.inputs), dict(self.credential_inputs)
        credentials = {**preset.credential_inputs, **self.credential_inputs}
        return {**preset.inputs, **self.inputs}, credentials

    @property
    def runs_version(self) -> int | None:
        """Return the version that it starts: its own, else the preset's; None for the active one."""
        return self.version or (self.preset.version if self.preset else None)

    @property
    def versions(self) -> GraphVersionQuerySet:
        """Return the version that it starts, if there is one."""
        return GraphVersion.objects.startable_by(self.owner_id, self.agent_id, self.runs_version)

    def due_at(self, time: datetime) -> datetime:
        """Return when the start of a time is to be made."""
        return time + clock.delay(self.pk, time, self.jitter)

    def aim(self, after: datetime) -> None:
        """Set the next time to the first one after a moment; none while it is paused."""
        self.next_time = None if self.is_paused else self.clock.after(after)
