"""One run of a node, and the values it emitted."""

from typing import Any, Self
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now

from agents.engine.states import NodeStatus
from agents.executions.models.execution import Execution
from kernel.fields import JSONText


class NodeExecutionQuerySet(models.QuerySet["NodeExecution"]):
    """Questions about node executions, and the moves that are one statement."""

    def of(self, execution: UUID, node: str) -> Self:
        """Return one node's executions in one run."""
        return self.filter(execution_id=execution, node_id=node)

    def incomplete(self) -> Self:
        """Return those that wait for inputs, in the order they were opened."""
        return self.filter(status=NodeStatus.INCOMPLETE).order_by("number")

    def held(self, claimed: "NodeExecution") -> Self:
        """Return the row as long as the worker that claimed it holds it."""
        return self.filter(pk=claimed.pk, status=NodeStatus.RUNNING, attempt=claimed.attempt)


class NodeExecution(models.Model):
    """A node at work: what it got, who runs it, how it went."""

    class LimitPlace(models.TextChoices):
        """Where a node execution is that uses a limited credential (see `places`)."""

        NONE = "", "Nowhere"
        IN_LINE = "line", "In line"
        GRANTED = "granted", "About to take a place"
        TAKEN = "taken", "In a place while it runs"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    execution = models.ForeignKey(
        Execution, on_delete=models.CASCADE, related_name="node_executions", db_index=False
    )  # indexed by nodeexecution_numbered_once
    node_id = models.CharField(max_length=64)
    number = models.PositiveIntegerField()  # in the order of opening, per run
    start_number = models.PositiveIntegerField(null=True)  # in the order of becoming ready
    status = models.CharField(
        max_length=12,
        choices=[(status.value, status.title()) for status in NodeStatus],
        default=NodeStatus.INCOMPLETE,
    )
    queue = models.CharField(max_length=16)
    input_data = JSONText(default=dict)
    arrived = ArrayField(models.TextField(), default=list)  # pins, while inputs are missing

    attempt = models.PositiveSmallIntegerField(default=0)  # the fencing token
    losses = models.PositiveSmallIntegerField(default=0)  # workers that vanished with it
    tries = models.PositiveSmallIntegerField(default=1, db_default=1)  # the present one, counted
    last_error = JSONText(null=True)  # why the try before failed
    worker = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    sends = models.PositiveSmallIntegerField(
        default=0, db_default=0
    )  # that came to nothing, it seems
    waits_for = JSONText(null=True)
    wake_at = models.DateTimeField(null=True)
    sleeps = JSONText(default=list)  # the moments at which this run's sleeps are over

    # Of a node with a limited credential; written by `places` only. No foreign key: a limit that is
    # removed is not looked for among all node executions that ever were.
    limit_id = models.BigIntegerField(null=True)
    limit_place = models.CharField(
        max_length=8, blank=True, choices=LimitPlace, default=LimitPlace.NONE, db_default=""
    )
    limit_turn = models.DateTimeField(null=True)  # from when on its token may be used

    emitted = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    settled = models.BooleanField(default=False)  # ended, and everything delivered
    error = JSONText(null=True)
    reused_from = models.UUIDField(null=True, blank=True)  # whose results a replay took over

    added_at = models.DateTimeField(default=now)
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = NodeExecutionQuerySet.as_manager()

    class Meta:
        ordering = ["execution", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["execution", "number"], name="nodeexecution_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["execution", "start_number"], name="nodeexecution_starts_once"
            ),
            models.CheckConstraint(
                condition=Q(delivered__lte=F("emitted")), name="nodeexecution_delivers_what_it_has"
            ),
            models.CheckConstraint(
                condition=~Q(status="RUNNING") | Q(lease_until__isnull=False),
                name="nodeexecution_runs_on_a_lease",
            ),
        ]
        indexes = [
            # Delivery: the earliest execution of a node that lacks a pin.
            models.Index(
                fields=["execution", "node_id", "number"],
                condition=Q(status="INCOMPLETE"),
                name="nodeexecution_incomplete",
            ),
            # Delivery: whose values go out next.
            models.Index(
                fields=["execution", "node_id", "start_number"],
                condition=Q(settled=False, start_number__isnull=False),
                name="nodeexecution_unsettled",
            ),
            # Delivery: the last one started, for static links.
            models.Index(
                fields=["execution", "node_id", "start_number"], name="nodeexecution_of_node"
            ),
            # The sweep: messages to send again.
            models.Index(
                fields=["sent_at"], condition=Q(status="QUEUED"), name="nodeexecution_queued"
            ),
            # The sweep: leases that ran out.
            models.Index(
                fields=["lease_until"], condition=Q(status="RUNNING"), name="nodeexecution_leased"
            ),
            # The sweep: sleepers to wake.
            models.Index(
                fields=["wake_at"], condition=Q(status="WAITING"), name="nodeexecution_waiting"
            ),
            # Places at credentials: who has one, and who is next.
            models.Index(
                fields=["limit_id", "started_at"],
                condition=Q(ended_at__isnull=True) & ~Q(limit_place=""),
                name="nodeexecution_at_limit",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def state(self) -> NodeStatus:
        return NodeStatus(self.status)


class Emission(models.Model):
    """One value that a node execution emitted. Its number is unique: a second run repeats none."""

    id = models.BigAutoField(primary_key=True)
    node_execution = models.ForeignKey(
        NodeExecution,
        on_delete=models.CASCADE,
        related_name="emissions",
        db_index=False,
        db_constraint=False,  # written by one statement with its node execution, as events are
    )  # indexed by emission_numbered_once
    number = models.PositiveIntegerField()
    pin = models.TextField()
    value = JSONText(null=True)

    class Meta:
        ordering = ["node_execution", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["node_execution", "number"], name="emission_numbered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_execution_id}#{self.number} {self.pin}"

    @property
    def pair(self) -> tuple[str, Any]:
        """Return (pin, value)."""
        return self.pin, self.value
