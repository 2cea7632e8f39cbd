"""One node after another, on a real database."""

from unittest.mock import patch

import pytest
from django.db import OperationalError

from accounts.models import User
from agents.executions import blockcall, losses, runner
from agents.executions.models import Emission, Event, Execution, NodeExecution
from agents.executions.output import outputs
from tests.support.graphs import GraphBuilder
from tests.support.runs import run, run_to_end, start, statuses

pytestmark = pytest.mark.django_db


def calculator(b: float = 34, operation: str = "Add") -> GraphBuilder:
    graph = GraphBuilder("Calculator")
    given = graph.input("Input")
    sum_ = graph.node("CalculatorBlock", operation=operation, b=b)
    result = graph.output("Output")
    graph.link(given, "result", sum_, "a")
    graph.link(sum_, "result", result, "value")
    return graph


@pytest.mark.parametrize(("given", "expected"), [(8, 42.0), ("8", 42.0), ("abc", 34.0)])
def test_calculator_converts_what_it_is_given(alice: User, given: object, expected: float) -> None:
    execution = run(alice, calculator(), Input=given)

    assert execution.status == "COMPLETED"
    assert outputs(execution) == {"Output": [expected]}
    assert execution.error is None


def test_an_input_that_is_not_given_yields_nothing(alice: User) -> None:
    execution = run(alice, calculator())

    assert execution.status == "COMPLETED"
    assert outputs(execution) == {}
    assert execution.node_executions.count() == 1


def test_redelivered_message_does_nothing(alice: User) -> None:
    execution = start(alice, calculator(), Input=8)
    [row] = NodeExecution.objects.all()

    runner.run_node(row.pk)
    before = Event.objects.count()
    runner.run_node(row.pk)

    assert Event.objects.count() == before
    assert Emission.objects.filter(node_execution=row).count() == 1
    assert run_to_end(execution).status == "COMPLETED"


def test_events_are_numbered_without_gaps(alice: User) -> None:
    execution = run(alice, calculator(), Input=8)

    seqs = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, execution.last_seq + 1))


def test_an_error_that_nobody_handles_fails_the_run_and_names_the_node(alice: User) -> None:
    execution = run(alice, calculator(b=0, operation="Divide"), Input=8)

    assert execution.status == "FAILED"
    assert execution.error["code"] == "node_failed"
    assert execution.error["message"] == "Calculator failed: Division by zero has no result."
    assert outputs(execution) == {}


def test_a_linked_error_pin_handles_the_error(alice: User) -> None:
    graph = calculator(b=0, operation="Divide")
    divide = graph.nodes[1]["id"]
    problem = graph.output("Problem")
    graph.link(divide, "error", problem, "value")

    execution = run(alice, graph, Input=8)

    assert execution.status == "COMPLETED"
    assert outputs(execution) == {"Problem": ["Division by zero has no result."]}
    assert statuses(execution, divide) == ["FAILED"]


def test_a_worker_that_lost_its_lease_changes_nothing(alice: User) -> None:
    execution = start(alice, calculator(), Input=8)
    [row] = NodeExecution.objects.all()

    def take_over(*_: object) -> object:
        assert losses.take_over(row.pk, attempt=1)
        return iter(())

    with patch.object(blockcall, "emissions", take_over):
        runner.run_node(row.pk)

    row.refresh_from_db()
    assert (row.status, row.attempt) == ("QUEUED", 2)
    assert not Emission.objects.exists()
    assert Execution.objects.get(pk=execution.pk).status == "RUNNING"


def test_a_database_that_fails_under_a_block_is_not_the_blocks_failure(alice: User) -> None:
    start(alice, calculator(), Input=8)
    [row] = NodeExecution.objects.all()

    with (
        patch.object(blockcall, "emissions", side_effect=OperationalError("gone away")),
        pytest.raises(OperationalError),
    ):
        runner.run_node(row.pk)

    row.refresh_from_db()
    assert (row.status, row.error, row.emitted) == ("RUNNING", None, 0)
