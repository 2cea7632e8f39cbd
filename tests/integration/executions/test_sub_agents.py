"""Runs that node executions start."""

from typing import Any

import pytest

from accounts.models import User
from agents.executions import claims, journal, recovery, services
from agents.executions.models import Emission, Execution, NodeExecution
from agents.executions.output import outputs
from tests.integration.executions.conftest import Limits
from tests.support.cases import failure_beside_success, shown, sub_agent, values
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, rows, run, run_node, run_to_end, start, statuses

pytestmark = pytest.mark.django_db


def emitting(*given: Any) -> GraphBuilder:
    """Return a graph that shows the values as its output `out`."""
    g = GraphBuilder("Child")
    shown(g, values(g, *given), "out")
    return g


def started(owner: User, child: GraphBuilder) -> tuple[Execution, str, Execution]:
    """Return a parent run, its agent node, and the run of the child, just started."""
    graph = sub_agent(child)
    parent = start(owner, graph)
    node = graph.nodes[0]["id"]
    run_node(parent, node)
    return parent, node, Execution.objects.with_graph().get(parent__execution=parent)


def emitted(execution: Execution, node: str) -> list[Any]:
    found = Emission.objects.filter(
        node_execution__execution=execution, node_execution__node_id=node
    )
    return [one.value for one in found.order_by("number")]


def test_a_node_that_runs_an_agent_waits_without_a_worker(alice: User) -> None:
    parent, node, child = started(alice, emitting(1))

    [row] = rows(parent, node)
    assert (row.status, row.lease_until, row.wake_at) == ("WAITING", None, None)
    assert row.waits_for == {"kind": "agent", "execution": str(child.pk), "outputs": 0}
    assert (child.parent_id, child.depth, child.owner_id) == (row.pk, 1, alice.pk)
    assert (child.status, fresh(parent).status) == ("QUEUED", "RUNNING")


