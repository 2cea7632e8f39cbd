"""Values that blocks keep between runs."""

from django.conf import settings
from django.db import models

from agents.graphs.models import Agent
from kernel.fields import JSONText


class StoredValue(models.Model):
    """A value under a key: of one agent of a user, or (without agent) of all the user's agents."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stored_values"
    )
    agent = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.CASCADE, related_name="stored_values"
    )
    key = models.TextField()
    value = JSONText(null=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "agent", "key"],
                nulls_distinct=False,
                name="storedvalue_one_per_key",
            ),
        ]

    def __str__(self) -> str:
        return self.key
