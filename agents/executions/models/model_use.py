"""What language models were asked in a run, and what that cost."""

from django.db import models
from django.utils.timezone import now

from agents.executions.models.node_execution import NodeExecution

MICRO = 1_000_000


class ModelUse(models.Model):
    """One answer of a model. It was given and has its price, whatever became of the node."""

    id = models.BigAutoField(primary_key=True)
    node_execution = models.ForeignKey(
        NodeExecution,
        on_delete=models.CASCADE,
        related_name="model_uses",
        db_constraint=False,  # as for emissions
    )
    created = models.DateTimeField(default=now)
    provider = models.CharField(max_length=32)
    model = models.CharField(max_length=200)
    requests = models.PositiveIntegerField(default=1)
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    microcents = models.PositiveBigIntegerField(
        null=True, help_text="Millionths of a US cent; empty where nobody knows the price."
    )

    class Meta:
        ordering = ["node_execution", "id"]

    def __str__(self) -> str:
        return f"{self.node_execution_id}: {self.provider} {self.model}"
