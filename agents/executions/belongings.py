"""What belongs to a run: which rows go with it, and which of their columns hold values.

`purging` removes what is listed here, in this order. A model with a foreign key to one of these
tables belongs in one of the two lists, and each JSON column is either a value or a fact; a test
fails where something is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import models

from agents.executions.models import (
    Emission,
    Event,
    EventWait,
    Execution,
    LogLine,
    ModelUse,
    NodeExecution,
    NodeMemory,
    Review,
    RunStorage,
    Share,
    Signal,
    StartKey,
)

NODES = NodeExecution._meta.db_table


@dataclass(frozen=True)
class Belonging:
    """A table whose rows go with the run to which ``link`` leads, directly or by its node.

    ``values``: columns that hold values, and the SQL of what is left of each. ``facts``: JSON
    columns that stay as long as the row.
    """

    model: type[models.Model]
    link: str
    is_value: bool = False  # each row is a value, so it goes with the values
    values: Mapping[str, str] = field(default_factory=dict)
    facts: Sequence[str] = ()

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        return _column(self.model, self.model._meta.pk.name)

    @property
    def name(self) -> str:
        """Return what the rows are called in reports."""
        return str(self.model._meta.verbose_name_plural).replace(" ", "_")

    def of(self, runs: str) -> str:
        """Return the condition under which a row belongs to the runs: ``= ANY(…)``, ``IN (…)``."""
        return _of(self.model, self.link, runs)

    @property
    def with_values(self) -> str:
        """Return the condition under which a row has values that can be cleared."""
        return " OR ".join(f"{name}::text <> {empty}" for name, empty in self.values.items())


@dataclass(frozen=True)
class Reference:
    """A column by which a row that stays names a run that goes: it is set to null."""

    model: type[models.Model]
    link: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def column(self) -> str:
        return _column(self.model, self.link)

    def of(self, runs: str) -> str:
        """Return the condition under which a row names one of the runs, as above."""
        return _of(self.model, self.link, runs)


RUN = Belonging(
    Execution,
    link="id",
    values={"inputs": "'{}'", "nodes_input_masks": "'{}'"},
    facts=["error", "credential_inputs"],  # which credentials were used: references
)

# What points at a table comes before it.
BELONGINGS = (
    # First: the owner has the room back, and nobody measures again what is half purged.
    Belonging(RunStorage, link="execution", is_value=True),
    Belonging(Emission, link="node_execution", is_value=True),
    Belonging(LogLine, link="node_execution", is_value=True),
    Belonging(NodeMemory, link="node_execution", is_value=True),
    Belonging(ModelUse, link="node_execution"),
    Belonging(Event, link="execution"),
    Belonging(StartKey, link="execution"),
    Belonging(Share, link="execution"),
    Belonging(Review, link="execution", values={"payload": "'null'", "data": "'null'"}),
    Belonging(Signal, link="execution", values={"value": "'null'"}),
    Belonging(EventWait, link="execution"),
    Belonging(
        NodeExecution,
        link="execution",
        values={"input_data": "'{}'"},
        facts=["waits_for", "sleeps", "error", "last_error"],
    ),
)

REFERENCES = (Reference(Execution, link="replay_of"),)


def _of(model: type[models.Model], link: str, runs: str) -> str:
    column = _column(model, link)
    if model._meta.get_field(link).related_model is NodeExecution:
        return f"{column} IN (SELECT id FROM {NODES} WHERE execution_id {runs})"
    return f"{column} {runs}"


def _column(model: type[models.Model], name: str) -> str:
    found = model._meta.get_field(name)
    assert isinstance(found, models.Field)
    return str(found.column)
