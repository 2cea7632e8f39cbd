"""Models that use other nodes as tools: in a loop of links, and within their node."""

import json
from typing import Any

import pytest

from accounts.models import User
from agents.engine.ids import NodeId
from agents.engine.simulation import simulate
from agents.engine.tools import tools_of
from agents.executions.output import outputs
from blocks.sdk.models import Answer, ToolCall
from blocks.sdk.testing import CannedModels, FakeContext
from tests.support import runs
from tests.support.graphs import GraphBuilder
from tests.support.modelservers import asked_of, instance_model

pytestmark = pytest.mark.django_db(transaction=True)

ADD = Answer("", calls=[ToolCall("c1", "calculator", {"a": 8})])
BOTH = Answer(
    "", calls=[ToolCall("c1", "calculator", {"a": 8}), ToolCall("c2", "calculator_2", {"b": 5})]
)


def looped(source_name: str = "tools", **pins: Any) -> tuple[GraphBuilder, str]:
    """Return an agent whose model may add, in a loop of links, and the model's node."""
    graph = GraphBuilder()
    model = graph.node("SmartDecisionMakerBlock", **pins)
    graph.link(graph.input("Goal"), "result", model, "prompt")
    tool = graph.node("CalculatorBlock", operation="Add", b=34)
    graph.link(model, source_name, tool, "a")
    graph.link(tool, "result", model, "last_tool_output")
    graph.link(model, "conversations", model, "conversation_history")
    graph.link(model, "finished", graph.output("Said"), "value")
    return graph, model


@pytest.mark.parametrize("source_name", ["tools", "tools_^_calculator_~_a"])
def test_a_loop_of_links_ends_with_an_answer(alice: User, source_name: str) -> None:
    graph, model = looped(source_name)

    with instance_model(ADD, "It is 42.") as host:
        execution = runs.run(alice, graph, Goal="Add 34 to 8")

    assert (execution.status, outputs(execution)) == ("COMPLETED", {"Said": ["It is 42."]})
    first, second = asked_of(host)
    [tool] = first["tools"]
    assert tool["function"]["name"] == "calculator"
    assert list(tool["function"]["parameters"]["properties"]) == ["a"]
    assert [one["role"] for one in second["messages"]] == ["system", "user", "assistant", "tool"]
    assert second["messages"][1]["content"] == "[Main Objective Prompt]: Add 34 to 8"
    assert (second["messages"][3]["tool_call_id"], second["messages"][3]["content"]) == (
        "c1",
        "42.0",
    )
    assert runs.statuses(execution, model) == ["COMPLETED", "COMPLETED"]


def test_the_simulation_says_the_same() -> None:
    graph, _ = looped()
    context = FakeContext(models=CannedModels([ADD, "It is 42."]))

    run = simulate(graph.graph(), {"Goal": "Add 34 to 8"}, context=context)

    assert run.outputs == {"Said": ["It is 42."]}


def test_an_answer_without_a_tool_is_the_end(alice: User) -> None:
    graph, model = looped()

    with instance_model("Nothing to do.") as host:
        execution = runs.run(alice, graph, Goal="Rest")

    assert outputs(execution) == {"Said": ["Nothing to do."]}
    assert len(host.asked) == 1
    assert runs.statuses(execution, model) == ["COMPLETED"]


def test_several_calls_are_answered_one_after_another(alice: User) -> None:
    graph, model = looped(multiple_tool_calls=True)
    other = graph.node("CalculatorBlock", operation="Multiply", a=2)
    graph.link(model, "tools", other, "b")
    graph.link(other, "result", model, "last_tool_output")

    with instance_model(BOTH, "42 and 10.") as host:
        execution = runs.run(alice, graph, Goal="Both")

    assert outputs(execution) == {"Said": ["42 and 10."]}
    said = asked_of(host)[1]["messages"]
    assert [one["content"] for one in said if one["role"] == "tool"] == ["42.0", "10.0"]


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        (ToolCall("c0", "rocket", {}), "There is no tool 'rocket', but calculator."),
        (ToolCall("c0", "calculator", {"a": 1, "z": 2}), "calculator has no parameter z."),
        (ToolCall("c0", "calculator", {}), "calculator lacks a."),
    ],
)
def test_a_call_that_cannot_be_is_sent_back(alice: User, wrong: ToolCall, because: str) -> None:
    graph, _ = looped()

    with instance_model(Answer("", calls=[wrong]), "Then not.") as host:
        execution = runs.run(alice, graph, Goal="Fly")

    assert outputs(execution) == {"Said": ["Then not."]}
    last = asked_of(host)[1]["messages"][-1]
    assert json.loads(last["content"]) == {"error": because}


def test_calls_that_stay_wrong_fail(alice: User) -> None:
    graph, model = looped(retry=2)

    with instance_model(Answer("", calls=[ToolCall("c0", "rocket", {})])) as host:
        execution = runs.run(alice, graph, Goal="Fly")

    assert execution.status == "FAILED"
    [row] = runs.rows(execution, model)
    assert row.error is not None
    assert row.error["code"] == "model_answer_unusable"
    assert len(host.asked) == 2


def within(block: str = "CalculatorBlock", pin: str = "a", **pins: Any) -> GraphBuilder:
    """Return an agent whose model uses its tool within its node."""
    graph = GraphBuilder()
    model = graph.node("SmartDecisionMakerBlock", prompt="Go", agent_mode_max_iterations=3)
    graph.link(model, "tools", graph.node(block, **pins), pin)
    graph.link(model, "finished", graph.output("Said"), "value")
    return graph


def test_tools_run_within_the_node(alice: User) -> None:
    with instance_model(ADD, "It is 42.") as host:
        execution = runs.run(alice, within(operation="Add", b=34))

    assert (execution.status, outputs(execution)) == ("COMPLETED", {"Said": ["It is 42."]})
    assert json.loads(asked_of(host)[1]["messages"][-1]["content"]) == {"result": 42.0}
    assert execution.opened == 2


def test_rounds_come_to_an_end(alice: User) -> None:
    with instance_model(ADD) as host:
        execution = runs.run(alice, within(operation="Add", b=34))

    assert execution.status == "FAILED"
    assert execution.error is not None
    assert "not done after 3 rounds" in execution.error["message"]
    assert len(host.asked) == 3


@pytest.mark.parametrize(
    ("block", "pin", "pins"),
    [
        ("SendWebRequestBlock", "url", {}),
        ("FillTextTemplateBlock", "format", {"values": {}}),
    ],
)
def test_what_acts_or_computes_does_not_run_within_a_node(
    alice: User, block: str, pin: str, pins: Any
) -> None:
    graph = within(block, pin, **pins)
    tool = next(iter(tools_of(graph.graph(), NodeId(graph.nodes[0]["id"]))))
    call = Answer("", calls=[ToolCall("c1", tool.name, {pin: "https://example.com"})])

    with instance_model(call) as host:
        execution = runs.run(alice, graph)

    assert execution.status == "FAILED"
    assert execution.error is not None
    assert execution.error["nodes"][0]["code"] == "tool_unusable"
    assert len(host.asked) == 1
