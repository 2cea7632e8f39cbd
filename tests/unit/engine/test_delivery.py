"""Where a value goes, on a ledger in memory; whole graphs are in the worked cases."""

from typing import Any

import pytest

from agents.engine.delivery import deliver, follow
from agents.engine.graph import Graph
from agents.engine.ids import NodeId, PinName
from agents.engine.simulation import Simulation
from tests.support.graphs import GraphBuilder


class Sum:
    """An adding node whose two pins are fed by one source; ``b`` may be static."""

    def __init__(self, *, static: bool = False) -> None:
        g = GraphBuilder()
        self.source = NodeId(g.node("Emit", {"values": []}))
        self.node = NodeId(g.node("CalculatorBlock", operation="Add"))
        g.link(self.source, "out", self.node, "a")
        g.link(self.source, "other", self.node, "b", static=static)
        self.graph: Graph = g.graph()
        self.ledger = Simulation(self.graph)

    def give(self, **values: Any) -> None:
        for pin, value in values.items():
            name = PinName({"a": "out", "b": "other"}[pin])
            deliver(self.graph, self.ledger, self.source, name, value)

    @property
    def seen(self) -> list[tuple[str, Any, Any]]:
        """Return each execution's state and values, in the order of opening."""
        return [
            (one.status.value, one.input_data.get("a"), one.input_data.get("b"))
            for one in self.ledger.of(self.node)
        ]


def test_the_nth_value_of_one_pin_meets_the_nth_of_the_other() -> None:
    total = Sum()

    for pin, value in [("a", 1), ("a", 2), ("b", 10), ("a", 3), ("b", 20)]:
        total.give(**{pin: value})

    assert total.seen == [("QUEUED", 1.0, 10.0), ("QUEUED", 2.0, 20.0), ("INCOMPLETE", 3, None)]
    assert [one.input_data["a"] for one in total.ledger.queue] == [1.0, 2.0]


def test_a_static_value_is_taken_by_every_execution() -> None:
    total = Sum(static=True)

    total.give(b=10)
    for value in (1, 2, 3):
        total.give(a=value)

    assert total.seen == [("QUEUED", float(value), 10.0) for value in (1, 2, 3)]


def test_a_late_static_value_releases_all_in_their_order() -> None:
    total = Sum(static=True)
    for value in (1, 2, 3):
        total.give(a=value)
    assert {state for state, _, _ in total.seen} == {"INCOMPLETE"}

    total.give(b=10)

    assert total.seen == [("QUEUED", float(value), 10.0) for value in (1, 2, 3)]
    assert [one.input_data["a"] for one in total.ledger.queue] == [1.0, 2.0, 3.0]


def test_the_static_value_of_the_last_one_started_is_remembered() -> None:
    total = Sum(static=True)
    total.give(b=10)
    total.give(b=20)
    total.give(a=1)
    total.give(a=2)

    total.give(a=3)

    assert total.seen == [("QUEUED", 1.0, 10.0), ("QUEUED", 2.0, 20.0), ("QUEUED", 3.0, 20.0)]


def test_a_misfit_waits_and_does_not_hold_up_the_next() -> None:
    total = Sum()

    total.give(a=10**400)
    total.give(a=1)
    total.give(b=10)
    total.give(b=20)

    assert total.seen == [("INCOMPLETE", 10**400, 10), ("QUEUED", 1.0, 20.0)]


@pytest.mark.parametrize("pin", ["result", "ou", "out_", "out_#_", "out_#_a", "other_$_0"])
def test_a_pin_that_no_link_leaves_delivers_nothing(pin: str) -> None:
    total = Sum()

    deliver(total.graph, total.ledger, total.source, PinName(pin), {"a": 1})

    assert total.seen == []


def test_null_is_a_value_that_arrives() -> None:
    total = Sum()

    total.give(a=None)

    [one] = total.ledger.of(total.node)
    assert one.input_data == {"a": None}


def test_a_note_takes_nothing() -> None:
    g = GraphBuilder()
    note = g.node("NoteBlock", text="x")
    g.link(g.node("Emit", {"values": []}), "out", note, "text")
    graph = g.graph()
    ledger = Simulation(graph)

    follow(graph, ledger, graph.links[0], "value")

    assert ledger.executions == []
