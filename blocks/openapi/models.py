"""APIs that people imported, and the operations that became blocks."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint

from kernel.access import Scope, may
from kernel.fields import JSONText
from kernel.models import Identified, Timestamped

LONGEST_NAME = 100
LONGEST_SOURCE = 2000


class ApiQuerySet(models.QuerySet["Api"]):
    """Questions about APIs."""

    def visible_to(self, user: Any) -> Self:
        """Return the user's own that are not deleted; none for a key without READ_BLOCK."""
        rows = self.filter(owner_id=user.pk, deleted_at=None)
        return rows if may(user, Scope.READ_BLOCK) else rows.none()


class Api(Identified, Timestamped):
    """An API of one person. Each import of another document under its name is a new version."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="apis"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    version = models.PositiveIntegerField(default=1)
    api_version = models.CharField(
        max_length=50, blank=True, default="", help_text="As the document says it."
    )
    source = models.CharField(
        max_length=LONGEST_SOURCE, blank=True, default="", help_text="Where it was fetched from."
    )
    server_url = models.CharField(
        max_length=500, blank=True, default="", help_text="What was said instead of the document's."
    )
    left_out = models.JSONField(default=list, help_text="Operations that are no blocks, and why.")
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ApiQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(deleted_at=None),
                name="api_name_once_per_owner",
            ),
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class ApiOperationQuerySet(models.QuerySet["ApiOperation"]):
    """Questions about operations."""

    def of(self, owner_id: Any) -> Self:
        """Return the owner's operations, also those that a new version or a deletion put aside.

        Graphs that have them stay what they are.
        """
        return self.filter(api__owner_id=owner_id)

    def offered_to(self, user: Any) -> Self:
        """Return what the user's catalogue has: of a key without READ_BLOCK, nothing."""
        rows = self.filter(api__owner_id=user.pk, api__deleted_at=None)
        return rows if may(user, Scope.READ_BLOCK) else rows.none()


class ApiOperation(Identified):
    """One operation, as it was in some versions of its API. Its id is the block's; never changed."""

    api = models.ForeignKey(Api, on_delete=models.CASCADE, related_name="operations")
    key = models.CharField(max_length=600, help_text="Method and path.")
    digest = models.CharField(max_length=64)
    definition = JSONText(help_text="As blocks.openapi.operation reads it.")
    entry = JSONText(help_text="What the catalogue says of the block.")
    since = models.PositiveIntegerField(help_text="The API's version that brought it.")
    is_current = models.BooleanField(default=True)

    objects = ApiOperationQuerySet.as_manager()

    class Meta:
        constraints = [
            UniqueConstraint(fields=["api", "key", "digest"], name="operation_once_per_api"),
            UniqueConstraint(
                fields=["api", "key"],
                condition=Q(is_current=True),
                name="operation_one_current_per_key",
            ),
        ]
        ordering = ["key", "since"]

    def __str__(self) -> str:
        return self.key
