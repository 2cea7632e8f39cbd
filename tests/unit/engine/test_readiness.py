"""When a node can run, and what it waits for when it cannot."""

import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from agents.engine.graph import Graph, Node
from agents.engine.readiness import NotReady, Ready, check, fit, missing_pins
from kernel.jsontypes import dumps
from tests.support.graphs import GraphBuilder


def node_of(block: str, /, **pins: Any) -> Node:
    g = GraphBuilder()
    node = g.node(block, pins)
    return g.graph().nodes[node]  # type: ignore[index]


def agent_with(schema: Any) -> Node:
    return node_of(
        "AgentExecutorBlock",
        user_id="1",
        graph_id="g",
        graph_version=1,
        inputs={},
        input_schema=schema,
        output_schema={},
    )


def linked_calculator(**pins: Any) -> tuple[Graph, Node]:
    g = GraphBuilder()
    source = g.node("Emit", {"values": []})
    total = g.node("CalculatorBlock", operation="Add", **pins)
    g.link(source, "out", total, "a")
    g.link(source, "other", total, "b")
    return g.graph(), g.graph().nodes[total]  # type: ignore[index]


def test_every_linked_pin_must_have_a_value() -> None:
    graph, node = linked_calculator()

    assert missing_pins(graph, node, {}) == ("a", "b")
    verdict = check(graph, node, {"b": 1})
    assert verdict == NotReady(missing=("a",))  # type: ignore[arg-type]
    assert verdict.sentence() == "input `a` has not arrived"


def test_a_default_does_not_stand_in_for_a_linked_pin() -> None:
    graph, node = linked_calculator(a=1, b=2)

    assert check(graph, node, {}) == NotReady(missing=("a", "b"))  # type: ignore[arg-type]


def test_null_counts_as_arrived_but_not_as_a_value() -> None:
    graph, node = linked_calculator()

    verdict = check(graph, node, {"a": None, "b": 1})

    assert verdict == NotReady(problems={"a": "is required"})
    assert verdict.sentence() == "input `a`: is required"


def test_what_arrived_comes_before_defaults_and_is_converted() -> None:
    graph, node = linked_calculator(a=1, round_result="true")

    verdict = check(graph, node, {"a": "8", "b": [1, 2]})

    assert verdict == Ready(
        {"operation": "Add", "a": 8.0, "b": 2.0, "round_result": True},
    )


def test_dynamic_pins_count_by_their_full_name_and_stay_in_the_data() -> None:
    g = GraphBuilder()
    source = g.node("Emit", {"values": []})
    make = g.node("CreateDictionaryBlock", {"values": {"kept": 1}})
    g.link(source, "out", make, "values_#_a")
    g.link(source, "other", make, "values_#_b_$_0")
    graph = g.graph()
    node = graph.nodes[make]  # type: ignore[index]

    assert missing_pins(graph, node, {"values": {}, "values_#_a": 1}) == ("values_#_b_$_0",)
    assert check(graph, node, {"values_#_a": 2, "values_#_b_$_0": 3}) == Ready(
        {"values": {"kept": 1, "a": 2, "b": [3]}, "values_#_a": 2, "values_#_b_$_0": 3}
    )
    assert node.input_default["values"] == {"kept": 1}


def test_the_order_of_arrival_does_not_show_in_the_data() -> None:
    g = GraphBuilder()
    source = g.node("Emit", {"values": []})
    make = g.node("CreateDictionaryBlock")
    g.link(source, "out", make, "values_#_a")
    g.link(source, "other", make, "values_#_b")
    graph = g.graph()
    node = graph.nodes[make]  # type: ignore[index]

    one = check(graph, node, {"values_#_a": 1, "values_#_b": 2})
    other = check(graph, node, {"values_#_b": 2, "values_#_a": 1})

    assert isinstance(one, Ready)
    assert isinstance(other, Ready)
    assert dumps(one.data) == dumps(other.data)
    assert list(one.data["values"]) == ["a", "b"]


def test_a_list_index_that_is_no_number_is_told() -> None:
    verdict = fit(node_of("CombineTextsBlock"), {"input_$_x": "a"})

    assert isinstance(verdict, NotReady)
    assert "the list index 'x' is not a whole number" in verdict.sentence()


def test_an_unknown_block_never_gets_ready() -> None:
    g = GraphBuilder()
    node = g.add("00000000-0000-4000-8000-00000000dead", {})

    verdict = fit(g.graph().nodes[node], {})  # type: ignore[index]

    assert isinstance(verdict, NotReady)
    assert verdict.sentence() == (
        "input `block`: there is no block '00000000-0000-4000-8000-00000000dead' here"
    )


@pytest.mark.parametrize("digits", [400, 5000])
def test_a_number_beyond_a_float_is_a_problem_of_its_pin(digits: int) -> None:
    graph, node = linked_calculator()

    verdict = check(graph, node, {"a": 10**digits, "b": 1})

    assert isinstance(verdict, NotReady)
    assert "too large" in verdict.sentence()


class TestSubAgents:
    SCHEMA = {
        "properties": {"n": {"type": "integer"}, "ref": {"$ref": "#/$defs/Text"}},
        "required": ["n"],
        "$defs": {"Text": {"type": "string"}},
    }

    @pytest.mark.parametrize(
        ("given", "problems"),
        [
            ({"n": 1}, {}),
            ({"n": 1, "ref": "text", "more": object}, {}),
            ({}, {"n": "is required"}),
            ({"n": None}, {"n": "is required"}),
            ({"n": "1"}, {"n": "'1' is not of type 'integer'"}),
            ({"n": 1, "ref": 2}, {"ref": "2 is not of type 'string'"}),
        ],
    )
    def test_inputs_are_held_to_the_schema_that_the_node_remembers(
        self, given: dict[str, Any], problems: dict[str, str]
    ) -> None:
        verdict = fit(agent_with(self.SCHEMA), given)

        if problems:
            assert verdict == NotReady(problems=problems)
        else:
            assert verdict == Ready(given)

    @pytest.mark.parametrize(
        "schema",
        [
            None,
            [],
            {"properties": 5, "required": 5},
            {"properties": {"n": 5}, "required": [5, None]},
            {"properties": {"n": {"type": "nonsense"}}},
            {"properties": {"n": {"$ref": "#/$defs/missing"}}},
            {"properties": {"n": {"$ref": 5}}},
            {"properties": {"n": {"pattern": "("}}},
        ],
    )
    def test_a_schema_that_nobody_can_read_forbids_nothing(self, schema: Any) -> None:
        assert fit(agent_with(schema), {"n": "x"}) == Ready({"n": "x"})

    def test_no_schema_is_fetched_from_the_network(self, listener: tuple[str, list[bytes]]) -> None:
        url, requests = listener

        verdict = fit(agent_with({"properties": {"n": {"$ref": url}}}), {"n": "x"})

        assert verdict == Ready({"n": "x"})
        assert requests == []

    def test_a_pattern_cannot_hold_the_worker(self) -> None:
        """A pattern that backtracks for ages, in a schema that came with a file."""
        schema = {"properties": {"n": {"type": "string", "pattern": "^(a+)+$"}}}

        assert fit(agent_with(schema), {"n": "a" * 40 + "!"}) == Ready({"n": "a" * 40 + "!"})


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """A server on this machine: its URL, and what was asked of it."""
    requests: list[bytes] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            requests.append(self.rfile.readline())

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/schema.json", requests
        server.shutdown()
        thread.join()
