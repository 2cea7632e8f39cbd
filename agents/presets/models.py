"""What an agent is run with, kept under a name."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from agents.graphs.models import Agent, GraphVersion, GraphVersionQuerySet
from kernel.access import Scope, may
from kernel.fields import JSONText
from kernel.models import Identified

LONGEST_NAME = 100
LONGEST_DESCRIPTION = 2000


class PresetQuerySet(models.QuerySet["Preset"]):
    def visible_to(self, user: Any) -> Self:
        """Return the user's own presets of agents that are not deleted.

        None for a stranger, and for a key without the scope READ_GRAPH.
        """
        rows = self.filter(owner_id=user.pk, agent__deleted_at=None)
        return rows if may(user, Scope.READ_GRAPH) else rows.none()


class Preset(Identified):
    """Inputs and credentials for an agent: for one version of it, or for the active one.

    They need not be complete: who runs the preset may give more, and other ones.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presets", db_index=False
    )  # indexed by preset_of_owner
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="presets")
    version = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty for the one that is active when it runs."
    )
    name = models.CharField(max_length=LONGEST_NAME)
    description = models.TextField(max_length=LONGEST_DESCRIPTION, blank=True)
    inputs = JSONText(default=dict)
    # References to credentials, by the names of the agent's credentials inputs; never a secret.
    credential_inputs = JSONText(default=dict)
    is_active = models.BooleanField(default=True, help_text="Whether it may be run.")
    created = models.DateTimeField(default=timezone.now, editable=False)
    updated = models.DateTimeField(auto_now=True)

    objects = PresetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(version__isnull=True) | Q(version__gte=1),
                name="preset_version_counts_from_one",
            ),
        ]
        indexes = [
            # The list of a person's presets.
            models.Index(fields=["owner", "-created"], name="preset_of_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_label(self) -> str:
        return self.name

    @property
    def runs_version(self) -> int | None:
        """Return the version that it runs; None for the active one."""
        return self.version

    @property
    def versions(self) -> GraphVersionQuerySet:
        """Return the version that it runs, if there is one."""
        return GraphVersion.objects.startable_by(self.owner_id, self.agent_id, self.version)
