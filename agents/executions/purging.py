"""Remove what is older than it may become: values first, later whole runs, batch by batch.

What is due is `retention`'s answer; what belongs to a run is in `belongings`.

* A **family** (a run with all the runs that it started) goes together, and only once all of it
  has ended. What waits, is queued or runs stays, whatever its age.
* A **batch** is one short transaction that removes a bounded number of rows. It locks its families
  first and passes over those that somebody else has locked: another purger, or a person who
  retries an old run. So purgers may run beside one another, and beside workers.
* A family that is too large for one batch is marked in `Execution.purging` by the batch that begins
  with it, and goes on from there, also after a crash. From then on nobody can retry it, and one whose
  rows go is seen no more.
* Files go after the transaction that lets go of them. What a crash leaves on the disk, the next
  purge finds by its age.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.timezone import now

from agents.executions import files
from agents.executions.belongings import BELONGINGS, REFERENCES, RUN, Belonging
from agents.executions.models import Execution
from agents.executions.models.execution import Purging
from agents.executions.retention import Ages, Due, due, due_query
from agents.graphs.models import GraphVersion

BATCH = 5000  # rows that one transaction removes
HINTS = 500  # families that are looked up at once
SNAPSHOTS_STAY = timedelta(days=1)  # of drafts: the same draft is often run again
VERSIONS = GraphVersion._meta.db_table
LEAST_DAYS = 1  # a block that is run by itself may have files here at the moment


class OutOfTime(Exception):
    """The time that a purge was given is over."""


@dataclass
class Report:
    """What was removed, or would be."""

    runs: int = 0
    """Runs that are gone with all their rows, sub-agents' runs among them."""
    payloads: int = 0
    """Runs that are still there without their values."""
    rows: Counter[str] = field(default_factory=Counter)
    """Rows removed, by table."""
    cleared: Counter[str] = field(default_factory=Counter)
    """Rows that stay and lost their values, by table."""
    folders: int = 0
    """Runs' folders removed from the disk."""
    is_complete: bool = True
    """Whether nothing that was due is left, but for what somebody else had locked."""

    @property
    def changed(self) -> int:
        """Return how many rows were removed or cleared."""
        return self.rows.total() + self.cleared.total()

    def as_json(self) -> dict[str, Any]:
        """Return the report as the command prints it."""
        return {
            "runs": self.runs,
            "payloads": self.payloads,
            "rows": dict(sorted(self.rows.items())),
            "cleared": dict(sorted(self.cleared.items())),
            "folders": self.folders,
            "complete": self.is_complete,
        }

    def add(self, other: "Report") -> None:
        """Count what another report tells too."""
        self.runs += other.runs
        self.payloads += other.payloads
        self.rows += other.rows
        self.cleared += other.cleared
        self.folders += other.folders


def purge(
    ages: Ages,
    *,
    payloads_only: bool = False,
    batch: int = BATCH,
    seconds: float | None = None,
    progress: Callable[[Report], None] | None = None,
) -> Report:
    """Remove what is due, for so many seconds at most, and return what that was.

    ``progress`` is told the state of things after each batch.
    """
    purger = Purger(
        ages=ages,
        batch=batch,
        deadline=float("inf") if seconds is None else time.monotonic() + seconds,
        progress=progress or (lambda _: None),
    )
    try:
        purger.run([Purging.VALUES] if payloads_only else [Purging.ROWS, Purging.VALUES])
    except OutOfTime:
        purger.report.is_complete = False
    return purger.report


def finish(*, seconds: float) -> bool:
    """Go on with families that are marked as being purged, whatever their age.

    False: something is left, because the time was over.
    """
    purger = Purger(Ages(None, None), BATCH, time.monotonic() + seconds, lambda _: None)
    try:
        purger.finish(Purging.ROWS)
    except OutOfTime:
        return False
    return True


