"""A purge finds what it removes by indexes: among many runs it costs no more than among few."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from agents.executions.models import Execution
from agents.executions.purging import purge
from agents.executions.retention import Ages
from benchmarks.copies import EVENTS, TABLES, copy_run
from tests.support.graphs import calculator
from tests.support.runs import run

pytestmark = pytest.mark.django_db

RUNS = 1000  # enough that the planner would not read a table whole for some of its rows
OLD = 100  # days
VERBS = ("SELECT", "UPDATE", "DELETE", "WITH")


class KeepEverything(Exception):
    """Undoes a purge."""


@pytest.fixture
def many(alice: User) -> None:
    """Many young runs, and one old one."""
    copy_run(run(alice, calculator(), Input=8).pk, RUNS, days=0)
    old = run(alice, calculator(), Input=8)
    copy_run(old.pk, 1, days=OLD)


def statements_of(**options: Any) -> list[str]:
    """Return what a purge of the old run sends to PostgreSQL; nothing stays removed."""
    with CaptureQueriesContext(connection) as queries:
        try:
            with transaction.atomic():
                report = purge(Ages.older_than(OLD // 2), **options)
                raise KeepEverything
        except KeepEverything:
            assert (report.runs or report.payloads) == 1
    assert Execution.objects.count() == RUNS + 3
    return [one["sql"] for one in queries if one["sql"].lstrip().startswith(VERBS)]


def scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (how, table) for each table that a plan reads."""
    if "Relation Name" in plan and plan["Node Type"] != "ModifyTable":
        yield plan["Node Type"], plan["Relation Name"]
    for below in plan.get("Plans", ()):
        yield from scans(below)


def plan_of(sql: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql.replace('%', '%%')}", [])
        [found] = cursor.fetchone()
    parsed = json.loads(found) if isinstance(found, str) else found
    return list(scans(parsed[0]["Plan"]))


@pytest.mark.parametrize("payloads_only", [True, False])
@pytest.mark.parametrize("batch", [5, 1000])
def test_no_statement_of_a_purge_reads_a_table_of_runs_whole(
    batch: int, payloads_only: bool, many: None
) -> None:
    statements = statements_of(batch=batch, payloads_only=payloads_only)

    plans = {sql: plan_of(sql) for sql in statements}

    read = {table for plan in plans.values() for _, table in plan}
    assert read >= {*TABLES} - ({EVENTS} if payloads_only else set())
    whole = {
        sql: scan
        for sql, plan in plans.items()
        for scan in plan
        if scan[0] == "Seq Scan" and scan[1] in TABLES
    }
    assert whole == {}


@pytest.mark.parametrize("payloads_only", [True, False])
def test_what_is_empty_would_be_read_by_an_index_too(payloads_only: bool, many: None) -> None:
    statements = statements_of(payloads_only=payloads_only)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan TO off")

    scanned = {scan for sql in statements for scan in plan_of(sql)}

    assert {table for how, table in scanned if how == "Seq Scan"} <= {"graphs_agent"}
    assert ("Seq Scan", "executions_review") not in scanned
