"""Runs that are old enough to be purged, and what a purge said and left."""

from datetime import timedelta
from typing import Any

from django.utils.timezone import now

from accounts.models import User
from agents.executions.belongings import BELONGINGS, RUN
from agents.executions.models import (
    Execution,
)
from agents.executions.purging import Report
from agents.executions.retention import Ages
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, run

NOTHING = {
    "runs": 0,
    "payloads": 0,
    "rows": {},
    "cleared": {},
    "folders": 0,
    "complete": True,
}
# Of one run of the calculator.
ROWS = {"emissions": 4, "events": 12, "executions": 1, "node_executions": 3, "run_storages": 1}
EVERYTHING = Ages.older_than(0)


def age(execution: Execution, days: float) -> Execution:
    """Let a run have begun and ended so many days ago."""
    moment = now() - timedelta(days=days)
    rows = Execution.objects.filter(pk=execution.pk)
    rows.update(created=moment)
    rows.exclude(ended_at=None).update(ended_at=moment)
    return fresh(execution)


def old_run(owner: User, days: float = 100) -> Execution:
    return age(run(owner, calculator(), Input=8), days)


def parent_of_two(owner: User, days: float = 100) -> list[Execution]:
    """Return a run and the two that it started, all of them ended."""
    inner = calculator("Inner")
    outer = GraphBuilder("Outer")
    first, second = outer.agent(inner, Input=1), outer.agent(inner, Input=2)
    shown(outer, first, "Output", "first")
    shown(outer, second, "Output", "second")
    root = run(owner, outer)
    family = [root, *Execution.objects.filter(root=root)]
    return [age(one, days) for one in family]


def counted(report: Report) -> dict[str, Any]:
    """Return the report without tables of which nothing went."""
    told = report.as_json()
    return told | {key: {k: n for k, n in told[key].items() if n} for key in ("rows", "cleared")}


def left() -> dict[str, int]:
    found = {one.name: one.model._default_manager.count() for one in (*BELONGINGS, RUN)}
    return {name: count for name, count in found.items() if count}


def failed_run(owner: User) -> Execution:
    graph = GraphBuilder()
    shown(graph, values(graph, 1, fail="It broke."), "out")
    return age(run(owner, graph), 100)
