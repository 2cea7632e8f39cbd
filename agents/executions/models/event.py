"""What happened in a run, in order."""

from typing import Self
from uuid import UUID

from django.db import models
from django.utils.timezone import now

from agents.executions.models.execution import Execution
from agents.executions.models.node_execution import NodeExecution


class EventQuerySet(models.QuerySet["Event"]):
    """Questions about events."""

    def after(self, execution: UUID, seq: int) -> Self:
        """Return what happened in the run after the event with this number."""
        return self.filter(execution_id=execution, seq__gt=seq).order_by("seq")


class Event(models.Model):
    """One numbered thing that happened; the numbers of a run have no gaps.

    A row says what changed and points at where the values are: which emissions of its node
    execution it brings (``first`` to ``last``, the last excluded).
    """

    class Kind(models.TextChoices):
        """The name of the WebSocket message that carries the event."""

        GRAPH = "graph_execution_event", "Run"
        NODE = "node_execution_event", "Node"

    id = models.BigAutoField(primary_key=True)
    # Neither key is checked by the database: one statement writes a run's rows together, under the
    # run's lock, and three events for each node execution made a fifth of its work of checking.
    execution = models.ForeignKey(
        Execution,
        on_delete=models.CASCADE,
        related_name="events",
        db_index=False,
        db_constraint=False,
    )  # indexed by event_numbered_once
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=32, choices=Kind)
    status = models.CharField(max_length=12)
    node_execution = models.ForeignKey(
        NodeExecution,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="events",
        db_index=False,
        db_constraint=False,
    )  # without an index: ask with the run, with which events go, too
    first = models.PositiveIntegerField(default=0)
    last = models.PositiveIntegerField(default=0)
    note = models.TextField(blank=True)
    created = models.DateTimeField(default=now)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["execution", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["execution", "seq"], name="event_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.execution_id}#{self.seq} {self.status}"