def test_outputs_stream_while_the_child_still_runs(
    alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    parent, node, child = started(alice, emitting("first", "second"))
    source, sink = child.graph_version.graph.nodes
    run_node(child, source)

    with django_capture_on_commit_callbacks(execute=True):
        run_node(child, sink)  # its end wakes the parent
    run_node(parent, node)

    assert fresh(child).status == "RUNNING"
    assert emitted(parent, node) == ["first"]
    assert statuses(parent, node) == ["WAITING"]
    assert run_to_end(parent).status == "COMPLETED"
    assert outputs(parent) == {"out": ["first", "second"]}


def test_outputs_of_one_block_keep_their_order_when_a_later_one_is_faster(alice: User) -> None:
    parent, node, child = started(alice, emitting("first", "second"))
    source, sink = child.graph_version.graph.nodes
    run_node(child, source)

    run_node(child, sink, 1)
    journal.wake(rows(parent, node)[0].pk)
    run_node(parent, node)
    assert emitted(parent, node) == []

    assert run_to_end(parent).status == "COMPLETED"
    assert emitted(parent, node) == ["first", "second"]


def test_running_the_node_again_starts_no_second_child(alice: User) -> None:
    parent, node, child = started(alice, emitting(1, 2, 3))

    assert run_to_end(parent).status == "COMPLETED"

    assert Execution.objects.filter(parent__isnull=False).get() == child
    [row] = rows(parent, node)
    assert row.attempt > 1
    assert outputs(parent) == {"out": [1, 2, 3]}


def test_a_child_that_fails_fails_its_node_with_the_reason(alice: User) -> None:
    execution = run(alice, sub_agent(failure_beside_success(handled=False)))

    message = "The agent 'An agent' failed: Emit failed: It broke."
    [failed] = execution.node_executions.filter(status="FAILED")
    assert failed.error == {"code": "sub_agent_failed", "message": message}
    assert execution.error["message"] == f"Agent Executor failed: {message}"
    assert outputs(execution) == {"before": [1, 2], "beside": [3]}


def test_a_failing_child_can_be_handled(alice: User) -> None:
    execution = run(alice, sub_agent(failure_beside_success(handled=False), handled=True))

    assert execution.status == "COMPLETED"
    assert outputs(execution)["error"] == ["The agent 'An agent' failed: Emit failed: It broke."]


def test_stopping_a_run_stops_the_runs_that_it_started(alice: User) -> None:
    grandchild = emitting(1)
    parent, node, child = started(alice, sub_agent(grandchild))
    run_node(child, next(iter(child.graph_version.graph.nodes)))

    assert services.stop_execution(parent.pk)

    assert {one.status for one in Execution.objects.all()} == {"TERMINATED"}
    assert Execution.objects.count() == 3
    assert statuses(parent, node) == ["TERMINATED"]


def test_stopping_a_child_fails_the_node_that_waits_for_it(alice: User) -> None:
    parent, node, child = started(alice, emitting(1))

    services.stop_execution(child.pk)
    ended = run_to_end(parent)

    [row] = rows(parent, node)
    assert row.error == {
        "code": "sub_agent_failed",
        "message": "The agent 'Child' was stopped.",
    }
    assert ended.status == "FAILED"


def test_no_child_starts_in_a_run_that_is_being_stopped(alice: User) -> None:
    graph = sub_agent(emitting(1))
    parent = start(alice, graph)
    [row] = rows(parent, graph.nodes[0]["id"])
    claim = claims.claim(row.pk, worker="w")
    assert claim is not None

    services.stop_execution(parent.pk)
    finish(claim)

    assert Execution.objects.count() == 1
    assert statuses(parent, row.node_id) == ["TERMINATED"]
    assert fresh(parent).status == "TERMINATED"


def finish(claim: claims.Claim) -> None:
    """Do what a worker does after its claim."""
    from agents.executions import runner
    from agents.executions.context import WorkerContext
    from agents.executions.leases import Pulse

    pulse = Pulse(claim.execution.pk, claim.node_execution.pk, claim.attempt)
    runner._run_block(claim, WorkerContext(claim, pulse), runner.Outbox(claim))


def test_the_audit_stops_a_child_whose_parent_is_gone(alice: User, limits: Limits) -> None:
    limits(max_node_executions=3)
    graph = sub_agent(emitting(1))
    many = values(graph, 1, 2, 3, 4)
    graph.link(many, "out", graph.node("PrintToConsoleBlock"), "text")
    parent = start(alice, graph)
    run_node(parent, graph.nodes[0]["id"])
    run_node(parent, many)  # too many node executions: the run is aborted
    assert fresh(parent).error["code"] == "too_many_node_executions"
    child = Execution.objects.get(parent__isnull=False)
    assert child.status == "QUEUED"

    assert recovery.audit()["orphans_stopped"] == 1

    assert fresh(child).status == "TERMINATED"
    assert recovery.audit()["orphans_stopped"] == 0


def test_a_child_that_cannot_be_woken_for_is_found_by_the_sweep(alice: User) -> None:
    parent, node, child = started(alice, emitting(1))
    while True:  # run the child alone; nobody rings for the parent
        queued = child.node_executions.filter(status="QUEUED").first()
        if queued is None:
            break
        run_node(child, queued.node_id)

    assert statuses(parent, node) == ["WAITING"]
    assert recovery.wake_sleepers() == 1
    assert statuses(parent, node) == ["QUEUED"]


def test_an_agent_that_runs_itself_ends_at_the_greatest_depth(alice: User, limits: Limits) -> None:
    limits(max_depth=3)
    graph = GraphBuilder("Ouroboros")
    node = graph.node(
        "AgentExecutorBlock",
        user_id="",
        graph_id=graph.id,
        graph_version=1,
        inputs={},
        input_schema={},
        output_schema={},
    )

    execution = run(alice, graph)

    assert Execution.objects.count() == 4  # the run and three levels below it
    assert execution.status == "FAILED"
    deepest = Execution.objects.order_by("-depth").first()
    assert deepest is not None
    [row] = rows(deepest, node)
    assert row.error == {
        "code": "sub_agents_too_deep",
        "message": "Agents run agents 3 levels deep, the most that is allowed. "
        "Does an agent run itself?",
    }


@pytest.mark.parametrize(
    ("graph_id", "reason"),
    [
        ("00000000-0000-4000-8000-000000000000", "There is no version 1 of an agent"),
        ("nonsense", "'nonsense' is not the id of an agent."),
        ("\x00", "'\\x00' is not the id of an agent."),
    ],
)
def test_a_missing_agent_fails_its_node(alice: User, graph_id: str, reason: str) -> None:
    graph = GraphBuilder()
    node = graph.node(
        "AgentExecutorBlock",
        user_id="",
        graph_id=graph_id,
        graph_version=1,
        inputs={},
        input_schema={},
        output_schema={},
    )

    execution = run(alice, graph)

    [row] = rows(execution, node)
    assert (execution.status, row.error["code"]) == ("FAILED", "sub_agent_failed")
    assert reason in row.error["message"]


def test_nobody_runs_the_agent_of_somebody_else(alice: User, bob: User) -> None:
    theirs = start(bob, calculator("Secret"), Input=1).graph_version
    graph = GraphBuilder()
    node = graph.node(
        "AgentExecutorBlock",
        user_id=str(bob.pk),
        graph_id=str(theirs.agent_id),
        graph_version=1,
        inputs={},
        input_schema={},
        output_schema={},
    )

    execution = run(alice, graph)

    [row] = rows(execution, node)
    assert row.error["code"] == "sub_agent_failed"
    assert "or it is not yours" in row.error["message"]
    assert "Secret" not in row.error["message"]
    assert not Execution.objects.filter(owner=alice, graph_version=theirs).exists()


def test_an_agent_that_runs_itself_twice_cannot_explode(alice: User, limits: Limits) -> None:
    limits(max_sub_agent_runs=5)
    graph = GraphBuilder("Hydra")
    for _ in range(2):
        graph.node(
            "AgentExecutorBlock",
            user_id="",
            graph_id=graph.id,
            graph_version=1,
            inputs={},
            input_schema={},
            output_schema={},
        )

    execution = run(alice, graph)

    assert execution.status == "FAILED"
    children = Execution.objects.filter(root=execution)
    assert children.count() == 5
    assert not children.exclude(status="FAILED").exists()
    codes = {row.error["code"] for row in NodeExecution.objects.filter(status="FAILED")}
    assert codes == {"sub_agent_failed", "too_many_sub_agent_runs"}
