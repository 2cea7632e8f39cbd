"""Fill the tables with finished runs, by SQL: copies of one run that the engine made.

Whatever a run leaves in the tables of ``agents.executions`` is copied, with new ids and earlier
times: rows are as real ones, also when models change.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from agents.executions.models import Execution, NodeExecution
from benchmarks.errors import BenchmarkFailed

BATCH = 10_000  # runs that are written together, table by table, as time would have written them
APART = 10  # seconds between two runs' beginnings

Model = type[models.Model]
Rows = dict[Model, set[Any]]


def forget() -> None:
    """Remove all runs, and all that belongs to them."""
    with connection.cursor() as cursor:
        cursor.execute(f'TRUNCATE "{Execution._meta.db_table}" CASCADE')


def fill(template: Execution, times: int) -> None:
    """Copy the finished run so many times."""
    rows = rows_of(template)
    for first in range(1, times + 1, BATCH):
        numbers = (first, min(first + BATCH - 1, times))
        with transaction.atomic(), connection.cursor() as cursor:
            # Keys that point at copies are copies of keys: checking each would only take time.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for model, keys in rows.items():
                cursor.execute(copying(model, rows), [times, *numbers, list(keys)])
    with connection.cursor() as cursor:
        for model in rows:
            cursor.execute(f'VACUUM ANALYZE "{model._meta.db_table}"')


def size() -> tuple[int, int]:
    """Return the bytes that runs take on disk, with indexes, and how many node executions there are."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(quote_ident(name)::regclass)) FROM unnest(%s::text[]) name",
            [[model._meta.db_table for model in _models()]],
        )
        [taken] = cursor.fetchone()
    return int(taken), NodeExecution.objects.count()


def rows_of(execution: Execution) -> Rows:
    """Return the keys of all rows that belong to the run, by model."""
    found: Rows = {Execution: {execution.pk}}
    while True:
        count = sum(map(len, found.values()))
        for model, field, target in _links():
            if target in found:
                mine = model._base_manager.filter(**{f"{field.name}__in": found[target]})
                found.setdefault(model, set()).update(mine.values_list("pk", flat=True))
            if model in found:
                theirs = model._base_manager.filter(pk__in=found[model]).values_list(
                    field.attname, flat=True
                )
                found.setdefault(target, set()).update(key for key in theirs if key is not None)
        if count == sum(map(len, found.values())):
            return {model: keys for model, keys in found.items() if keys}


def copying(model: Model, rows: Rows) -> str:
    """Return the statement that copies rows: parameters are the total, two numbers and the keys."""
    columns, values = [], []
    for field in model._meta.concrete_fields:
        if isinstance(field, models.AutoField):  # BigAutoField too: the database counts it
            continue
        columns.append(f'"{field.column}"')
        values.append(_copied(field, rows))
    table = f'"{model._meta.db_table}"'
    key = f'"{model._meta.pk.column}"'
    return (
        f"WITH total AS (SELECT %s::int AS runs) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
        f"FROM total, generate_series(%s, %s) nth, {table} old WHERE old.{key} = ANY(%s)"
    )


def _copied(field: Any, rows: Rows) -> str:
    old = f'old."{field.column}"'
    points_at = field.related_model if field.is_relation else None
    if (field.primary_key or points_at in rows) and not _is_uuid(field):
        raise BenchmarkFailed(f"{field} cannot be copied: only UUIDs get new values.")
    if field.primary_key or points_at in rows:
        return f"md5({old}::text || nth)::uuid"
    if isinstance(field, models.DateTimeField):
        return f"{old} - (total.runs - nth) * interval '{APART} seconds'"
    return old


def _is_uuid(field: Any) -> bool:
    return isinstance(field.target_field if field.is_relation else field, models.UUIDField)


def _models() -> list[Model]:
    return list(apps.get_app_config("executions").get_models())


def _links() -> Iterator[tuple[Model, Any, Model]]:
    """Yield (model, field, target) for each foreign key between these models."""
    ours = _models()
    for model in ours:
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in ours:
                yield model, field, field.related_model
