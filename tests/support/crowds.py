"""Many runs at once, made by copying one in the database: what no test has the time to run."""

from typing import Any

from django.db import connection, models

from agents.executions.models import Execution, NodeExecution


def copy_run(execution: Execution, times: int) -> None:
    """Add so many copies of a run with its node executions, in the state they are in.

    The runs that its node executions started are copied too, at any depth. Events and emissions
    are not.
    """
    family = Execution.objects.filter(
        pk__in=[execution.pk, *Execution.objects.descendants(execution.pk)]
    ).order_by("depth")
    for run in family:
        references = {"parent_id": run.parent_id, "root_id": run.root_id}
        _copy(Execution, "id", run.pk, times, references)
        _copy(NodeExecution, "execution_id", run.pk, times, {"execution_id": run.pk})


def _copy(
    model: type[models.Model], column: str, value: Any, times: int, references: dict[str, Any]
) -> None:
    """Insert so many copies of the rows; each reference leads to the copy of what it names."""
    table = model._meta.db_table
    names = ["id", *(name for name, target in references.items() if target is not None)]
    # The id of the n-th copy is computed, so that rows that were copied alike find each other.
    changes = ", ".join(f"'{name}', md5(row.{name}::text || nth)::uuid" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} SELECT made.* FROM {table} row, generate_series(1, %s) nth, "
            f"jsonb_populate_record(NULL::{table}, to_jsonb(row) || jsonb_build_object({changes})) "
            f"made WHERE row.{column} = %s",
            [times, value],
        )
