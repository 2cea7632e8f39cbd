"""Values leave a node in the order in which its executions started, whoever is faster."""

from typing import Any

import pytest

from accounts.models import User
from agents.engine.policy import Fault
from agents.executions import claims
from agents.executions.models import Execution
from agents.executions.output import outputs
from agents.executions.suspension import Suspension
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, rows, run_node, run_to_end, start, statuses

pytestmark = pytest.mark.django_db


def three_relays() -> tuple[GraphBuilder, str, str, str]:
    """Return a graph in which one node will run three times, with source, node and sink."""
    g = GraphBuilder()
    source = values(g, "a", "b", "c")
    node = g.node("PrintToConsoleBlock")
    g.link(source, "out", node, "text")
    return g, source, node, shown(g, node, "output")


def begun(owner: User) -> tuple[Execution, str, str]:
    graph, source, node, sink = three_relays()
    execution = start(owner, graph)
    run_node(execution, source)
    return execution, node, sink


def taken(execution: Execution, node: str, which: int) -> claims.Claim:
    claim = claims.claim(rows(execution, node)[which].pk, worker="w")
    assert claim is not None
    return claim


def arrived(execution: Execution, sink: str) -> list[Any]:
    return [row.input_data["value"] for row in rows(execution, sink)]


def test_a_fast_later_execution_waits_for_a_slow_earlier_one(alice: User) -> None:
    execution, node, sink = begun(alice)

    run_node(execution, node, 2)
    run_node(execution, node, 1)
    assert statuses(execution, node) == ["QUEUED", "COMPLETED", "COMPLETED"]
    assert [(row.emitted, row.delivered, row.settled) for row in rows(execution, node)] == [
        (0, 0, False),
        (2, 0, False),
        (2, 0, False),
    ]
    assert rows(execution, sink) == []

    run_node(execution, node, 0)
    assert arrived(execution, sink) == ["a", "b", "c"]
    assert all(row.settled for row in rows(execution, node))
    assert run_to_end(execution).status == "COMPLETED"
    assert outputs(execution) == {"out": ["a", "b", "c"]}


def test_the_earliest_streams_while_it_runs_and_the_next_ones_follow_its_end(alice: User) -> None:
    execution, node, sink = begun(alice)
    first = taken(execution, node, 0)
    run_node(execution, node, 0)  # of those that are queued: the second

    claims.record(first, [("output", "a1")], after=0)  # type: ignore[list-item]
    assert arrived(execution, sink) == ["a1"]
    claims.record(first, [("output", "a2")], after=1)  # type: ignore[list-item]
    assert arrived(execution, sink) == ["a1", "a2"]
    claims.complete(first, [("output", "a3")], after=2)  # type: ignore[list-item]
    assert arrived(execution, sink) == ["a1", "a2", "a3", "b"]


def test_a_later_one_that_streams_is_held_back_too(alice: User) -> None:
    execution, node, sink = begun(alice)
    second = taken(execution, node, 1)

    claims.record(second, [("output", "b1")], after=0)  # type: ignore[list-item]
    assert arrived(execution, sink) == []
    run_node(execution, node, 0)

    assert arrived(execution, sink) == ["a", "b1"]
    claims.complete(second, [("output", "b2")], after=1)  # type: ignore[list-item]
    assert arrived(execution, sink) == ["a", "b1", "b2"]


def test_a_failure_lets_the_next_ones_through(alice: User) -> None:
    execution, node, sink = begun(alice)
    first = taken(execution, node, 0)
    run_node(execution, node)

    claims.fail(first, [], after=0, fault=Fault("c", "m"))

    assert arrived(execution, sink) == ["b"]


def test_a_waiting_one_holds_the_next_ones_back(alice: User) -> None:
    execution, node, sink = begun(alice)
    first = taken(execution, node, 0)
    run_node(execution, node)

    claims.suspend(first, [], after=0, suspension=Suspension({"kind": "approval"}))

    assert arrived(execution, sink) == []
    assert statuses(execution, node) == ["WAITING", "COMPLETED", "QUEUED"]
    assert fresh(execution).status == "RUNNING"


def test_a_block_that_runs_again_delivers_only_what_is_new(alice: User) -> None:
    execution, node, sink = begun(alice)
    first = taken(execution, node, 0)
    pairs: Any = [("output", "a1"), ("output", "a2"), ("output", "a3")]
    claims.record(first, pairs[:2], after=0)

    claims.record(first, pairs[:1], after=0)  # from its beginning again
    claims.complete(first, pairs[1:], after=1)

    assert arrived(execution, sink) == ["a1", "a2", "a3"]
    assert rows(execution, node)[0].emitted == 3


def test_the_last_one_started_is_the_memory_of_a_static_link(alice: User) -> None:
    """On the database: static values of two sources, then a value that lacks them."""
    g = GraphBuilder()
    first, second = g.input("first", value=10), g.input("second", value=20)
    total = g.node("CalculatorBlock", operation="Add")
    source = values(g, 1, 2, 3)
    g.link(first, "result", total, "b")
    g.link(second, "result", total, "b")
    g.link(source, "out", total, "a")
    execution = start(alice, g)
    run_node(execution, source)
    assert [sorted(row.arrived) for row in rows(execution, total)] == [["a"]] * 3

    run_node(execution, second)  # a late static value releases all
    assert [row.input_data["b"] for row in rows(execution, total)] == [20.0, 20.0, 20.0]
    run_node(execution, first)
    assert [sorted(row.arrived) for row in rows(execution, total)] == [[], [], [], ["b"]]
