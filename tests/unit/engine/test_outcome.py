"""How a run begins and how it ends."""

from itertools import product

import pytest

from agents.engine.ids import NodeId
from agents.engine.outcome import Failure, final_status, starting_data
from agents.engine.states import ExecutionStatus
from tests.support.cases import values
from tests.support.graphs import GraphBuilder, calculator

FAILURE = Failure(NodeId("n"), "c", "m")


@pytest.mark.parametrize(
    ("cancelled", "error", "failed"), product([False, True], [None, "Too much."], [False, True])
)
def test_how_a_run_ends(cancelled: bool, error: str | None, failed: bool) -> None:
    status = final_status(cancelled=cancelled, error=error, unhandled=[FAILURE] * failed)

    if error:
        assert status is ExecutionStatus.FAILED
    elif cancelled:
        assert status is ExecutionStatus.TERMINATED
    else:
        assert status is (ExecutionStatus.FAILED if failed else ExecutionStatus.COMPLETED)


def test_an_input_is_given_by_its_name() -> None:
    graph = calculator().graph()
    [source] = graph.starting_nodes

    data, problems = starting_data(graph, {"Input": 8, "unknown": 9})

    assert (data[source.id]["value"], problems) == (8, [])


def test_an_input_that_is_not_given_keeps_its_default() -> None:
    g = GraphBuilder()
    node = g.input("city", value="Lisbon")

    assert starting_data(g.graph(), {})[0][node]["value"] == "Lisbon"  # type: ignore[index]
    assert starting_data(g.graph(), {"city": "Rome"})[0][node]["value"] == "Rome"  # type: ignore[index]


def test_masks_come_before_inputs_and_defaults() -> None:
    g = GraphBuilder()
    node = g.input("city", value="Lisbon")
    source = values(g, 1)

    data, problems = starting_data(
        g.graph(), {"city": "Rome"}, {node: {"value": "Oslo"}, source: {"values": [2]}}
    )

    assert problems == []
    assert data[node]["value"] == "Oslo"  # type: ignore[index]
    assert data[source]["values"] == [2]  # type: ignore[index]


def test_all_misfits_are_told_at_once_by_node_and_pin() -> None:
    g = GraphBuilder()
    condition = g.node("ConditionBlock", value1=1, value2=2, operator="~")
    huge = g.node("CalculatorBlock", operation="Add", a=10**400, b="1e999")

    data, problems = starting_data(g.graph(), {})

    assert data == {}
    assert [(one.code, one.node_id, one.pin) for one in problems] == [
        ("invalid_input", condition, "operator"),
        ("invalid_input", huge, "a"),
        ("invalid_input", huge, "b"),
    ]
    assert problems[1].detail == (
        "`a` of Calculator: The whole number is too large for a decimal number"
    )


def test_a_graph_of_notes_has_nothing_to_start_with() -> None:
    g = GraphBuilder()
    g.node("NoteBlock", text="Nothing here")

    assert starting_data(g.graph(), {}) == ({}, [])
