"""Nothing waits in silence: a sentence for every state that is not an end."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.executions import journal
from agents.executions.models import Execution, NodeExecution
from agents.executions.waiting import MOST, waiting
from tests.support.cases import shown, sub_agent, values
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, rows, run, run_node, start

pytestmark = pytest.mark.django_db


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
            "reason": "The sum: input `b` has not arrived",
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


def test_a_queued_node_is_worth_a_word_after_a_while(alice: User) -> None:
    execution = start(alice, calculator(), Input=1)
    assert reasons(execution) == []

    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    NodeExecution.objects.update(queued_at=moment)

    assert reasons(execution) == [
        "Agent Input: no worker on the queue 'io' has taken it since 03:04:05 UTC"
    ]


def test_a_running_node_is_silent_until_its_worker_is(alice: User) -> None:
    execution = start(alice, calculator(), Input=1)
    [row] = NodeExecution.objects.all()
    journal.claim(row.pk, worker="host:1:t")
    assert reasons(execution) == []

    moment = now() - timedelta(minutes=1)
    NodeExecution.objects.update(lease_until=moment)

    assert reasons(execution) == [
        f"Agent Input: its worker 'host:1:t' was last heard from before {moment:%H:%M:%S} UTC; "
        "the sweep takes it over"
    ]


def test_a_node_that_runs_an_agent_names_the_run(alice: User) -> None:
    child = GraphBuilder()
    shown(child, values(child, 1), "out")
    graph = sub_agent(child)
    execution = start(alice, graph)
    run_node(execution, graph.nodes[0]["id"])
    below = Execution.objects.get(parent__isnull=False)

    assert reasons(execution) == [f"Agent Executor: waits for the run {below.pk} of its agent"]


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
