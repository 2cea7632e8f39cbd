"""What people are asked in the middle of a run."""

from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from agents.engine.states import FINAL_NODES
from agents.executions.models.execution import Execution
from agents.executions.models.node_execution import NodeExecution
from kernel.access import Scope, may
from kernel.fields import JSONText
from kernel.models import Identified


class ReviewQuerySet(models.QuerySet["Review"]):
    """Questions about reviews."""

    def visible_to(self, user: Any) -> Self:
        """Return the reviews that the user may see and decide: those of the user's own runs.

        None for a stranger, and for a key without the scope READ_GRAPH.
        """
        return self.filter(owner_id=user.pk) if may(user, Scope.READ_GRAPH) else self.none()

    def open(self) -> Self:
        """Return the reviews that wait for a decision."""
        return self.filter(status=Review.Status.WAITING)

    def unannounced(self) -> Self:
        """Return the reviews that nobody was told of."""
        return self.filter(announced=False)

    def of_node(self, execution: UUID, node: str) -> Self:
        """Return what the node's executions asked in one run."""
        return self.filter(execution_id=execution, node_id=node)

    def is_decided(self, pk: str) -> bool:
        """Return whether a person has approved or rejected."""
        return self.filter(
            pk=pk, status__in=[Review.Status.APPROVED, Review.Status.REJECTED]
        ).exists()

    def approving_further(self) -> "Review | None":
        """Return the review with which somebody approved in advance what else a node asks."""
        return self.filter(auto_approve=True).defer("payload", "data").first()

    def withdraw(self, execution: UUID) -> int:
        """Close the open reviews of the run's node executions that have ended without them."""
        left = self.open().filter(execution_id=execution, node_execution__status__in=FINAL_NODES)
        return left.update(status=Review.Status.WITHDRAWN)


class Review(Identified):
    """Data that a person is to approve or reject before a node execution goes on."""

    class Status(models.TextChoices):
        """How far a review is; the reference platform has the first three."""

        WAITING = "WAITING"
        APPROVED = "APPROVED"
        REJECTED = "REJECTED"
        WITHDRAWN = "WITHDRAWN"
        """The node execution ended before anybody decided."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reviews", db_index=False
    )  # indexed by review_of_owner
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="reviews")
    node_execution = models.ForeignKey(
        NodeExecution, on_delete=models.CASCADE, related_name="reviews", db_index=False
    )  # indexed by review_asked_once
    number = models.PositiveIntegerField()  # among the questions of its node execution
    node_id = models.CharField(max_length=64)
    name = models.TextField()
    payload = JSONText(null=True)
    editable = models.BooleanField()
    status = models.CharField(max_length=12, choices=Status, default=Status.WAITING)

    data = JSONText(null=True, blank=True)  # what was approved or rejected
    edited = models.BooleanField(default=False)
    message = models.TextField(blank=True)
    auto_approve = models.BooleanField(default=False)  # also what the node asks further
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="decided_reviews",
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(default=now, editable=False)
    # Whether those who tell people were told (`announcing`).
    announced = models.BooleanField(default=False, db_default=True, editable=False)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        constraints = [
            models.UniqueConstraint(fields=["node_execution", "number"], name="review_asked_once"),
            models.UniqueConstraint(
                fields=["node_execution"],
                condition=Q(status="WAITING"),
                name="review_one_open_per_node_execution",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["WAITING", "WITHDRAWN"], decided_at__isnull=True)
                | Q(status__in=["APPROVED", "REJECTED"], decided_at__isnull=False),
                name="review_decided_at_a_moment",
            ),
        ]
        indexes = [
            # The list of what waits for a person, and its count on every page.
            models.Index(fields=["owner", "status", "-created"], name="review_of_owner"),
            # Announcing: questions that nobody was told of.
            models.Index(
                fields=["created"], condition=Q(announced=False), name="review_unannounced"
            ),
            # Each question of a node: has somebody approved it in advance?
            models.Index(
                fields=["execution", "node_id"],
                condition=Q(auto_approve=True),
                name="review_approves_further",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.WAITING

    @property
    def is_decided(self) -> bool:
        return self.status in {self.Status.APPROVED, self.Status.REJECTED}
