"""Which tables count as their owners' storage, and the trigger that keeps the sums true.

`Usage.stored_bytes` is moved by the database itself, in the transaction that writes, changes or deletes a
row: whoever deletes it (a purge, a cascade, staff) and whatever crashes, the sum is that of the rows.
A table is counted from the migration on that says so:

    operations = [
        migrations.CreateModel(name="Upload", …),
        CountStored("files_upload", owner="owner_id", size="row.bytes"),
    ]

``size`` is SQL over one row, which is called ``row``; it must follow from the row's content alone, and
``pg_column_size`` does not: it says something else of a value before it is compressed. `recount` finds these tables by their triggers, so
nobody has to list them again. What is in a table before it is counted comes in with `recount`.
"""

import logging
from dataclasses import dataclass
from typing import Any

from django.db import connection, migrations, transaction

from quotas.models import Usage

USAGE = Usage._meta.db_table

logger = logging.getLogger(__name__)

TABLES = """
SELECT trigger.tgrelid::regclass::text, trigger.tgargs
FROM pg_trigger trigger JOIN pg_proc function ON function.oid = trigger.tgfoid
WHERE function.proname = 'quotas_count_stored' AND right(trigger.tgname, 7) = '_delete'
  AND function.pronamespace = current_schema()::regnamespace
ORDER BY 1
"""


class CountStored(migrations.RunSQL):
    """A migration's operation: count the rows of a table as their owner's storage.

    ``inserts`` is False where rows come into being with a size that something else has counted.
    """

    def __init__(self, table: str, *, owner: str = "owner_id", size: str, inserts: bool = True):
        kinds = {
            "insert": "REFERENCING NEW TABLE AS fresh",
            "update": "REFERENCING OLD TABLE AS gone NEW TABLE AS fresh",
            "delete": "REFERENCING OLD TABLE AS gone",
        }
        if not inserts:
            del kinds["insert"]
        names = {kind: f"{table}_stored_{kind}" for kind in kinds}
        super().__init__(
            sql=[
                f"CREATE TRIGGER {names[kind]} AFTER {kind.upper()} ON {table} {tables} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION quotas_count_stored('{owner}', '{size}')"
                for kind, tables in kinds.items()
            ],
            reverse_sql=[f"DROP TRIGGER IF EXISTS {one} ON {table}" for one in names.values()],
        )


@dataclass(frozen=True)
class Counted:
    """A table that counts."""

    table: str
    owner: str
    size: str


def tables() -> list[Counted]:
    """Return every table that counts, as the database knows it."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [
            Counted(table, *bytes(arguments).decode().split("\0")[:2])
            for table, arguments in cursor.fetchall()
        ]


def recount() -> int:
    """Set everybody's storage to what their rows say; return for how many it was something else."""
    users = _everybody()
    return sum(recount_of(user) for user in users)


@transaction.atomic
def recount_of(user: Any) -> bool:
    """Set one person's storage to what the rows say. False: it was that already."""
    # Who writes holds the row from then on until the end: what is not seen here is added later.
    row = Usage.objects.select_for_update(no_key=True).filter(pk=user).first()
    if row is None:
        return False
    sums = " + ".join(
        f'COALESCE((SELECT sum({one.size}) FROM {one.table} row WHERE row."{one.owner}" = %(user)s), 0)'
        for one in tables()
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({sums or '0'})::bigint", {"user": user})
        [found] = cursor.fetchone()
    if found == row.stored_bytes:
        return False
    logger.warning(
        "The storage of user %s was counted as %d bytes, and is %d.", user, row.stored_bytes, found
    )
    Usage.objects.filter(pk=user).update(stored_bytes=found)
    return True


def _everybody() -> list[Any]:
    """Return all who own anything that counts; each has a row from now on."""
    with connection.cursor() as cursor:
        for one in tables():
            cursor.execute(
                f'INSERT INTO {USAGE} (user_id, day) SELECT DISTINCT row."{one.owner}", '
                f"(clock_timestamp() AT TIME ZONE 'UTC')::date FROM {one.table} row "
                f'WHERE row."{one.owner}" IS NOT NULL ON CONFLICT DO NOTHING'
            )
    return list(Usage.objects.order_by("pk").values_list("pk", flat=True))
