"""Which run a key of a client began."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from agents.executions.models.execution import Execution


class StartKeyQuerySet(models.QuerySet["StartKey"]):
    """Questions about keys."""

    def older_than(self, moment: datetime) -> Self:
        """Return the keys that were used before the moment."""
        return self.filter(created__lt=moment)


class StartKey(models.Model):
    """A key that a client chose for a request to start a run, so that it may send it again."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="start_keys"
    )
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)  # of the request
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="start_keys")
    created = models.DateTimeField(default=now)

    objects = StartKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="startkey_once_per_owner"),
        ]
        indexes = [
            # The sweep: keys to forget.
            models.Index(fields=["created"], name="startkey_by_age"),
        ]

    def __str__(self) -> str:
        return self.key
