"""How much runs keep: their values, as the database holds them, and their files.

A run is measured after it changed, now and then while it goes on and once more when it has ended; not with
each value, which would cost every node execution of a person a turn at one row. So what is stored
follows what was written by some seconds, and what a start brings along counts at once: the database
itself adds it with the run's row (migration `0017_add_run_storage`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction

from agents.executions import files
from agents.executions.belongings import BELONGINGS, RUN, Belonging
from agents.executions.models import Emission, Execution, LogLine, NodeMemory, RunStorage
from kernel.jsontypes import dumps
from quotas import storage as quotas

PAGE = 200  # runs that are measured in one transaction

# Of rows that are values as a whole: the columns with what was sent and written.
TEXTS: Mapping[type[models.Model], Sequence[str]] = {
    Emission: ["value"],
    LogLine: ["text"],
    NodeMemory: ["value"],
}


def size_of_start(execution: Execution) -> int:
    """Return how many bytes a run begins with."""
    given = (execution.inputs, execution.nodes_input_masks)
    return sum(len(dumps(one).encode("utf-8", "surrogatepass")) for one in given)


def refuse_if_full(owner_id: Any) -> None:
    """Raise StorageFull where a person has no room left."""
    found = quotas.storage_of(owner_id)
    if found.remaining == 0:
        raise quotas.full(found)


def measure_again(run: UUID) -> None:
    """Note that a run that had ended goes on."""
    RunStorage.objects.filter(pk=run).update(is_final=False)


@dataclass(frozen=True)
class Grown:
    """A run that keeps more than when it was measured last."""

    run: UUID
    owner_id: Any


def measure(before: datetime) -> tuple[int, list[Grown]]:
    """Measure a page of the runs that changed and were not measured since that moment.

    Returns how many runs there were on the page, and those that keep more now.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DUE, {"before": before, "page": PAGE})
        due = cursor.fetchall()
        runs, owners, sizes, events, ends = zip(*due, strict=True) if due else ([],) * 5
        given = [list(runs), files.place().totals(runs), list(events), list(ends)]
        cursor.execute(NOTE, given)
        stored = dict(cursor.fetchall())
    return len(due), [
        Grown(run, owner)
        for run, owner, size in zip(runs, owners, sizes, strict=True)
        if stored.get(run, 0) > size
    ]


def _columns(one: Belonging) -> str:
    """Return the SQL of the bytes in one row."""
    names = one.values or TEXTS[one.model]
    return " + ".join(f"COALESCE(pg_column_size({name}), 0)" for name in names)


STORED = f'"{RunStorage._meta.db_table}"'
SIZE = " + ".join(
    f"COALESCE((SELECT sum({_columns(one)}) FROM {one.table} WHERE {one.of('= given.run')}), 0)"
    for one in (RUN, *BELONGINGS)
    if one.values or one.model in TEXTS
)

DUE = f"""
SELECT stored.execution_id, stored.owner_id, stored.value_bytes + stored.file_bytes,
       run.last_seq, run.ended_at IS NOT NULL
FROM {STORED} stored JOIN {RUN.table} run ON run.id = stored.execution_id
WHERE NOT stored.is_final AND stored.measured_at < %(before)s
  AND (run.last_seq <> stored.measured_seq OR run.ended_at IS NOT NULL)
ORDER BY stored.measured_at LIMIT %(page)s
FOR NO KEY UPDATE OF stored SKIP LOCKED
"""

# What was written since the events were counted is measured again the next time.
NOTE = f"""
UPDATE {STORED} stored
SET value_bytes = sizes.bytes, file_bytes = given.files, measured_seq = given.seq,
    is_final = given.ended, measured_at = clock_timestamp()
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::boolean[]) given(run, files, seq, ended)
CROSS JOIN LATERAL (SELECT ({SIZE})::bigint AS bytes) sizes
WHERE stored.execution_id = given.run
RETURNING stored.execution_id, stored.value_bytes + stored.file_bytes
"""
