"""Pinned outputs stand in for blocks, in graphs that are built with their pins."""

from typing import Any

import pytest

from agents.engine import likeness
from agents.engine.graph import Graph
from agents.engine.ids import NodeId
from agents.engine.simulation import simulate
from agents.engine.states import NodeStatus
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder, calculator


def graph(g: GraphBuilder, *, with_pins: bool = True) -> Graph:
    return g.graph(with_pins=with_pins)


def pinned_sum() -> tuple[GraphBuilder, str]:
    """Return the calculator with its sum pinned to 7 and 8, and the pinned node."""
    g = calculator()
    g.policy(g.nodes[1]["id"], pinned={"result": [7, 8]})
    return g, g.nodes[1]["id"]


def test_the_pinned_values_are_delivered_and_the_block_does_not_run() -> None:
    g, pinned = pinned_sum()
    run = simulate(graph(g), {"Input": 1})

    assert run.outputs == {"Output": [7, 8]}
    [one] = run.of(pinned)
    assert (one.status, one.input_data) == (NodeStatus.COMPLETED, {"a": 1})
    assert one.emissions == [("result", 7), ("result", 8)]


def test_a_graph_without_its_pins_runs_the_block() -> None:
    g, _ = pinned_sum()

    assert simulate(graph(g, with_pins=False), {"Input": 1}).outputs == {"Output": [35]}


def test_a_pinned_node_gives_its_values_each_time_its_inputs_arrive() -> None:
    g = GraphBuilder()
    source = values(g, 1, 2)
    total = g.node("CalculatorBlock", operation="Add", b=1)
    g.policy(total, pinned={"result": ["pinned"]})
    g.link(source, "out", total, "a")
    shown(g, total, "result", "sums")

    assert simulate(graph(g)).outputs == {"sums": ["pinned", "pinned"]}


def test_a_pinned_node_needs_no_values_and_no_block() -> None:
    g = GraphBuilder()
    lacking = g.node("CalculatorBlock", operation="Add")
    unknown = g.add("00000000-0000-0000-0000-00000000cafe", {"x": 1})
    for node, name in ((lacking, "sum"), (unknown, "what")):
        g.policy(node, pinned={"result": [name]})
        shown(g, node, "result", name)
    run = simulate(graph(g))

    assert run.outputs == {"sum": ["sum"], "what": ["what"]}
    assert graph(g).nodes[NodeId(unknown)].title == "Unknown block"
    assert graph(g).nodes[NodeId(lacking)].title == "Calculator"


def test_a_pinned_agent_does_not_run() -> None:
    g = GraphBuilder()
    node = g.agent(calculator())
    g.policy(node, pinned={"Output": [1]})
    shown(g, node, "Output", "out")
    run = simulate(graph(g), graphs={})

    assert (run.outputs, run.of(node)[0].input_data) == ({"out": [1]}, {})


def test_a_pinned_input_gives_what_is_pinned_whatever_the_run_is_given() -> None:
    g = calculator()
    g.policy(g.nodes[0]["id"], pinned={"result": [6]})

    assert simulate(graph(g), {"Input": 1}).outputs == {"Output": [40]}
    assert simulate(graph(g)).outputs == {"Output": [40]}
    assert graph(g).links[0].is_static


def test_a_pinned_error_fails_the_node_after_its_other_values() -> None:
    g, pinned = pinned_sum()
    g.policy(pinned, pinned={"error": ["It was down."], "result": [1]})
    shown(g, pinned, "error", "errors")
    run = simulate(graph(g), {"Input": 1})

    assert run.outputs == {"Output": [1], "errors": ["It was down."]}
    assert run.of(pinned)[0].status is NodeStatus.FAILED


@pytest.mark.parametrize("given", [None, [], "x", {}, {"result": 7}, {"result": {"0": 7}}])
def test_what_cannot_be_read_is_not_pinned(given: Any) -> None:
    g, pinned = pinned_sum()
    g.policy(pinned, pinned=given)

    assert simulate(graph(g), {"Input": 1}).outputs == {"Output": [35]}


def test_outputs_cannot_be_pinned() -> None:
    g = calculator()
    g.policy(g.nodes[2]["id"], pinned={"output": [6]})

    assert simulate(graph(g), {"Input": 1}).outputs == {"Output": [35]}


def test_a_node_whose_pins_changed_is_another_one() -> None:
    g, pinned = pinned_sum()
    before, plain = graph(g), graph(g, with_pins=False)
    g.policy(pinned, pinned={"result": [9]})
    after = graph(g)

    assert pinned not in likeness.counterparts(after, before)
    assert pinned not in likeness.counterparts(after, plain)
    assert likeness.counterparts(before, before)[NodeId(pinned)] == pinned
