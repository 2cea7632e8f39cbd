"""How much one run keeps."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.timezone import now

from agents.executions.models.execution import Execution


class RunStorage(models.Model):
    """The bytes of one run's values and files when it was last measured (`storage`).

    The database makes the row with the run's, and adds it to what the owner has stored
    (`quotas.counted`). A purge of the run's values removes it.
    """

    execution = models.OneToOneField(
        Execution,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="storage",
        db_constraint=False,  # the database makes and removes it with the run
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="run_storage"
    )
    value_bytes = models.BigIntegerField(default=0, db_default=0)
    file_bytes = models.BigIntegerField(default=0, db_default=0)
    measured_seq = models.BigIntegerField(default=-1, db_default=-1)  # the run's last event then
    measured_at = models.DateTimeField(default=now, db_default=Now())
    is_final = models.BooleanField(default=False, db_default=False)  # measured after its end

    class Meta:
        indexes = [
            # For the measuring: runs that go on, and those that ended since.
            models.Index(
                fields=["measured_at"],
                name="runstorage_to_measure",
                condition=models.Q(is_final=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.execution_id}: {self.value_bytes + self.file_bytes} bytes"
