"""10,000 runs that wait: they hold no worker, and looking after them costs next to nothing."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from accounts.models import User
from agents.executions import recovery, runner
from agents.executions.models import Execution, NodeExecution
from tests.support.cases import shown, sub_agent
from tests.support.crowds import copy_run
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, run, run_queued, start

pytestmark = pytest.mark.django_db

PARENTS = 3000  # each waits for the run of an agent, which sleeps
SLEEPERS = 4000
FEW = 20  # rows
PAST = now() - timedelta(hours=1)


def sleeper(name: str = "Sleeper") -> GraphBuilder:
    graph = GraphBuilder(name)
    node = graph.node("CountdownTimerBlock", input_message="tick", days=3)
    shown(graph, node, "output_message")
    return graph


def test_ten_thousand_waiting_runs_hold_no_worker_and_cost_a_sweep_nothing(alice: User) -> None:
    alone, parent = crowd(alice)
    assert Execution.objects.live().count() == 10_000
    assert NodeExecution.objects.filter(status="WAITING", lease_until=None).count() == 10_000
    assert not NodeExecution.objects.filter(status__in=["QUEUED", "RUNNING"]).exists()

    with CaptureQueriesContext(connection) as sweep:
        assert set(recovery.sweep().values()) == {0}
    assert rows_read(sweep) < FEW
    with CaptureQueriesContext(connection) as tick:
        assert recovery.wake_sleepers() == 0
    assert (len(tick), rows_read(tick)) == (2, 0)
    with CaptureQueriesContext(connection) as audit:  # seldom, so it may look at each run
        assert set(recovery.audit().values()) == {0}
    assert rows_read(audit) < 3 * 10_000

    # Those that are due are found among all the others.
    end_the_sleep(alone)
    with CaptureQueriesContext(connection) as tick:
        assert recovery.wake_sleepers() == 1
    assert rows_read(tick) < FEW
    run_all(alone)
    assert fresh(alone).status == "COMPLETED"

    [waits] = parent.node_executions.filter(status="WAITING")
    child = Execution.objects.get(parent=waits)
    end_the_sleep(child)
    recovery.wake_sleepers()
    run_all(child)  # nothing is committed here, so it wakes nobody
    with CaptureQueriesContext(connection) as tick:
        assert recovery.wake_sleepers() == 1
    assert rows_read(tick) < FEW
    assert recovery.wake_sleepers() == 0
    run_all(parent)
    assert fresh(parent).status == "COMPLETED"
    assert Execution.objects.live().count() == 10_000 - 3


def crowd(owner: User) -> tuple[Execution, Execution]:
    """Make 10,000 waiting runs beside some that ended; return a sleeper and a parent."""
    ended = run(owner, calculator(), Input=1)
    alone = start(owner, sleeper())
    parent = start(owner, sub_agent(sleeper("Child")))
    while run_queued():
        pass
    copy_run(ended, 2000)
    copy_run(alone, SLEEPERS - 1)
    copy_run(parent, PARENTS - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE executions_execution, executions_nodeexecution")
    return alone, parent


def end_the_sleep(execution: Execution) -> None:
    [row] = execution.node_executions.filter(status="WAITING")
    row.sleeps = [PAST.isoformat()]
    row.wake_at = PAST
    row.save()


def run_all(execution: Execution) -> None:
    while queued := execution.node_executions.filter(status="QUEUED").first():
        runner.run_node(queued.pk)


def rows_read(statements: CaptureQueriesContext) -> int:
    """Return how many rows PostgreSQL looks at for the questions among these, wanted or not."""
    return sum(
        sum(map(_rows_of, _scans(_plan(one["sql"]))))
        for one in statements.captured_queries
        if one["sql"].startswith("SELECT") and ";" not in one["sql"]
    )


def _plan(sql: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        [answer] = cursor.fetchone()
    found: dict[str, Any] = (json.loads(answer) if isinstance(answer, str) else answer)[0]
    return dict(found["Plan"])


def _scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    below = plan.get("Plans", [])
    if not below:
        yield plan
    for one in below:
        yield from _scans(one)


def _rows_of(scan: dict[str, Any]) -> int:
    dropped = scan.get("Rows Removed by Filter", 0) + scan.get("Rows Removed by Index Recheck", 0)
    return int(scan["Actual Loops"] * (scan["Actual Rows"] + dropped))
