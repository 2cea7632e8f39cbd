"""What a block keeps from one wait of its node execution to the next."""

from django.db import models
from django.db.models import UniqueConstraint

from agents.executions.models.node_execution import NodeExecution
from kernel.fields import JSONText


class NodeMemory(models.Model):
    """A value under a key, which goes with its node execution."""

    id = models.BigAutoField(primary_key=True)
    node_execution = models.ForeignKey(
        NodeExecution,
        on_delete=models.CASCADE,
        related_name="memories",
        db_index=False,
        db_constraint=False,  # as for emissions
    )  # indexed by nodememory_one_per_key
    key = models.TextField()
    value = JSONText(null=True)

    class Meta:
        verbose_name_plural = "node memories"
        constraints = [
            UniqueConstraint(fields=["node_execution", "key"], name="nodememory_one_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.node_execution_id}: {self.key}"
