"""What blocks wrote to the log of their run."""

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.timezone import now

from agents.executions.models.node_execution import NodeExecution


class LogLine(models.Model):
    """A line that a block wrote. The k-th line of a try is one row, however often the try runs."""

    id = models.BigAutoField(primary_key=True)
    node_execution = models.ForeignKey(
        NodeExecution,
        on_delete=models.CASCADE,
        related_name="log_lines",
        db_index=False,
        db_constraint=False,  # as for emissions
    )  # indexed by logline_once_per_try
    attempted = models.PositiveSmallIntegerField(help_text="Which try wrote it, from 1.")
    number = models.PositiveIntegerField()
    written = models.DateTimeField(default=now)
    text = models.TextField()

    class Meta:
        ordering = ["node_execution", "attempted", "number"]
        constraints = [
            UniqueConstraint(
                fields=["node_execution", "attempted", "number"], name="logline_once_per_try"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node_execution_id}#{self.attempted}.{self.number}"
