"""What one run may not do, and what no database could keep."""

import pytest

from accounts.models import User
from agents.executions.models import Emission, NodeExecution
from agents.executions.output import outputs
from tests.integration.executions.conftest import Limits
from tests.support.cases import shown, sub_agent, values
from tests.support.graphs import GraphBuilder
from tests.support.runs import rows, run, statuses

pytestmark = pytest.mark.django_db


def endless() -> tuple[GraphBuilder, str]:
    g = GraphBuilder()
    node = g.node("PrintToConsoleBlock")
    g.link(values(g, "again"), "out", node, "text")
    g.link(node, "output", node, "text")
    return g, node


def test_a_loop_without_an_exit_is_ended(alice: User, limits: Limits) -> None:
    limits(max_node_executions=20)
    graph, node = endless()

    execution = run(alice, graph)

    assert (execution.status, execution.opened, execution.unfinished) == ("FAILED", 20, 0)
    assert execution.error == {
        "code": "too_many_node_executions",
        "message": "The run opened 20 node executions, the most that one run may. "
        "Look for a loop without an exit, or raise MAX_NODE_EXECUTIONS.",
    }
    assert statuses(execution, node) == ["COMPLETED"] * 19


def test_too_many_at_once_leave_nothing_queued(alice: User, limits: Limits) -> None:
    limits(max_node_executions=10)
    graph = GraphBuilder()
    node = graph.node("PrintToConsoleBlock")
    graph.link(values(graph, *range(50)), "out", node, "text")

    execution = run(alice, graph)

    assert (execution.status, execution.unfinished) == ("FAILED", 0)
    assert statuses(execution, node) == ["TERMINATED"] * 9
    assert not NodeExecution.objects.filter(status="QUEUED").exists()


def test_a_value_that_is_too_large_fails_its_node(alice: User, limits: Limits) -> None:
    limits(max_value_bytes=100)
    graph = GraphBuilder()
    node = values(graph, "x" * 98, "y" * 99)
    shown(graph, node, "out")

    execution = run(alice, graph)

    [row] = rows(execution, node)
    assert row.error == {
        "code": "value_too_large",
        "message": "The value on pin `out` has 101 bytes; 100 are allowed.",
    }
    assert outputs(execution) == {"out": ["x" * 98]}


@pytest.mark.parametrize(
    "value",
    [
        "\x00",
        "\ud800",
        {"\x00": "\udfff"},
        10**400,
        1e308,
        5e-324,
        -0.0,
        "\U0001f600 שלום مرحبا",
        [[[[[]]]]],
        {"": {"_#_": "_$_0"}},
    ],
)
def test_odd_values_come_out_as_they_went_in(alice: User, value: object) -> None:
    graph = GraphBuilder()
    shown(graph, graph.input("in"), "result")

    execution = run(alice, graph, **{"in": value})

    assert execution.status == "COMPLETED"
    assert repr(outputs(execution)["out"]) == repr([value])


@pytest.mark.parametrize("pin", ["a\x00b", "\ud800"])
def test_a_pin_whose_name_no_database_keeps_fails_its_node(alice: User, pin: str) -> None:
    child = GraphBuilder("Child")
    source = values(child, 1)
    child.link(source, "out", child.output(pin), "value")

    execution = run(alice, sub_agent_without_links(child))

    [failed] = execution.node_executions.filter(status="FAILED")
    assert failed.error["code"] == "output_not_json"
    assert "cannot be kept" in failed.error["message"]
    assert Emission.objects.filter(node_execution=failed).get().pin == "error"


def sub_agent_without_links(child: GraphBuilder) -> GraphBuilder:
    graph = sub_agent(child)
    graph.links.clear()
    graph.nodes = graph.nodes[:1]
    return graph


def test_what_a_block_should_not_raise_fails_its_node(
    alice: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")  # pytest-xdist cannot carry a log with half a character in it
    graph = GraphBuilder()
    node = graph.node("Crash", message="a \x00 and a \ud800")
    shown(graph, node, "error", "problem")
    shown(graph, node, "out")

    execution = run(alice, graph)

    assert execution.status == "COMPLETED"
    assert outputs(execution) == {"out": ["before"], "problem": ["a \x00 and a \ud800"]}
    assert rows(execution, node)[0].error["code"] == "block_failed"
