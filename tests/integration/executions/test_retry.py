"""Retry: a run goes on where it broke off, and gives what it would have given."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from agents.engine.ids import PinName
from agents.executions import claims, journal, losses, resuming, runner, services
from agents.executions.context import WorkerContext
from agents.executions.events import messages_after
from agents.executions.leases import Pulse
from agents.executions.models import Emission, Event, Execution, NodeExecution
from agents.executions.output import output_stream, outputs
from agents.executions.resuming import (
    NotRetryable,
    RetryTheRunAbove,
    RunLimitReached,
    StillStopping,
)
from tests.integration.executions.conftest import Limits
from tests.support.cases import shown, sub_agent, values
from tests.support.clients import api
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import (
    fresh,
    rows,
    run,
    run_node,
    run_queued,
    run_to_end,
    start,
    statuses,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mended(tmp_path: Path) -> Path:
    """A file that lets Flaky blocks succeed once it exists."""
    return tmp_path / "mended"


def flaky(graph: GraphBuilder, path: Path, trigger: Any = 1) -> str:
    return graph.node("Flaky", path=str(path), trigger=trigger)


def failing(path: Path) -> tuple[GraphBuilder, str]:
    """Return a graph that shows what a flaky node emits, and that node."""
    graph = GraphBuilder("Child")
    node = flaky(graph, path)
    shown(graph, node, "out")
    return graph, node


def emitted(execution: Execution, node: str) -> list[tuple[str, Any]]:
    found = Emission.objects.filter(
        node_execution__execution=execution, node_execution__node_id=node
    )
    return [one.pair for one in found.order_by("node_execution__number", "number")]


def snapshot(execution: Execution) -> Any:
    return (
        Execution.objects.filter(pk=execution.pk).values().get(),
        list(NodeExecution.objects.filter(execution=execution).order_by("number").values()),
        list(Event.objects.filter(execution=execution).order_by("seq").values()),
    )


def test_a_failed_node_runs_again_past_what_it_gave(alice: User, mended: Path) -> None:
    graph, node = failing(mended)
    execution = run(alice, graph)
    [before] = rows(execution, node)
    assert (execution.status, emitted(execution, node)) == (
        "FAILED",
        [("out", 1), ("error", "Not yet.")],
    )

    mended.touch()
    assert services.retry_execution(execution.pk) == 1

    live = fresh(execution)
    assert (live.status, live.ended_at, live.error, live.failed, live.unfinished) == (
        "RUNNING",
        None,
        None,
        0,
        1,
    )
    [row] = rows(execution, node)
    assert (row.status, row.emitted, row.delivered, row.error) == ("QUEUED", 1, 1, None)
    assert row.attempt == before.attempt + 1
    assert emitted(execution, node) == [("out", 1)]
    ended = run_to_end(execution)
    assert (ended.status, ended.error) == ("COMPLETED", None)
    assert emitted(execution, node) == [("out", 1), ("out", "mended")]
    assert outputs(ended) == {"out": [1, "mended"]}


def test_a_node_that_fails_again_fails_the_run_again(alice: User, mended: Path) -> None:
    graph, node = failing(mended)
    execution = run(alice, graph)
    first = execution.error

    services.retry_execution(execution.pk)
    again = run_to_end(execution)

    assert (again.status, again.error, again.failed) == ("FAILED", first, 1)
    assert emitted(execution, node) == [("out", 1), ("error", "Not yet.")]
    assert outputs(again) == {"out": [1]}


def test_the_events_have_no_gaps_and_tell_each_value_once(alice: User, mended: Path) -> None:
    graph, node = failing(mended)
    execution = run(alice, graph)
    seen = execution.last_seq
    mended.touch()
    services.retry_execution(execution.pk)
    ended = run_to_end(execution)

    told = messages_after(ended, 0)
    assert [one["seq"] for one in told] == list(range(1, ended.last_seq + 1))
    later = messages_after(ended, seen)
    assert [(one["type"], one["data"]["status"]) for one in later[:2]] == [
        ("graph_execution_event", "RUNNING"),
        ("node_execution_event", "QUEUED"),
    ]
    assert later[0]["data"]["note"] == (
        "Retried; node executions that run again: 1. Before: Flaky failed: Not yet."
    )
    assert later[-1]["data"]["status"] == "COMPLETED"
    of_node = [one["data"]["output_data"] for one in told if one["data"].get("node_id") == node]
    assert [one for one in of_node if one] == [{"out": [1]}, {"out": ["mended"]}]


def test_an_error_that_a_link_handles_stays(alice: User, mended: Path) -> None:
    graph, _ = failing(mended)
    handled = flaky(graph, mended, trigger=2)
    shown(graph, handled, "error", "Problem")
    execution = run(alice, graph)
    mended.touch()

    assert services.retry_execution(execution.pk) == 1
    ended = run_to_end(execution)

    assert statuses(execution, handled) == ["FAILED"]
    assert (ended.status, ended.failed) == ("COMPLETED", 1)
    assert outputs(ended) == {"out": [1, "mended"], "Problem": ["Not yet."]}


def test_what_a_stop_held_back_is_delivered_by_a_retry(alice: User) -> None:
    graph = GraphBuilder()
    node = values(graph, 1, 2)
    sink = shown(graph, node, "out")
    execution = start(alice, graph)
    claim = claims.claim(rows(execution, node)[0].pk, worker="worker")
    assert claim is not None
    services.stop_execution(execution.pk)
    pulse = Pulse(execution.pk, claim.node_execution.pk, claim.attempt)
    runner._run_block(claim, WorkerContext(claim, pulse), runner.Outbox(claim))  # has not heard
    assert (fresh(execution).status, rows(execution, sink)) == ("TERMINATED", [])

    assert services.retry_execution(execution.pk) == 0

    assert statuses(execution, sink) == ["QUEUED", "QUEUED"]
    ended = run_to_end(execution)
    assert (ended.status, outputs(ended)) == ("COMPLETED", {"out": [1, 2]})


def test_a_stopped_run_goes_on_with_what_was_stopped(alice: User) -> None:
    graph = GraphBuilder()
    shown(graph, values(graph, 1, 2, 3), "out")
    execution = start(alice, graph)
    run_queued()
    services.stop_execution(execution.pk)
    assert fresh(execution).status == "TERMINATED"

    assert services.retry_execution(execution.pk) == 3

    ended = run_to_end(execution)
    assert (ended.status, ended.cancel_requested_at) == ("COMPLETED", None)
    assert outputs(ended) == {"out": [1, 2, 3]}


def test_a_stopped_sleeper_sleeps_on(alice: User) -> None:
    graph = GraphBuilder()
    node = graph.node("CountdownTimerBlock", hours=1)
    execution = start(alice, graph)
    wake_at = run_node(execution, node).wake_at
    services.stop_execution(execution.pk)

    services.retry_execution(execution.pk)
    row = run_node(execution, node)

    assert (row.status, row.wake_at) == ("WAITING", wake_at)


def test_values_of_a_node_wait_for_its_execution_that_runs_again(alice: User) -> None:
    graph = GraphBuilder()
    source = values(graph, "first", "second")
    relay = graph.node("Emit")
    graph.link(source, "out", relay, "values")
    sink = shown(graph, relay, "out")
    execution = start(alice, graph)
    run_node(execution, source)
    claim = claims.claim(rows(execution, relay)[1].pk, worker="worker")
    assert claim is not None
    services.stop_execution(execution.pk)
    pulse = Pulse(execution.pk, claim.node_execution.pk, claim.attempt)
    runner._run_block(claim, WorkerContext(claim, pulse), runner.Outbox(claim))

    services.retry_execution(execution.pk)

    assert rows(execution, sink) == []
    assert outputs(run_to_end(execution)) == {"out": ["first", "second"]}


def test_a_worker_of_the_run_before_may_write_nothing(alice: User) -> None:
    graph = GraphBuilder()
    node = values(graph, 1)
    execution = start(alice, graph)
    claim = claims.claim(rows(execution, node)[0].pk, worker="slow")
    assert claim is not None
    services.stop_execution(execution.pk)
    NodeExecution.objects.update(lease_until="2020-01-01T00:00Z")
    losses.take_over(claim.node_execution.pk)
    services.retry_execution(execution.pk)
    run_queued()

    with pytest.raises(claims.LeaseLost):
        claims.complete(claim, [(PinName("out"), "late")], after=0)

    assert emitted(execution, node) == [("out", 1)]


class TestSubAgents:
    def test_the_run_of_a_failed_agent_goes_on_and_is_waited_for(
        self, alice: User, mended: Path
    ) -> None:
        child, _ = failing(mended)
        graph = sub_agent(child)
        execution = run(alice, graph)
        below = Execution.objects.get(parent__isnull=False)
        assert (execution.status, below.status) == ("FAILED", "FAILED")
        mended.touch()

        assert services.retry_execution(execution.pk) == 2
        assert fresh(below).status == "RUNNING"
        ended = run_to_end(execution)

        assert (ended.status, fresh(below).status) == ("COMPLETED", "COMPLETED")
        assert Execution.objects.count() == 2
        assert emitted(ended, graph.nodes[0]["id"]) == [("out", 1), ("out", "mended")]
        assert outputs(ended) == {"out": [1, "mended"]}

    def test_at_any_depth(self, alice: User, mended: Path) -> None:
        child, _ = failing(mended)
        graph = sub_agent(sub_agent(child))
        execution = run(alice, graph)
        mended.touch()

        assert services.retry_execution(execution.pk) == 3

        assert outputs(run_to_end(execution)) == {"out": [1, "mended"]}
        assert set(Execution.objects.values_list("status", flat=True)) == {"COMPLETED"}

    def test_a_run_below_is_not_retried_by_itself(self, alice: User, mended: Path) -> None:
        child, _ = failing(mended)
        execution = run(alice, sub_agent(child))
        below = Execution.objects.get(parent__isnull=False)
        before = snapshot(below)

        with pytest.raises(RetryTheRunAbove, match=f"Retry the run above: {execution.pk}"):
            services.retry_execution(below.pk)

        assert snapshot(below) == before

    def test_a_run_below_that_still_stops_is_waited_for(self, alice: User) -> None:
        child = GraphBuilder("Child")
        node = values(child, 1)
        graph = sub_agent(child)
        execution = start(alice, graph)
        run_node(execution, graph.nodes[0]["id"])
        below = Execution.objects.with_graph().get(parent__isnull=False)
        [inner] = below.graph_version.graph.nodes
        assert node == inner
        claims.claim(rows(below, inner)[0].pk, worker="busy")
        services.stop_execution(execution.pk)
        before = snapshot(execution)

        with pytest.raises(StillStopping, match=str(below.pk)):
            services.retry_execution(execution.pk)

        assert snapshot(execution) == before

    def test_what_left_the_child_keeps_its_place_in_the_stream(
        self, alice: User, mended: Path
    ) -> None:
        child = GraphBuilder("Child")
        shown(child, values(child, "a"), "out", "steady")
        shown(child, flaky(child, mended), "out", "flaky")
        execution = run(alice, sub_agent(child))
        below = Execution.objects.with_graph().get(parent__isnull=False)
        before = output_stream(below)
        mended.touch()

        services.retry_execution(execution.pk)
        run_to_end(execution)

        assert sorted(before) == [("flaky", 1), ("steady", "a")]
        assert output_stream(fresh(below)) == [*before, ("flaky", "mended")]


def test_a_late_word_that_a_node_failed_does_not_stop_what_it_runs_again(
    alice: User, mended: Path
) -> None:
    """Between the commit of the failure and the look for its child, somebody retried."""
    graph = sub_agent(failing(mended)[0])
    execution = run(alice, graph)
    [agent] = rows(execution, graph.nodes[0]["id"])
    assert agent.status == "FAILED"
    child = Execution.objects.get(parent=agent)
    mended.touch()
    services.retry_execution(execution.pk)

    journal._stop_child(agent.pk)

    assert fresh(child).cancel_requested_at is None
    assert run_to_end(execution).status == "COMPLETED"


class TestRefusals:
    def test_a_run_that_completed(self, alice: User) -> None:
        execution = run(alice, calculator(), Input=1)
        before = snapshot(execution)

        with pytest.raises(NotRetryable, match="The run completed"):
            resuming.retry(execution.pk)

        assert snapshot(execution) == before

    def test_a_run_that_has_not_ended(self, alice: User) -> None:
        execution = start(alice, calculator(), Input=1)
        before = snapshot(execution)

        with pytest.raises(NotRetryable, match="has not ended"):
            resuming.retry(execution.pk)

        assert snapshot(execution) == before

    def test_a_second_retry_finds_the_run_live(self, alice: User, mended: Path) -> None:
        graph, node = failing(mended)
        execution = run(alice, graph)
        services.retry_execution(execution.pk)

        with pytest.raises(NotRetryable):
            services.retry_execution(execution.pk)

        assert [row.attempt for row in rows(execution, node)] == [2]

    def test_a_run_that_met_a_limit_says_which(self, alice: User, limits: Limits) -> None:
        limits(max_node_executions=2)
        graph = GraphBuilder()
        shown(graph, values(graph, 1, 2, 3), "out")
        execution = run(alice, graph)
        before = snapshot(execution)

        with pytest.raises(RunLimitReached, match="opened 2 node executions, the most"):
            services.retry_execution(execution.pk)

        assert snapshot(execution) == before


class TestEndpoint:
    def test_the_run_is_live_again(self, alice: User, mended: Path) -> None:
        graph, _ = failing(mended)
        execution = run(alice, graph)

        response = api(alice).post(f"/api/v1/executions/{execution.pk}/retry/")

        body = response.json()
        assert response.status_code == 202
        assert (body["id"], body["status"], body["error"]) == (str(execution.pk), "RUNNING", None)

    def test_a_completed_run_is_refused(self, alice: User) -> None:
        execution = run(alice, calculator(), Input=1)

        response = api(alice).post(f"/api/v1/executions/{execution.pk}/retry/")

        assert (response.status_code, response.json()["code"]) == (409, "not_retryable")

    def test_a_stranger_finds_nothing(self, alice: User, charlie: User, mended: Path) -> None:
        graph, _ = failing(mended)
        execution = run(alice, graph)

        answers = [
            api(charlie).post(f"/api/v1/executions/{one}/retry/").status_code
            for one in (execution.pk, uuid4())
        ]

        assert answers == [404, 404]
        assert fresh(execution).status == "FAILED"