def preview(ages: Ages, *, payloads_only: bool = False) -> Report:
    """Return what `purge` would remove now, and change nothing."""
    moment = now()
    head, values = _due_runs(ages, moment, payloads_only=payloads_only)
    rows = {
        one.name: f"SELECT count(*) FROM {one.table} WHERE {one.of('IN (SELECT id FROM goes)')}"
        + (f" OR {one.of('IN (SELECT id FROM loses)')}" if one.is_value else "")
        for one in (*BELONGINGS, RUN)
    }
    cleared = {
        one.name: f"SELECT count(*) FROM {one.table} "
        f"WHERE {one.of('IN (SELECT id FROM loses)')} AND ({one.with_values})"
        for one in BELONGINGS
        if one.values
    }
    counts = [*rows.values(), *cleared.values(), "SELECT count(*) FROM loses"]
    with connection.cursor() as cursor:
        cursor.execute(f"{head} SELECT {', '.join(f'({count})' for count in counts)}", values)
        *found, payloads = cursor.fetchone()
    report = Report(payloads=payloads)
    report.rows += Counter(dict(zip(rows, found, strict=False)))
    report.cleared += Counter(dict(zip(cleared, found[len(rows) :], strict=True)))
    report.runs = report.rows[RUN.name]
    report.folders = _count_folders(head, values) + sum(1 for _ in leftovers(ages, moment))
    return report


@dataclass
class Purger:
    """One purge: what it may remove, and what it has removed so far."""

    ages: Ages
    batch: int
    deadline: float
    progress: Callable[[Report], None]
    moment: datetime = field(default_factory=now)
    report: Report = field(default_factory=Report)

    def run(self, kinds: Sequence[Purging]) -> None:
        """Remove all that is due. Raises OutOfTime."""
        for kind in kinds:
            self.finish(kind)
            for hints in self._hints(kind):
                self._step(partial(self._begin, kind, hints))
                self.finish(kind)
        for execution in leftovers(self.ages, self.moment):
            self._check_time()
            self.report.folders += files.place().discard([execution])

    def _hints(self, kind: Purging) -> Iterator[list[Due]]:
        """Yield families that seem due, as many together as one batch can probably take."""
        after, is_last = None, False
        while not is_last:
            found = due(self.ages, self.moment, rows=kind is Purging.ROWS, after=after, most=HINTS)
            is_last = len(found) < HINTS
            while found:
                total, together = 0, list[Due]()
                while found and (not together or total + found[0].weight <= self.batch):
                    total += found[0].weight
                    together.append(found.pop(0))
                after = together[-1].created, together[-1].root
                yield together

    def finish(self, kind: Purging) -> None:
        """Go on with the families that are half purged, until none is left that is free."""
        while self._step(partial(self._go_on, kind)):
            pass

    def _step(self, batch: Callable[["Batch"], bool]) -> bool:
        """Run one batch in a transaction of its own. False: there was nothing to do."""
        self._check_time()
        one = Batch(self.moment, self.batch)
        with transaction.atomic():
            found = batch(one)
        one.report.folders = files.place().discard(one.done)
        self.report.add(one.report)
        if found:
            self.progress(self.report)
        return found

    def _begin(self, kind: Purging, hints: Sequence[Due], batch: "Batch") -> bool:
        runs = batch.lock(kind, hints)
        if runs and not batch.remove(kind, runs):
            batch.mark(kind, runs)
        return bool(runs)

    def _go_on(self, kind: Purging, batch: "Batch") -> bool:
        runs = batch.lock_half_purged(kind)
        if runs:
            batch.remove(kind, runs)
        return bool(runs)

    def _check_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise OutOfTime


