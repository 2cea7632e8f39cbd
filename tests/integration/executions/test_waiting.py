"""Nothing waits in silence: a sentence for every state that is not an end."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.executions import claims, services
from agents.executions.models import Event, Execution, NodeExecution
from agents.executions.reasons import clock
from agents.executions.scene import Lookup
from agents.executions.waiting import MOST, lines, summary, waiting
from tests.integration.executions.conftest import Limits
from tests.support.cases import shown, sub_agent, values
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, rows, run, run_node, start

pytestmark = pytest.mark.django_db


def helps(execution: Execution, kind: str) -> list[str]:
    return [one["help"] for one in waiting(fresh(execution)) if one["kind"] == kind]


def reasons(execution: Execution) -> list[str]:
    return [one["reason"] for one in waiting(fresh(execution))]


def test_a_finished_run_names_the_pins_that_never_got_a_value(alice: User) -> None:
    graph = GraphBuilder()
    total = graph.add("b1ab9b19-67a6-406d-abf5-2dba76d00c79", {"operation": "Add"}, title="The sum")
    graph.link(values(graph, 1, 2), "out", total, "a")
    graph.link(values(graph), "out", total, "b")
    execution = run(alice, graph)

    first, second = rows(execution, total)
    assert execution.status == "COMPLETED"
    assert waiting(execution) == [
        {
            "node_exec_id": str(row.pk),
            "node_id": total,
            "node_title": "The sum",
            "status": "INCOMPLETE",
            "pins": ["b"],
            "kind": "inputs",
            "reason": "The sum: input `b` has not arrived",
            "since": row.added_at.isoformat().replace("+00:00", "Z"),
            "help": "`b` comes from `out` of Emit, which gave no further value before the run "
            "ended.",
        }
        for row in (first, second)
    ]


def test_values_that_do_not_fit_are_told_with_their_pin(alice: User) -> None:
    graph = GraphBuilder()
    node = graph.node("ConditionBlock", value1=1, value2=1)
    graph.link(values(graph, "~~"), "out", node, "operator")

    [word] = waiting(run(alice, graph))

    assert word["pins"] == ["operator"]
    assert word["reason"].startswith("Condition: input `operator`: Input should be '=='")


def test_a_live_run_says_what_feeds_a_pin_and_whether_it_still_can(alice: User) -> None:
    graph = GraphBuilder()
    total = graph.node("CalculatorBlock", operation="Add")
    never, later = values(graph), values(graph, 2)
    graph.link(never, "out", total, "a")
    graph.link(later, "out", total, "b")
    graph.link(values(graph, 1), "out", total, "b")
    execution = start(alice, graph)
    run_node(execution, graph.nodes[3]["id"])

    assert helps(execution, "inputs") == [
        "`a` comes from `out` of Emit, which may still give a value."
    ]
    run_node(execution, never)
    assert helps(execution, "inputs") == [
        "`a` comes from `out` of Emit, which can give no value any more."
    ]


def test_a_queued_node_tells_since_when_and_whether_it_was_left_lying(alice: User) -> None:
    execution = start(alice, calculator(), Input=1)
    [row] = NodeExecution.objects.all()
    [entry] = waiting(fresh(execution))
    assert (entry["kind"], entry["help"]) == (
        "queued",
        "Nobody has to do anything. A worker takes it soon.",
    )
    assert row.queued_at is not None
    assert entry["since"] == row.queued_at.isoformat().replace("+00:00", "Z")

    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    NodeExecution.objects.update(queued_at=moment)

    [entry] = waiting(fresh(execution), quiet=True)
    assert (entry["kind"], entry["since"]) == ("no_worker", "2026-01-02T03:04:05Z")
    assert entry["reason"] == (
        "Agent Input: no worker serves the queue 'io'; it waits since 2026-01-02 03:04:05 UTC"
    )
    assert entry["help"].startswith("An operator: `trellis up`, or start a worker for 'io'")


def test_a_queue_that_is_long_is_told(alice: User) -> None:
    execution = start(alice, calculator(), Input=1)
    start(alice, calculator(), Input=1)
    NodeExecution.objects.update(queued_at=datetime(2026, 1, 2, tzinfo=UTC))

    with patch.object(Lookup, "served", frozenset({"io"})):
        assert reasons(execution) == [
            "Agent Input: no worker on the queue 'io' has taken it since 2026-01-02 00:00:00 UTC; "
            "1 more are queued there"
        ]


def test_a_running_node_names_its_worker_and_says_when_that_is_silent(alice: User) -> None:
    execution = start(alice, calculator(), Input=1)
    [row] = NodeExecution.objects.all()
    claims.claim(row.pk, worker="host:1:t")
    row.refresh_from_db()
    assert row.started_at is not None
    assert reasons(execution) == [
        f"Agent Input: runs on 'host:1:t' since {row.started_at:%H:%M:%S} UTC"
    ]
    assert waiting(fresh(execution), quiet=True) == []

    moment = now() - timedelta(minutes=1)
    NodeExecution.objects.update(lease_until=moment)

    [entry] = waiting(fresh(execution), quiet=True)
    assert entry["kind"] == "lease_overdue"
    assert entry["reason"] == (
        f"Agent Input: its worker 'host:1:t' was last heard from before {clock(moment)}; "
        "the sweep takes it over"
    )


def test_a_run_that_is_being_stopped_names_who_has_not_listened(alice: User) -> None:
    execution = start(alice, calculator(), Input=1)
    [row] = NodeExecution.objects.all()
    claims.claim(row.pk, worker="host:1:t")
    services.stop_execution(execution.pk)

    whole, node = waiting(fresh(execution), quiet=True)

    assert (whole["node_exec_id"], whole["kind"], whole["reason"]) == (
        None,
        "stopping",
        "The run is being stopped",
    )
    assert (node["node_exec_id"], node["kind"], node["reason"]) == (
        str(row.pk),
        "stopping",
        "Agent Input: was asked to stop and has not listened yet; it runs on 'host:1:t'",
    )
    assert node["since"] == whole["since"] is not None


def test_a_sleeping_node_says_until_when_and_since_when(alice: User) -> None:
    graph = GraphBuilder()
    node = graph.node("CountdownTimerBlock", hours=1)
    execution = start(alice, graph)
    row = run_node(execution, node)
    event = Event.objects.get(node_execution=row, status="WAITING")
    assert row.wake_at is not None

    [entry] = waiting(fresh(execution))

    assert (entry["kind"], entry["since"], entry["help"]) == (
        "time",
        event.created.isoformat().replace("+00:00", "Z"),
        "Nobody has to do anything. It wakes by itself.",
    )
    assert entry["reason"].endswith(f": sleeps until {row.wake_at:%Y-%m-%d %H:%M:%S} UTC")


def test_a_node_that_runs_an_agent_names_the_run_and_what_that_waits_for(alice: User) -> None:
    child = GraphBuilder()
    shown(child, values(child, 1), "out")
    graph = sub_agent(child)
    execution = start(alice, graph)
    run_node(execution, graph.nodes[0]["id"])
    below = Execution.objects.get(parent__isnull=False)
    NodeExecution.objects.filter(execution=below).update(queued_at=datetime(2026, 1, 2, tzinfo=UTC))

    [entry] = waiting(fresh(execution))

    assert (entry["kind"], entry["reason"]) == (
        "agent",
        f"Agent Executor: waits for the run {below.pk} of its agent: Emit: no worker serves the "
        "queue 'io'; it waits since 2026-01-02 00:00:00 UTC",
    )
    assert entry["help"].startswith("An operator:")


@pytest.mark.parametrize(
    ("waits_for", "text"),
    [
        (
            {"kind": "retry", "until": "2026-01-02T03:04:05+00:00", "attempt": 2, "of": 3},
            "is tried again at 2026-01-02 03:04:05 UTC: try 2 of 3",
        ),
        ({"kind": "stop"}, "waits for the run to be stopped"),
        ({"kind": "moonrise"}, "waits for moonrise"),
        ({}, "waits for something unknown"),
    ],
)
def test_each_kind_of_wait_has_its_words(waits_for: dict[str, Any], text: str, alice: User) -> None:
    execution = start(alice, calculator(), Input=1)
    NodeExecution.objects.update(status="WAITING", waits_for=waits_for)

    [entry] = waiting(fresh(execution))

    assert entry["reason"] == f"Agent Input: {text}"
    assert entry["kind"] == waits_for.get("kind", "unknown")
    assert entry["help"].endswith(".")


class TestSummary:
    def test_the_most_telling_reason_stands_for_the_run(self, alice: User) -> None:
        graph = GraphBuilder()
        sleeper, other = graph.node("CountdownTimerBlock", hours=1), values(graph, 1)
        execution = start(alice, graph)
        run_node(execution, sleeper)
        found = summary(fresh(execution))
        assert found is not None
        assert (found["kind"], "(and 1 more)" in found["reason"]) == ("time", True)

        NodeExecution.objects.filter(node_id=other).update(
            queued_at=datetime(2026, 1, 2, tzinfo=UTC)
        )

        found = summary(fresh(execution))
        assert found is not None
        assert found["reason"] == (
            "Emit: no worker serves the queue 'io'; it waits since 2026-01-02 00:00:00 UTC "
            "(and 1 more)"
        )
        assert lines([fresh(execution)]) == {execution.pk: found["reason"]}

    def test_a_run_that_has_ended_waits_for_nothing(self, alice: User) -> None:
        execution = run(alice, calculator(), Input=1)

        assert (summary(execution), lines([execution])) == (None, {})

    def test_many_runs_take_as_many_queries_as_two(
        self, alice: User, django_assert_num_queries: Any
    ) -> None:
        runs = [fresh(start(alice, calculator(), Input=1)) for _ in range(6)]
        for one in runs:
            assert one.graph_version.graph

        with django_assert_num_queries(2):
            assert len(lines(runs)) == 6


def test_a_finished_run_says_nothing_of_what_ended(alice: User) -> None:
    assert waiting(run(alice, calculator(), Input=1)) == []


def test_not_more_than_two_hundred_are_told(alice: User) -> None:
    graph = GraphBuilder()
    total = graph.node("CalculatorBlock", operation="Add")
    graph.link(values(graph, *range(MOST + 1)), "out", total, "a")
    graph.link(values(graph), "out", total, "b")

    execution = run(alice, graph)

    assert len(rows(execution, total)) == MOST + 1
    assert len(waiting(execution)) == MOST


def test_a_run_without_a_place_says_why(alice: User, limits: Limits) -> None:
    limits(max_concurrent=1)
    start(alice, calculator(), Input=1)
    second = start(alice, calculator(), Input=1)

    [entry] = waiting(fresh(second))

    assert (entry["node_exec_id"], entry["kind"], entry["reason"]) == (
        None,
        "admission",
        "The run waits for a free place: 1 of your 1 runs are at work",
    )
    assert entry["help"].startswith("Its owner: stop another run")
    assert lines([fresh(second)]) == {second.pk: "waits for a free place"}
