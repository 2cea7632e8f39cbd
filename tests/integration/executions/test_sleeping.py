"""Blocks that wait: in the database, without a worker."""

from datetime import datetime, timedelta

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.executions import recovery
from agents.executions.models import Emission, Execution, NodeExecution
from agents.executions.output import outputs
from agents.executions.waiting import waiting
from tests.support.cases import shown
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, rows, run_node, run_to_end, start, statuses

pytestmark = pytest.mark.django_db


def timer(**pins: int) -> tuple[GraphBuilder, str]:
    g = GraphBuilder("Timer")
    node = g.node("CountdownTimerBlock", input_message="tick", **pins)
    shown(g, node, "output_message", "ticks")
    return g, node


def let_time_pass(row: NodeExecution) -> None:
    """Make the moment at which the node execution wakes one of the past."""
    past = now() - timedelta(seconds=1)
    sleeps = [*row.sleeps[:-1], past.isoformat()]
    NodeExecution.objects.filter(pk=row.pk).update(wake_at=past, sleeps=sleeps)


def test_a_sleeper_holds_no_worker_and_says_until_when(alice: User) -> None:
    graph, node = timer(minutes=1)
    execution = start(alice, graph)
    before = now()

    row = run_node(execution, node)

    assert (row.status, row.lease_until, row.emitted) == ("WAITING", None, 0)
    assert row.wake_at is not None
    assert before + timedelta(seconds=60) <= row.wake_at <= now() + timedelta(seconds=60)
    assert row.waits_for == {"kind": "time", "until": row.wake_at.isoformat()}
    assert datetime.fromisoformat(row.sleeps[0]) == row.wake_at
    [word] = waiting(fresh(execution))
    until = f"{row.wake_at:%Y-%m-%d %H:%M:%S}"
    assert word["reason"] == f"Countdown Timer: sleeps until {until} UTC"


def test_nobody_wakes_before_the_moment(alice: User) -> None:
    graph, node = timer(minutes=1)
    execution = start(alice, graph)
    run_node(execution, node)

    assert recovery.wake_sleepers() == 0
    assert statuses(execution, node) == ["WAITING"]


def test_each_tick_is_emitted_once_though_the_block_runs_again_and_again(alice: User) -> None:
    graph, node = timer(hours=1, repeat=3)
    execution = start(alice, graph)
    counts = []

    for _ in range(3):
        row = run_node(execution, node)
        counts.append(row.emitted)
        let_time_pass(row)
        assert recovery.wake_sleepers() == 1
    ended = run_to_end(execution)

    assert counts == [0, 1, 2]
    assert (ended.status, outputs(ended)) == ("COMPLETED", {"ticks": ["tick"] * 3})
    [row] = rows(execution, node)
    assert (row.attempt, row.emitted, row.delivered) == (4, 3, 3)
    numbers = Emission.objects.filter(node_execution=row).values_list("number", flat=True)
    assert list(numbers) == [0, 1, 2]


def test_values_before_a_sleep_go_out_before_it(alice: User) -> None:
    graph, node = timer(hours=1, repeat=2)
    execution = start(alice, graph)
    let_time_pass(run_node(execution, node))
    recovery.wake_sleepers()

    run_node(execution, node)

    assert statuses(execution, node) == ["WAITING"]
    assert outputs(execution) == {"ticks": ["tick"]}


def test_no_wait_is_no_sleep(alice: User) -> None:
    graph, node = timer(repeat=2)
    execution = run_to_end(start(alice, graph))

    assert outputs(execution) == {"ticks": ["tick", "tick"]}
    [row] = rows(execution, node)
    assert row.attempt == 1


def test_a_run_of_many_sleepers_ends_when_the_last_one_wakes(alice: User) -> None:
    graph = GraphBuilder()
    nodes = [graph.node("CountdownTimerBlock", hours=1) for _ in range(3)]
    execution = start(alice, graph)
    for node in nodes:
        let_time_pass(run_node(execution, node))
    assert fresh(execution).unfinished == 3

    assert recovery.wake_sleepers() == 3
    assert run_to_end(execution).status == "COMPLETED"
    assert Execution.objects.get().unfinished == 0