class Batch:
    """What one transaction removes: a bounded number of rows of some families."""

    def __init__(self, moment: datetime, size: int) -> None:
        self.moment = moment
        self.left = size
        self.report = Report()
        self.done: list[UUID] = []  # runs whose files can go

    def lock(self, kind: Purging, hints: Sequence[Due]) -> list[UUID]:
        """Lock the families that are still due and that nobody else has; return their runs."""
        fresh = [Purging.NOTHING, Purging.VALUES] if kind is Purging.ROWS else [Purging.NOTHING]
        still = "" if kind is Purging.ROWS else "AND payload_purged_at IS NULL"
        ended = self._locked(
            f"id = ANY(%(runs)s) AND purging = ANY(%(fresh)s) {still}",
            runs=[one.root for one in hints],
            fresh=[str(one) for one in fresh],
        )
        members: dict[UUID, list[UUID]] = {root: [root] for root in ended}
        for pk, root in self._all(
            f"SELECT id, root_id FROM {RUN.table} WHERE root_id = ANY(%(roots)s)",
            roots=list(members),
        ):
            members[root].append(pk)
        others = [pk for family in members.values() for pk in family[1:]]
        if others:
            ended |= self._locked("id = ANY(%(runs)s)", runs=others)
        return [
            pk
            for one in hints
            for pk in self._whole(members.get(one.root, []), ended, one.ended_before)
        ]

    def lock_half_purged(self, kind: Purging) -> list[UUID]:
        """Lock families of which a part is gone already, and return their runs."""
        roots = list(
            self._locked(
                "purging = %(kind)s AND NOT (purging = '') AND root_id IS NULL",
                f"LIMIT {HINTS}",
                kind=kind,
            )
        )
        if not roots:
            return []
        # These are marked, so that nobody retries them any more: the roots' locks are enough.
        members = f"SELECT id FROM {RUN.table} WHERE root_id = ANY(%(roots)s)"
        return [*roots, *(pk for (pk,) in self._all(members, roots=roots))]

    def remove(self, kind: Purging, runs: list[UUID]) -> bool:
        """Remove as much as the batch may of what belongs to the runs. False: something is left."""
        for one in BELONGINGS:
            if kind is Purging.ROWS or one.is_value:
                self.report.rows[one.name] += self._delete(one, runs)
            elif one.values:
                self.report.cleared[one.name] += self._clear(one, runs)
            if self.left <= 0:
                return False
        if kind is Purging.ROWS:
            self._drop(runs)
        else:
            self._empty(runs)
        self.done += runs
        return True

    def mark(self, kind: Purging, runs: list[UUID]) -> None:
        """Note that the runs are half purged. Their values count as gone from now on."""
        # A run's row may outlive the node execution that started it for a batch or two.
        orphan = ", parent_id = NULL" if kind is Purging.ROWS else ""
        self._do(
            f"UPDATE {RUN.table} SET purging = %(kind)s{orphan}, "
            "payload_purged_at = COALESCE(payload_purged_at, %(moment)s) WHERE id = ANY(%(runs)s)",
            kind=kind,
            moment=self.moment,
            runs=runs,
        )

    def _whole(
        self, family: list[UUID], ended: dict[UUID, datetime | None], before: datetime
    ) -> list[UUID]:
        """Return the family if all of it is locked and ended in time, else nothing."""
        ends = [ended.get(pk) for pk in family]
        return family if all(end is not None and end < before for end in ends) else []

    def _delete(self, one: Belonging, runs: list[UUID]) -> int:
        return self._bounded(f"DELETE FROM {one.table}", one, one.of("= ANY(%(runs)s)"), runs)

    def _clear(self, one: Belonging, runs: list[UUID]) -> int:
        changes = ", ".join(f"{name} = {empty}" for name, empty in one.values.items())
        condition = f"{one.of('= ANY(%(runs)s)')} AND ({one.with_values})"
        return self._bounded(f"UPDATE {one.table} SET {changes}", one, condition, runs)

    def _bounded(self, change: str, one: Belonging, condition: str, runs: list[UUID]) -> int:
        """Change at most as many rows as the batch has left, and return how many these were."""
        rows = f"SELECT {one.key} FROM {one.table} WHERE {condition} LIMIT %(left)s"
        count = self._do(
            f"{change} WHERE {one.key} = ANY(ARRAY({rows}))", runs=runs, left=self.left
        )
        self.left -= count
        return count

    def _drop(self, runs: list[UUID]) -> None:
        for one in REFERENCES:
            condition = one.of("= ANY(%(runs)s)")
            self._do(f"UPDATE {one.table} SET {one.column} = NULL WHERE {condition}", runs=runs)
        count = self._do(f"DELETE FROM {RUN.table} WHERE id = ANY(%(runs)s)", runs=runs)
        self.report.rows[RUN.name] += count
        self.report.runs += count

    def _empty(self, runs: list[UUID]) -> None:
        changes = ", ".join(f"{name} = {empty}" for name, empty in RUN.values.items())
        self.report.payloads += self._do(
            f"UPDATE {RUN.table} SET {changes}, purging = '', "
            "payload_purged_at = COALESCE(payload_purged_at, %(moment)s) WHERE id = ANY(%(runs)s)",
            moment=self.moment,
            runs=runs,
        )

    def _locked(
        self, condition: str, limit: str = "", **values: Any
    ) -> dict[UUID, datetime | None]:
        """Lock the runs that fulfil the condition and are free; return when each ended."""
        rows = f"SELECT id, ended_at FROM {RUN.table} WHERE {condition} {limit}"
        return dict(self._all(f"{rows} FOR UPDATE SKIP LOCKED", **values))

    def _all(self, sql: str, **values: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())

    def _do(self, sql: str, **values: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)


