"""Every problem of a graph, by node and pin, with its code."""

import time
from typing import Any

import pytest

from agents.engine.graph import Graph
from agents.engine.validation import Masks, problems
from tests.support.graphs import GraphBuilder, calculator

UNKNOWN_BLOCK = "00000000-0000-0000-0000-00000000cafe"
AGENT_SCHEMA = {"type": "object", "properties": {"x": {}, "y": {}}, "required": ["x"]}


def found(
    graph: Graph, *, for_run: bool = False, masks: Masks | None = None
) -> list[tuple[str, str | None, str | None]]:
    """Return (code, node, pin) for each problem."""
    return [
        (problem.code, problem.node_id, problem.pin)
        for problem in problems(graph, for_run=for_run, masks=masks)
    ]


def test_a_complete_graph_has_no_problem() -> None:
    assert found(calculator().graph(), for_run=True) == []


def test_links_to_nodes_that_are_not_there_are_told_at_the_end_that_is() -> None:
    g = GraphBuilder()
    sum = g.node("CalculatorBlock", operation="Add", a=1, b=2)
    g.link("gone", "result", sum, "a")
    g.link(sum, "result", "lost", "value")
    g.link("gone", "result", "lost", "value")

    assert found(g.graph()) == [
        ("link_to_unknown_node", sum, "a"),
        ("link_to_unknown_node", sum, "result"),
        ("link_to_unknown_node", None, None),
        ("link_to_unknown_node", None, None),
    ]


def test_pins_that_a_block_does_not_have_are_told_with_those_it_has() -> None:
    g = GraphBuilder()
    source = g.input("a")
    sum = g.node("CalculatorBlock", operation="Add", a=1, b=2)
    g.link(source, "value", sum, "c")
    graph = g.graph()

    assert found(graph) == [
        ("unknown_output_pin", source, "value"),
        ("unknown_input_pin", sum, "c"),
    ]
    assert problems(graph, for_run=False)[1].detail == (
        "'Calculator' has no input pin `c`. Link one of its input pins: "
        "`a`, `b`, `operation`, `round_result`."
    )


def test_a_dynamic_pin_counts_as_its_base() -> None:
    g = GraphBuilder()
    source = g.input("a")
    combine = g.node("CombineTextsBlock")
    g.link(source, "result_#_first", combine, "input_$_0")
    g.link(source, "other_#_first", combine, "missing_$_0")

    assert found(g.graph(), for_run=True) == [
        ("unknown_output_pin", source, "other_#_first"),
        ("unknown_input_pin", combine, "missing_$_0"),
    ]


@pytest.mark.parametrize("block", ["CalculatorBlock", "AgentInputBlock"])
def test_every_block_has_an_error_pin(block: str) -> None:
    g = GraphBuilder()
    source = g.node(block, name="n", operation="Add", a=1, b=2)
    sink = g.output("out")
    g.link(source, "error", sink, "value")

    assert found(g.graph(), for_run=True) == []


def test_the_pins_of_a_sub_agent_are_those_that_its_node_remembers() -> None:
    g = GraphBuilder()
    source = g.input("a")
    sink = g.output("b")
    agent = g.node(
        "AgentExecutorBlock",
        user_id="",
        graph_id="x",
        graph_version=1,
        inputs={},
        input_schema=AGENT_SCHEMA,
        output_schema=AGENT_SCHEMA,
    )
    g.link(source, "result", agent, "x")
    g.link(source, "result", agent, "graph_id")
    g.link(agent, "y", sink, "value")
    g.link(agent, "z", sink, "value")
    g.link(agent, "error", sink, "name")

    assert found(g.graph()) == [
        ("unknown_input_pin", agent, "graph_id"),
        ("unknown_output_pin", agent, "z"),
    ]


