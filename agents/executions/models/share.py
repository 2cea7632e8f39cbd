"""Secret links under which anybody may see a run."""

from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from agents.executions.models.execution import Execution, Purging
from kernel.access import Scope, may


class ShareQuerySet(models.QuerySet["Share"]):
    """Questions about shares."""

    def visible_to(self, user: Any) -> Self:
        """Return the shares of the user's own runs; of none for a key without READ_GRAPH."""
        rows = self.filter(execution__owner_id=user.pk)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()

    def living(self) -> Self:
        """Return the shares that are neither revoked nor expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now()), revoked_at=None)

    def opening(self) -> Self:
        """Return the shares that show something: their runs are there, and so are the owners."""
        rows = self.living().exclude(execution__purging=Purging.ROWS)
        return rows.filter(execution__owner__is_active=True)


class Share(models.Model):
    """A link to one run. Its text was shown once; what is kept cannot be turned back into it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="shares")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    tail = models.CharField(max_length=4, editable=False)  # by which people tell links apart
    created = models.DateTimeField(default=now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ShareQuerySet.as_manager()

    def __str__(self) -> str:
        return f"…{self.tail}"

    @property
    def is_living(self) -> bool:
        return self.revoked_at is None and not self.has_expired

    @property
    def has_expired(self) -> bool:
        expires: datetime | None = self.expires_at
        return expires is not None and expires <= now()
