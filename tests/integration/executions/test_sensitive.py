"""Sensitive blocks: where the agent's settings say so, a person allows each run of them."""

from typing import Any

import pytest

from accounts.models import User
from agents.executions import interventions, reviewing
from agents.executions.models import Emission, Execution, Review
from agents.executions.output import outputs
from agents.graphs import services as graphs
from agents.graphs.models import Agent
from tests.support.cases import shown
from tests.support.graphs import GraphBuilder
from tests.support.runs import rows, run_node, run_to_end, start, statuses

pytestmark = pytest.mark.django_db


def paying(owner: User, *, safe: bool = True) -> tuple[Execution, str]:
    """Return a run of an agent that pays, and the node that does."""
    g = GraphBuilder("Paying")
    node = g.node("Pay", values=["paid"])
    shown(g, node, "out", "out")
    shown(g, node, "error", "error")
    execution = start(owner, g)
    agent = Agent.objects.get(pk=execution.graph_version.agent_id)
    graphs.change_settings(agent, {"sensitive_action_safe_mode": safe})
    return execution, node


def test_a_sensitive_block_waits_before_it_does_anything(alice: User) -> None:
    execution, node = paying(alice)
    row = run_node(execution, node)

    review = Review.objects.get()
    assert (row.status, row.emitted) == ("WAITING", 0)
    assert (review.name, review.payload) == ("May Pay run with this?", {"values": ["paid"]})
    assert review.editable


def test_it_runs_once_it_is_allowed(alice: User) -> None:
    execution, node = paying(alice)
    run_node(execution, node)

    reviewing.decide(Review.objects.get(), by=alice, approve=True)

    assert outputs(run_to_end(execution)) == {"out": ["paid"]}
    [row] = rows(execution, node)
    assert Emission.objects.filter(node_execution=row).count() == 1


def test_it_runs_with_what_was_made_of_its_inputs(alice: User) -> None:
    execution, node = paying(alice)
    run_node(execution, node)

    reviewing.decide(Review.objects.get(), by=alice, approve=True, data={"values": ["less"]})

    assert outputs(run_to_end(execution)) == {"out": ["less"]}


@pytest.mark.parametrize(("message", "end"), [("", "."), ("Too much.", ": Too much.")])
def test_it_fails_without_running_when_it_is_not_allowed(
    message: str, end: str, alice: User
) -> None:
    execution, node = paying(alice)
    run_node(execution, node)

    reviewing.decide(Review.objects.get(), by=alice, approve=False, message=message)

    sentence = f"A person did not allow this{end}"
    assert outputs(run_to_end(execution)) == {"error": [sentence]}
    [row] = rows(execution, node)
    assert row.error == {"code": "action_rejected", "message": sentence}


@pytest.mark.parametrize("data", [None, [1], "values", {"values": 7}])
def test_inputs_that_do_not_fit_any_more_are_an_error(data: Any, alice: User) -> None:
    execution, node = paying(alice)
    run_node(execution, node)

    reviewing.decide(Review.objects.get(), by=alice, approve=True, data=data)

    assert run_to_end(execution).status == "COMPLETED"  # the error has a link
    [row] = rows(execution, node)
    assert row.error["code"] in {"block_failed", "invalid_pins"}
    assert row.emitted == 1


def test_nobody_is_asked_where_the_agent_does_not_want_it(alice: User) -> None:
    execution, _ = paying(alice, safe=False)

    assert outputs(run_to_end(execution)) == {"out": ["paid"]}
    assert not Review.objects.exists()


def test_a_change_of_the_setting_does_not_answer_what_was_asked(alice: User) -> None:
    execution, node = paying(alice)
    row = run_node(execution, node)
    agent = Agent.objects.get(pk=execution.graph_version.agent_id)
    graphs.change_settings(agent, {"sensitive_action_safe_mode": False})
    interventions.requeue(row.pk)

    run_node(execution, node)

    assert statuses(execution, node) == ["WAITING"]
    assert Review.objects.count() == 1