def test_pins_of_unknown_blocks_are_not_judged_when_the_graph_is_saved() -> None:
    g = GraphBuilder()
    source = g.input("a")
    mystery = g.add(UNKNOWN_BLOCK, {"prompt": "?"})
    sink = g.output("b")
    g.link(source, "result", mystery, "whatever")
    g.link(mystery, "anything", sink, "value")

    assert found(g.graph()) == []
    assert found(g.graph(), for_run=True) == [("unknown_block", mystery, None)]


@pytest.mark.parametrize("name", ["credentials", "openai_credentials"])
def test_names_of_credentials_are_reserved(name: str) -> None:
    g = GraphBuilder()
    node = g.input(name)

    assert found(g.graph()) == [("reserved_input_name", node, "name")]


def test_names_that_only_resemble_credentials_are_free() -> None:
    g = GraphBuilder()
    g.input("credentials_note")
    g.input("mycredentials")
    g.output("credentials")

    assert found(g.graph()) == []


def test_a_required_value_is_missing_until_it_is_given_linked_or_masked() -> None:
    g = GraphBuilder()
    source = g.input("a")
    sum = g.node("CalculatorBlock", operation="Add")
    g.link(source, "result", sum, "a")
    graph = g.graph()

    assert found(graph, for_run=True) == [("missing_value", sum, "b")]
    assert found(graph, for_run=True, masks={sum: {"b": 1}}) == []
    assert found(graph, for_run=True, masks={source: {"b": 1}}) == [("missing_value", sum, "b")]
    assert found(graph) == []


def test_null_gives_a_required_pin_no_value() -> None:
    g = GraphBuilder()
    sum = g.node("CalculatorBlock", operation="Add", a=None, b=0)

    assert found(g.graph(), for_run=True) == [("missing_value", sum, "a")]


def test_a_part_of_a_required_value_counts_as_a_value() -> None:
    g = GraphBuilder()
    source = g.input("a")
    linked = g.node("CombineTextsBlock")
    g.link(source, "result", linked, "input_$_0")
    g.node("CombineTextsBlock", {"input_$_0": "text"})
    empty = g.node("CombineTextsBlock")

    assert found(g.graph(), for_run=True) == [("missing_value", empty, "input")]


@pytest.mark.parametrize(
    ("block", "missing"),
    [
        ("AgentInputBlock", ["name"]),
        ("AgentOutputBlock", ["name"]),
        (
            "AgentExecutorBlock",
            ["user_id", "graph_id", "graph_version", "input_schema", "output_schema"],
        ),
        ("CalculatorBlock", []),
    ],
)
def test_only_an_agents_surface_must_be_complete_when_it_is_saved(
    block: str, missing: list[str]
) -> None:
    g = GraphBuilder()
    node = g.node(block)

    assert found(g.graph()) == [("missing_value", node, pin) for pin in missing]


def test_a_sub_agent_needs_its_required_inputs_before_it_runs() -> None:
    g = GraphBuilder()
    values: dict[str, Any] = {
        "user_id": "",
        "graph_id": "x",
        "graph_version": 1,
        "input_schema": AGENT_SCHEMA,
        "output_schema": {},
    }
    bare = g.node("AgentExecutorBlock", **values, inputs={"x": None})
    g.node("AgentExecutorBlock", **values, inputs={"x": 1})
    linked = g.node("AgentExecutorBlock", **values, inputs={})
    source = g.input("a")
    g.link(source, "result", linked, "x")

    assert found(g.graph(), for_run=True) == [("missing_value", bare, "x")]
    assert found(g.graph()) == []


@pytest.mark.parametrize("schema", [{"required": "xy"}, {"required": [1]}, {"properties": []}])
def test_a_sub_agents_odd_schema_does_no_harm(schema: dict[str, Any]) -> None:
    g = GraphBuilder()
    g.node(
        "AgentExecutorBlock",
        user_id="",
        graph_id="x",
        graph_version=1,
        inputs={},
        input_schema=schema,
        output_schema=schema,
    )

    assert found(g.graph(), for_run=True) == []


def test_notes_need_nothing_because_they_never_run() -> None:
    g = calculator()
    g.node("NoteBlock")

    assert found(g.graph(), for_run=True) == []


