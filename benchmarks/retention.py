"""How fast old runs go, beside a plain DELETE of as many rows from tables without any index.

``python -m benchmarks.retention [RUNS]``: runs of ten nodes, half a dozen rows for each node. The
plain DELETE is what PostgreSQL takes to mark rows as gone; ours also keeps foreign keys, and locks.
"""

import json
import os
import statistics
import sys
import time
from dataclasses import asdict, dataclass
from uuid import UUID

from benchmarks.graphs import chain
from benchmarks.instance import laboratory

ROUNDS = 5
RUNS = 2000


@dataclass(frozen=True)
class Speed:
    """Rows that went in a second (medians), and how many times longer it took than a DELETE."""

    what: str
    rows: int
    rows_per_second: float
    plain_rows_per_second: float
    ratio: float


def measure(runs: int = RUNS, rounds: int = ROUNDS) -> list[Speed]:
    """Return the speed of purging whole runs, and of purging only their values."""
    return [
        _measure("whole runs", runs, rounds, payloads_only=False),
        _measure("values only", runs, rounds, payloads_only=True),
    ]


def _measure(what: str, runs: int, rounds: int, *, payloads_only: bool) -> Speed:
    from agents.executions.purging import purge
    from agents.executions.retention import Ages
    from benchmarks.copies import copy_run

    template = _finished_run()
    figures: list[tuple[int, float, float]] = []
    for _ in range(rounds + 1):
        copy_run(template, runs, days=2)
        plain = _plain_delete(payloads_only=payloads_only)
        began = time.perf_counter()
        report = purge(Ages.older_than(1), payloads_only=payloads_only)
        seconds = time.perf_counter() - began
        gone = report.payloads if payloads_only else report.runs
        if gone != runs:
            raise RuntimeError(f"{gone} of {runs} runs were purged.")
        figures.append((report.changed, seconds, plain))
        if payloads_only:
            purge(Ages.older_than(1))
    figures = figures[1:]  # the first one warms up
    rows = figures[0][0]
    return Speed(
        what,
        rows,
        statistics.median(rows / seconds for _, seconds, _ in figures),
        statistics.median(rows / plain for *_, plain in figures),
        statistics.median(seconds / plain for _, seconds, plain in figures),
    )


def _finished_run() -> UUID:
    """Return the id of a run of ten nodes that ended just now."""
    from accounts.models import User
    from agents.executions import runner, starting
    from agents.executions.models import Execution, NodeExecution
    from agents.graphs.services import create_agent

    owner, _ = User.objects.get_or_create(username="bench")
    execution = starting.start(owner_id=owner.pk, version=create_agent(owner, chain(10)), inputs={})
    ready = NodeExecution.objects.filter(status="QUEUED").values_list("pk", flat=True)
    while queued := list(ready.all()):
        for pk in queued:
            runner.run_node(pk)
    return Execution.objects.get(pk=execution.pk, status="COMPLETED").pk


def _plain_delete(*, payloads_only: bool) -> float:
    """Return the seconds that a DELETE takes of as many rows, in copies of the tables."""
    from django.db import connection

    from benchmarks.copies import EMISSIONS, NODES, TABLES

    tables = (EMISSIONS, NODES) if payloads_only else TABLES
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"CREATE TABLE plain_{table} AS SELECT * FROM {table}")
        began = time.perf_counter()
        for table in tables:
            cursor.execute(f"DELETE FROM plain_{table}")
        seconds = time.perf_counter() - began
        for table in tables:
            cursor.execute(f"DROP TABLE plain_{table}")
    return seconds


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with laboratory():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        os.environ["LOG_LEVEL"] = "ERROR"
        import django

        django.setup()
        print(json.dumps([asdict(one) for one in measure(runs)], indent=2))


if __name__ == "__main__":
    main()