def leftovers(ages: Ages, moment: datetime) -> Iterator[UUID]:
    """Yield runs that are gone, or whose values are, and that have files on the disk all the same.

    Only files that are older than values may become: whatever database this is, nothing goes that
    the ages would keep.
    """
    days = ages.values if ages.rows is None else min(ages.rows, ages.values or ages.rows)
    if days is None:
        return
    before = moment - timedelta(days=max(days, LEAST_DAYS))
    old = (execution for execution, changed in files.place().runs() if changed < before)
    while some := list(islice(old, HINTS)):
        kept = Execution.objects.filter(pk__in=some, payload_purged_at=None)
        yield from set(some) - set(kept.values_list("pk", flat=True))


def _due_runs(ages: Ages, moment: datetime, *, payloads_only: bool) -> tuple[str, dict[str, Any]]:
    """Return a WITH clause of two tables, and its parameters: runs that go, runs that lose values."""
    values: dict[str, Any] = {}
    tables = []
    for kind, rows in ((Purging.ROWS, True), (Purging.VALUES, False)):
        query = None if rows and payloads_only else due_query(ages, moment, rows=rows)
        roots = f"SELECT id FROM {RUN.table} WHERE purging = '{kind}' AND NOT (purging = '')"
        if rows and payloads_only:
            roots += " AND false"
        if query is not None:
            roots += f" UNION SELECT id FROM ({query[0]}) due"
            values |= query[1]
        tables.append(f"SELECT id FROM {RUN.table} WHERE COALESCE(root_id, id) IN ({roots})")
    goes, loses = tables
    return (
        f"WITH goes AS MATERIALIZED ({goes}), "
        f"loses AS MATERIALIZED ({loses} EXCEPT SELECT id FROM goes)",
        values,
    )


def _count_folders(head: str, values: dict[str, Any]) -> int:
    """Return how many of the runs that are due have files on the disk."""
    here = {execution for execution, _ in files.place().runs()}
    if not here:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"{head} SELECT id FROM goes UNION ALL SELECT id FROM loses", values)
        return sum(pk in here for (pk,) in cursor.fetchall())


def forget_snapshots(moment: datetime) -> int:
    """Remove snapshots of drafts that no run points at any more; return how many.

    Of those that a run is being started with just now, none (`agents.graphs.snapshots` locks it).
    """
    unused = f"""
SELECT version.id FROM {VERSIONS} version
WHERE version.snapshot <> '' AND version.created < %(before)s
  AND NOT EXISTS (SELECT FROM {RUN.table} run WHERE run.graph_version_id = version.id)
LIMIT {BATCH} FOR UPDATE SKIP LOCKED"""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {VERSIONS} WHERE id = ANY(ARRAY({unused}))",
                {"before": moment - SNAPSHOTS_STAY},
            )
            return int(cursor.rowcount)
    except IntegrityError:  # a run began with one of them after we looked
        return 0
