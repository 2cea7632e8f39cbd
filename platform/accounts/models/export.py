"""What a person asked to be handed out."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from accounts.models.user import User
from kernel.models import Identified


class ExportQuerySet(models.QuerySet["Export"]):
    """Questions about exports."""

    def over(self, moment: datetime) -> "ExportQuerySet":
        """Return the exports that may be fetched no longer."""
        return self.filter(expires_at__lte=moment)


class Export(Identified):
    """One ZIP of everything that belongs to a person; a person has one at the most."""

    class Status(models.TextChoices):
        """How far an export is."""

        PENDING = "PENDING", "Being made"
        READY = "READY", "Ready"
        FAILED = "FAILED", "Failed"

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="export")
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    size = models.PositiveBigIntegerField(null=True)
    created = models.DateTimeField(default=now, editable=False)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, db_index=True)  # read by the tidying

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status="PENDING", ended_at=None)
                | Q(status="FAILED", ended_at__isnull=False)
                | Q(status="READY", ended_at__isnull=False, expires_at__isnull=False),
                name="export_ends_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Export of {self.user_id}"

    @property
    def path(self) -> Path:
        """Where the file lies. It is named for the export alone."""
        return Path(settings.PATHS.exports) / f"{self.pk}.zip"

    @property
    def is_ready(self) -> bool:
        """Return whether the file may be fetched now."""
        return (
            self.status == self.Status.READY
            and self.expires_at is not None
            and now() < self.expires_at
        )
