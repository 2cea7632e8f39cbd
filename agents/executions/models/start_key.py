"""Which run a key of a client began."""

from django.conf import settings
from django.db import models

from agents.executions.models.execution import Execution
from kernel.models import RequestKey


class StartKey(RequestKey):
    """A key that a client chose for a request to start a run."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="start_keys"
    )
    execution = models.ForeignKey(Execution, on_delete=models.CASCADE, related_name="start_keys")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="startkey_once_per_owner"),
        ]
        indexes = [
            # The sweep: keys to forget.
            models.Index(fields=["created"], name="startkey_by_age"),
        ]
