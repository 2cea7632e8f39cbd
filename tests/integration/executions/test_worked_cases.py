"""The table of worked cases, run through the journal on PostgreSQL."""

import pytest

from accounts.models import User
from agents.executions.models import Event, Execution, NodeExecution
from agents.executions.output import outputs
from tests.support.cases import CASES, Case
from tests.support.runs import run


def left_over(execution: Execution) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    rows = NodeExecution.objects.filter(execution=execution, status="INCOMPLETE")
    for row in rows.order_by("number"):
        found.setdefault(title(execution, row), []).append(sorted(row.arrived))
    return found


def title(execution: Execution, row: NodeExecution) -> str:
    return execution.graph_version.graph.nodes[row.node_id].title  # type: ignore[index]


def told(execution: Execution) -> dict[str, list[list[str]]]:
    """Return what was told of each node's executions, in the order in which these were opened."""
    found: dict[str, list[list[str]]] = {}
    for row in NodeExecution.objects.filter(execution=execution).order_by("number"):
        events = row.events.order_by("seq").values_list("status", flat=True)
        found.setdefault(title(execution, row), []).append(list(events))
    return found


@pytest.fixture(params=["broker", "lane"])
def way(request: pytest.FixtureRequest) -> str:
    if request.param == "lane":
        request.getfixturevalue("lane")
    return str(request.param)


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, alice: User, way: str) -> None:
    execution = run(alice, case.build(), **case.inputs)

    assert outputs(execution) == case.outputs
    assert execution.status == case.status
    assert left_over(execution) == case.left_over
    failed = execution.node_executions.filter(status="FAILED")
    assert {title(execution, row): row.error["code"] for row in failed} == case.failures
    assert execution.failed == len(failed)
    numbers = Event.objects.filter(execution=execution).values_list("seq", flat=True)
    assert sorted(numbers) == list(range(1, execution.last_seq + 1))


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_watchers_hear_the_same_of_each_node_whichever_way(
    case: Case, alice: User, request: pytest.FixtureRequest
) -> None:
    by_broker = told(run(alice, case.build(), **case.inputs))
    request.getfixturevalue("lane")

    assert told(run(alice, case.build(), **case.inputs)) == by_broker
