"""Whole runs in memory."""

import pytest
from hypothesis import given, settings

from agents.engine.errors import InvalidInputs
from agents.engine.simulation import simulate
from blocks.sdk.testing import FakeContext
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder
from tests.support.random_graphs import Plan, build, plans


def test_node_executions_run_in_the_order_in_which_they_became_ready() -> None:
    g = GraphBuilder()
    first, second = values(g, 1), values(g, 2)
    for source in (second, first):
        shown(g, source, "out")

    run = simulate(g.graph())

    assert run.outputs == {"out": [1, 2]}
    assert [one.node_id for one in run.executions][:2] == [first, second]


def test_sleeps_return_at_once_and_are_listed() -> None:
    g = GraphBuilder()
    timer = g.node("CountdownTimerBlock", input_message="tick", hours=1, repeat=2)
    shown(g, timer, "output_message")
    context = FakeContext()

    assert simulate(g.graph(), context=context).outputs == {"out": ["tick", "tick"]}
    assert context.slept == [3600, 3600]


def test_an_endless_loop_is_left_at_the_limit() -> None:
    g = GraphBuilder()
    node = g.node("PrintToConsoleBlock")
    g.link(values(g, "again"), "out", node, "text")
    g.link(node, "output", node, "text")

    run = simulate(g.graph(), limit=50)

    assert len(run.executions) == 51


def test_what_cannot_start_does_not() -> None:
    g = GraphBuilder()
    g.node("ConditionBlock", value1=1, value2=1, operator="~")

    with pytest.raises(InvalidInputs) as refusal:
        simulate(g.graph())

    assert [one.pin for one in refusal.value.errors] == ["operator"]


def test_an_agent_that_is_not_at_hand_fails_its_node() -> None:
    child = GraphBuilder()
    shown(child, values(child, 1), "out")
    g = GraphBuilder()
    g.agent(child)

    run = simulate(g.graph(), graphs={})

    assert (run.status, [one.code for one in run.failures]) == ("FAILED", ["sub_agent_failed"])


class TestDisabledNodes:
    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(plan=plans())
    def test_a_graph_runs_as_if_they_were_not_there(self, plan: Plan) -> None:
        whole = build(plan)
        left = build(plan)
        gone = {node["id"] for node in left.nodes if node["metadata"].get("disabled")}
        left.nodes = [node for node in left.nodes if node["id"] not in gone]
        left.links = [one for one in left.links if not {one["source_id"], one["sink_id"]} & gone]
        run = simulate(whole.graph(), plan.inputs, graphs=whole.family())

        assert run.outputs == simulate(left.graph(), plan.inputs, graphs=left.family()).outputs
        assert not gone & {one.node_id for one in run.executions}

    def test_a_node_that_only_a_disabled_one_feeds_goes_without(self) -> None:
        g = GraphBuilder()
        source = g.node("StoreValueBlock", input="a")
        total = g.node("CalculatorBlock", operation="Add", a=1, b=2)
        g.link(source, "output", total, "a")
        g.link(total, "result", g.output("sum"), "value")
        g.policy(source, disabled=True)

        assert simulate(g.graph()).outputs == {"sum": [3]}
