"""A time of a schedule, and what became of it."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q, UniqueConstraint

from agents.executions.models import Execution
from agents.schedules.models.schedule import Schedule
from kernel.access import Scope, may
from kernel.models import Identified

MISSED = "missed"
NO_TIMES = "no_times"


class FireQuerySet(models.QuerySet["Fire"]):
    def visible_to(self, user: Any) -> Self:
        """Return the times of the user's own schedules, as far as these are visible."""
        rows = self.filter(schedule__owner_id=user.pk, schedule__agent__deleted_at=None)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()

    def due(self) -> Self:
        """Return what is to be started at its moment."""
        return self.filter(status=Fire.Status.DUE)

    def make_due(self, moment: datetime, origin: str) -> int:
        """Let what was left out be started after all; return how many."""
        return self.update(
            status=Fire.Status.DUE,
            due_at=moment,
            origin=origin,
            taken_until=None,
            is_late=False,
            code=models.Value(""),
            reason="",
        )

    def under_way(self) -> Self:
        """Return what was started, and whose run has not ended."""
        live = Execution.objects.live().filter(pk=models.OuterRef("execution_id"))
        return self.filter(models.Exists(live), status=Fire.Status.STARTED)


class Fire(Identified):
    """One time of a schedule. Each is there once, whoever finds that it has come."""

    class Status(models.TextChoices):
        DUE = "due", "Due"
        WAITING = "waiting", "Waits for an earlier run"
        STARTED = "started", "Started"
        ENDED = "ended", "Ended"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Not started"

    class Origin(models.TextChoices):
        CLOCK = "clock", "By the clock"
        PERSON = "person", "Run now"
        BACKFILL = "backfill", "Asked for afterwards"

    schedule = models.ForeignKey(
        Schedule, on_delete=models.CASCADE, related_name="fires", db_index=False
    )  # indexed by fire_once_per_time
    time = models.DateTimeField(help_text="What the schedule says.")
    due_at = models.DateTimeField(help_text="When it is to be started: with the jitter.")
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.CLOCK)
    status = models.CharField(max_length=8, choices=Status, default=Status.DUE)
    taken_until = models.DateTimeField(null=True, blank=True)  # by a process that will start it
    started_at = models.DateTimeField(null=True, blank=True)
    execution_id = models.UUIDField(null=True, blank=True)  # no foreign key: runs are purged
    outcome = models.CharField(max_length=12, blank=True, default="")  # the status of the run
    is_late = models.BooleanField(default=False)  # made up for, so its lateness tells nothing
    code = models.CharField(max_length=64, blank=True, default="")
    reason = models.TextField(blank=True, default="")  # why it was skipped or not started

    objects = FireQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["schedule", "time"], name="fire_once_per_time"),
        ]
        indexes = [
            # Starting: what is due, in its order.
            models.Index(fields=["due_at"], condition=Q(status="due"), name="fire_due"),
            # Overlaps: which schedules have something under way, or waiting.
            models.Index(
                fields=["schedule", "time"],
                condition=Q(status__in=["due", "waiting", "started"]),
                name="fire_open",
            ),
            # The end of a run.
            models.Index(
                fields=["execution_id"],
                condition=Q(execution_id__isnull=False),
                name="fire_of_execution",
            ),
            # Tidying.
            models.Index(fields=["time"], name="fire_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.time:%Y-%m-%d %H:%M:%S}"

    @property
    def lateness(self) -> timedelta | None:
        """Return how late it was started; None where it was not, or was not meant to be in time."""
        if self.started_at is None or self.origin != self.Origin.CLOCK or self.is_late:
            return None
        return max(self.started_at - self.due_at, timedelta())
