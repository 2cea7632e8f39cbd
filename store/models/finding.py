"""What was found in a version of a listing when it was screened."""

from django.db import models
from django.db.models import UniqueConstraint

from store.models.version import ListingVersion

LONGEST_CODE = 60
LONGEST_MESSAGE = 500
LONGEST_WHERE = 200


class Finding(models.Model):
    """A fact for the moderator to judge. It decides nothing by itself."""

    class Severity(models.TextChoices):
        """How much it asks to be looked at."""

        NOTE = "note", "To know"
        WARNING = "warning", "To look at"
        DANGER = "danger", "To settle first"

    version = models.ForeignKey(
        ListingVersion, on_delete=models.CASCADE, related_name="findings", db_index=False
    )  # indexed by finding_once
    code = models.CharField(max_length=LONGEST_CODE)
    severity = models.CharField(max_length=7, choices=Severity)
    message = models.CharField(max_length=LONGEST_MESSAGE)
    where = models.CharField(
        max_length=LONGEST_WHERE, blank=True, help_text="The field, or the agent, node and pin."
    )

    class Meta:
        constraints = [
            UniqueConstraint(fields=["version", "code", "where", "message"], name="finding_once"),
        ]

    def __str__(self) -> str:
        return self.code
