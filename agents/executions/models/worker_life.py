"""Who takes tasks: one row for each worker process, written by tasks that it ran."""

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, Now

from agents.engine.states import NodeStatus
from agents.executions.models.node_execution import NodeExecution

LATELY = timedelta(seconds=30)  # three roll calls: see ``executions.presence``
GONE = timedelta(minutes=5)


class Presence(models.TextChoices):
    """What is known of a worker."""

    LIVE = "live", "took a task lately"
    BUSY = "busy", "all its slots run blocks whose leases it renews"
    SILENT = "silent", "took no task for a while"


class WorkerLifeQuerySet(models.QuerySet["WorkerLife"]):
    """Questions about workers. All moments are the database's, so no clocks are compared."""

    def observed(self, since: datetime | None = None) -> Self:
        """Annotate each worker's ``presence``: has it taken a task lately, or ``since`` then?

        A silent worker with a newer one of its name is left out: it was started again.
        """
        annotated = self._annotated(Now() - LATELY if since is None else Value(since))
        return annotated.exclude(presence=Presence.SILENT, replaced=True)

    def present(self) -> Self:
        """Return those that take tasks, or would if they were not busy."""
        return self.observed().exclude(presence=Presence.SILENT)

    def _annotated(self, since: Any) -> Self:
        running = NodeExecution.objects.filter(
            status=NodeStatus.RUNNING,
            lease_until__gt=Now(),
            worker__startswith=Concat(OuterRef("name"), Value(":")),
        )
        counted = running.order_by().values("status").annotate(count=Count("pk")).values("count")
        newer = WorkerLife.objects.filter(
            name=OuterRef("name"), started_at__gt=OuterRef("started_at")
        )
        presence = Case(
            When(took_at__gte=since, then=Value(Presence.LIVE)),
            When(slots__lte=Coalesce(Subquery(counted), 0), then=Value(Presence.BUSY)),
            default=Value(Presence.SILENT),
            output_field=models.CharField(),
        )
        return self.annotate(presence=presence, replaced=Exists(newer))

    def sign(self, pk: Any, **facts: Any) -> None:
        """Note that the worker ran a task just now; the first time, who it is."""
        if not self.filter(pk=pk).update(took_at=Now()):
            self.bulk_create(
                [WorkerLife(pk=pk, started_at=Now(), took_at=Now(), **facts)],
                ignore_conflicts=True,
            )

    def forget_the_gone(self) -> int:
        """Remove workers that have ended, as far as one can tell; return how many."""
        silent = self._annotated(Now() - LATELY).filter(Q(presence=Presence.SILENT))
        gone = silent.filter(Q(took_at__lt=Now() - GONE) | Q(replaced=True))
        return self.filter(pk__in=gone.values("pk")).delete()[0]


class WorkerLife(models.Model):
    """A worker from its start to its end, and when it last ran a task."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    name = models.CharField(max_length=200)  # of the Celery node: io@host
    queues = ArrayField(models.CharField(max_length=64))
    pool = models.CharField(max_length=16)
    slots = models.PositiveIntegerField()
    version = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    took_at = models.DateTimeField()

    presence: str  # as annotated by ``observed``

    objects = WorkerLifeQuerySet.as_manager()

    class Meta:
        ordering = ["name", "-started_at"]
        verbose_name = "worker"

    def __str__(self) -> str:
        return self.name
