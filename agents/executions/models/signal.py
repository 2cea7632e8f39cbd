"""What happens outside and is waited for in a run."""

from datetime import datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from agents.engine.states import OPEN
from agents.executions.models.execution import Execution
from agents.executions.models.node_execution import NodeExecution
from kernel.fields import JSONText

LONGEST_NAME = 200


class EventWaitQuerySet(models.QuerySet["EventWait"]):
    """Questions about waits."""

    def open(self) -> Self:
        """Return the waits that the next signal may end, in the order in which they began."""
        alive = self.filter(ended_at=None, node_execution__status__in=OPEN)
        return alive.order_by("pk")

    def has_ended(self, node_execution: NodeExecution, number: int) -> bool:
        """Return whether the node execution's wait got its signal, or none in time."""
        ended = self.filter(node_execution=node_execution, number=number, ended_at__isnull=False)
        return ended.exists()

    def wait_anew(self, node_execution: NodeExecution, *, begun: datetime) -> None:
        """Begin the wait again with which the node execution failed: it is tried once more.

        ``begun`` is when that is; from then on it may take as long as before. What is sent earlier
        is not too early.
        """
        last = self.filter(node_execution=node_execution).order_by("-number").first()
        if last is not None and last.deadline is not None and last.got_nothing:
            last.deadline, last.created = begun + (last.deadline - last.created), begun
            last.ended_at = None
            last.save(update_fields=["deadline", "created", "ended_at"])

    def end(self, pk: int) -> bool:
        """End a wait. False: it had ended."""
        return self.filter(pk=pk, ended_at=None).update(ended_at=now()) == 1


class EventWait(models.Model):
    """A node execution that waits for a signal. Ended without one, it has waited too long."""

    id = models.BigAutoField(primary_key=True)
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="event_waits")
    node_execution = models.ForeignKey(
        NodeExecution, on_delete=models.CASCADE, related_name="event_waits", db_index=False
    )  # indexed by eventwait_begins_once
    number = models.PositiveIntegerField()  # among the waits of its node execution
    name = models.CharField(max_length=LONGEST_NAME)
    deadline = models.DateTimeField(null=True)
    created = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True)

    objects = EventWaitQuerySet.as_manager()

    class Meta:
        ordering = ["execution", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["node_execution", "number"], name="eventwait_begins_once"
            ),
        ]
        indexes = [
            # A signal comes: whose turn is it?
            models.Index(
                fields=["execution", "name", "id"],
                condition=Q(ended_at__isnull=True),
                name="eventwait_open",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def got_nothing(self) -> bool:
        """Return whether no signal has ended the wait."""
        return not Signal.objects.filter(taken_by=self).exists()


class SignalQuerySet(models.QuerySet["Signal"]):
    """Questions about signals."""

    def left(self, execution: UUID, name: str) -> Self:
        """Return the run's signals that nobody took yet, in the order in which they were sent."""
        return self.filter(execution=execution, name=name, taken_by=None).order_by("number")

    def next_number(self, execution: UUID, name: str) -> int:
        """Return the number of the next signal with this name; the run's row must be locked."""
        found = self.filter(execution=execution, name=name).aggregate(models.Max("number"))
        last: int | None = found["number__max"]
        return 0 if last is None else last + 1


class Signal(models.Model):
    """Somebody tells a run that something happened. It is kept until a node execution takes it."""

    id = models.BigAutoField(primary_key=True)
    execution = models.ForeignKey(
        Execution, on_delete=models.CASCADE, related_name="signals", db_index=False
    )  # indexed by signal_numbered_once
    name = models.CharField(max_length=LONGEST_NAME)
    number = models.PositiveIntegerField()  # among the run's signals of this name
    value = JSONText(null=True)
    key = models.CharField(max_length=255, null=True)  # the sender's, for doubled requests
    digest = models.CharField(max_length=64, blank=True)  # of the request with this key
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="signals"
    )
    taken_by = models.OneToOneField(
        EventWait, null=True, on_delete=models.CASCADE, related_name="signal"
    )
    created = models.DateTimeField(default=now)

    objects = SignalQuerySet.as_manager()

    class Meta:
        ordering = ["execution", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["execution", "name", "number"], name="signal_numbered_once"
            ),
            models.UniqueConstraint(fields=["execution", "key"], name="signal_counts_once"),
        ]
        indexes = [
            # A wait begins: which signal came before it?
            models.Index(
                fields=["execution", "name", "number"],
                condition=Q(taken_by__isnull=True),
                name="signal_left",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}#{self.number}"

    def give(self, wait: EventWait) -> bool:
        """End the wait with this signal, the run's row being locked. False: it had ended."""
        if not EventWait.objects.end(wait.pk):
            return False
        self.taken_by = wait
        self.save(update_fields=["taken_by"])
        return True
