"""Cancel is a flag in the database: nothing starts after it."""

import pytest

from accounts.models import User
from agents.executions import claims, recovery, runner, services
from agents.executions.context import WorkerContext
from agents.executions.leases import Pulse, beat
from agents.executions.models import Emission, Event, Execution, NodeExecution
from agents.executions.output import outputs
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, rows, run, run_node, run_queued, start, statuses

pytestmark = pytest.mark.django_db


def claimed(execution: Execution, node: str) -> tuple[claims.Claim, Pulse]:
    """Take the node's queued execution as a worker does."""
    claim = claims.claim(rows(execution, node)[0].pk, worker="worker")
    assert claim is not None
    return claim, Pulse(execution.pk, claim.node_execution.pk, claim.attempt)


def test_a_queued_run_ends_at_once(alice: User) -> None:
    execution = start(alice, calculator(), Input=1)
    [row] = NodeExecution.objects.all()

    assert services.stop_execution(execution.pk)

    ended = fresh(execution)
    assert (ended.status, ended.unfinished, ended.error) == ("TERMINATED", 0, None)
    assert ended.ended_at is not None
    runner.run_node(row.pk)  # its message is still in the queue
    assert run_queued() == 0
    assert not Emission.objects.exists()
    assert list(Event.objects.order_by("seq").values_list("kind", "status", "note")) == [
        ("graph_execution_event", "QUEUED", ""),
        ("node_execution_event", "QUEUED", ""),
        ("graph_execution_event", "QUEUED", "stopping"),
        ("node_execution_event", "TERMINATED", ""),
        ("graph_execution_event", "TERMINATED", ""),
    ]


def test_a_sleeping_run_ends_at_once(alice: User) -> None:
    graph = GraphBuilder()
    node = graph.node("CountdownTimerBlock", hours=1)
    execution = start(alice, graph)
    run_node(execution, node)

    services.stop_execution(execution.pk)

    assert (fresh(execution).status, statuses(execution, node)) == ("TERMINATED", ["TERMINATED"])
    [row] = rows(execution, node)
    assert (row.waits_for, row.wake_at) == (None, None)
    assert recovery.wake_sleepers() == 0


def test_a_running_block_is_asked_to_stop_and_the_run_waits_for_it(alice: User) -> None:
    graph = GraphBuilder()
    node = values(graph, 1, 2)
    shown(graph, node, "out")
    execution = start(alice, graph)
    claim, pulse = claimed(execution, node)

    services.stop_execution(execution.pk)

    assert (fresh(execution).status, statuses(execution, node)) == ("RUNNING", ["RUNNING"])
    assert not pulse.cancelled.is_set()
    beat([pulse])
    assert pulse.cancelled.is_set()
    runner._run_block(claim, WorkerContext(claim, pulse), runner.Outbox(claim))
    assert (fresh(execution).status, statuses(execution, node)) == ("TERMINATED", ["TERMINATED"])
    assert run_queued() == 0


def test_late_results_are_kept_but_start_nothing(alice: User) -> None:
    graph = GraphBuilder()
    node = values(graph, 1, 2)
    sink = shown(graph, node, "out")
    execution = start(alice, graph)
    claim, pulse = claimed(execution, node)
    services.stop_execution(execution.pk)

    runner._run_block(claim, WorkerContext(claim, pulse), runner.Outbox(claim))  # has not heard

    [row] = rows(execution, node)
    assert (row.status, row.emitted, row.delivered) == ("COMPLETED", 2, 0)
    assert rows(execution, sink) == []
    assert outputs(execution) == {}
    assert fresh(execution).status == "TERMINATED"


def test_a_late_failure_does_not_make_a_stopped_run_a_failed_one(alice: User) -> None:
    graph = GraphBuilder()
    node = values(graph, fail="Too late.")
    execution = start(alice, graph)
    claim, pulse = claimed(execution, node)
    services.stop_execution(execution.pk)

    runner._run_block(claim, WorkerContext(claim, pulse), runner.Outbox(claim))

    assert statuses(execution, node) == ["FAILED"]
    assert (fresh(execution).status, fresh(execution).error) == ("TERMINATED", None)


def test_a_lost_worker_of_a_stopped_run_ends_it(alice: User) -> None:
    graph = GraphBuilder()
    node = values(graph, 1)
    execution = start(alice, graph)
    claimed(execution, node)
    services.stop_execution(execution.pk)
    NodeExecution.objects.update(lease_until="2020-01-01T00:00Z")

    assert recovery.sweep()["taken_over"] == 1

    assert (fresh(execution).status, statuses(execution, node)) == ("TERMINATED", ["TERMINATED"])


def test_a_second_stop_changes_nothing(alice: User) -> None:
    execution = start(alice, calculator(), Input=1)
    services.stop_execution(execution.pk)
    before = list(Event.objects.values_list("seq", flat=True))

    assert not services.stop_execution(execution.pk)

    assert list(Event.objects.values_list("seq", flat=True)) == before


def test_a_run_that_has_ended_stays_as_it_is(alice: User) -> None:
    execution = run(alice, calculator(), Input=1)

    assert not services.stop_execution(execution.pk)

    ended = fresh(execution)
    assert (ended.status, ended.cancel_requested_at) == ("COMPLETED", None)
    assert outputs(ended) == {"Output": [35.0]}