def test_paths_that_cannot_be_followed_forbid_a_run() -> None:
    g = GraphBuilder()
    source = g.input("a")
    combine = g.node("CombineTextsBlock", {"input_$_99999": "far"})
    g.link(source, "result", combine, "input_$_first")

    assert found(g.graph(), for_run=True) == [
        ("malformed_pin", combine, "input_$_99999"),
        ("malformed_pin", combine, "input_$_first"),
    ]
    assert found(g.graph()) == []


def test_a_graph_with_nothing_to_start_cannot_run() -> None:
    g = GraphBuilder()
    a = g.node("AddToListBlock", entry=1)
    g.link(a, "updated_list", a, "list")
    g.node("NoteBlock", text="alone")

    assert found(g.graph(), for_run=True) == [("nothing_to_start", None, None)]
    assert found(g.graph()) == []
    assert found(GraphBuilder().graph(), for_run=True) == [("nothing_to_start", None, None)]


def test_cycles_are_allowed_when_something_starts_them() -> None:
    g = GraphBuilder()
    seed = g.input("seed")
    a = g.node("AddToListBlock")
    g.link(seed, "result", a, "entry")
    g.link(a, "updated_list", a, "list")

    assert found(g.graph(), for_run=True) == []


def test_all_problems_are_told_at_once() -> None:
    g = GraphBuilder()
    reserved = g.input("credentials")
    mystery = g.add(UNKNOWN_BLOCK, {})
    sum = g.node("CalculatorBlock", operation="Add", b=1)
    g.link(reserved, "nothing", sum, "c")

    assert found(g.graph(), for_run=True) == [
        ("unknown_output_pin", reserved, "nothing"),
        ("unknown_input_pin", sum, "c"),
        ("reserved_input_name", reserved, "name"),
        ("unknown_block", mystery, None),
        ("missing_value", sum, "a"),
    ]


def test_problems_call_nodes_as_their_author_does() -> None:
    g = GraphBuilder()
    g.nodes.append(
        {
            "id": "n",
            "block_id": "b1ab9b19-67a6-406d-abf5-2dba76d00c79",
            "input_default": {"operation": "Add", "a": 1},
            "metadata": {"customized_name": "Grand total"},
        }
    )

    [problem] = problems(g.graph(), for_run=True)

    assert problem.detail == (
        "`b` of 'Grand total' is required. Give it a value or link something to it."
    )


def test_long_titles_and_long_lists_of_pins_are_cut() -> None:
    g = GraphBuilder()
    values = {"user_id": "", "graph_id": "x", "graph_version": 1, "inputs": {}}
    schema: dict[str, Any] = {"properties": {f"pin{number}": {} for number in range(10_000)}}
    node = g.add(
        "e189baac-8c20-45a1-94a7-55177ea42565",
        {**values, "input_schema": schema, "output_schema": {}},
        title="x" * 1_000_000,
    )
    g.link(node, "error", node, "nowhere")

    [problem] = problems(g.graph(), for_run=False)

    assert problem.detail.startswith(f"'{'x' * 80}…' has no input pin `nowhere`. Link one of")
    assert problem.detail.endswith("….")
    assert len(problem.detail) < 600


def test_a_large_graph_full_of_problems_is_judged_quickly() -> None:
    g = GraphBuilder()
    schema: dict[str, Any] = {"properties": {f"pin{n}": {} for n in range(5_000)}}
    schema["required"] = list(schema["properties"])
    values = {"user_id": "", "graph_id": "x", "graph_version": 1, "output_schema": {}}
    inputs = {f"other_$_{n}": n for n in range(5_000)}
    node = g.node("AgentExecutorBlock", **values, input_schema=schema, inputs=inputs)
    for number in range(5_000):
        g.link(node, f"a{number}", node, f"b{number}")
    graph = g.graph()
    began = time.process_time()
    found_problems = problems(graph, for_run=True)

    assert len(found_problems) == 15_001
    assert time.process_time() - began < 2
