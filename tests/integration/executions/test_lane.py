"""The local lane: what follows from a node execution runs in place, and what may not is sent."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from celery.signals import task_postrun, task_prerun
from django.db import OperationalError

from accounts.models import User
from agents.executions import (
    blockcall,
    costs,
    dispatch,
    opening,
    recovery,
    runner,
    services,
)
from agents.executions.claims import Take
from agents.executions.lane import Lane
from agents.executions.models import Emission, Execution, NodeExecution
from agents.executions.output import outputs
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, run, run_to_end, start, statuses

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("lane")]


@pytest.fixture
def sent() -> Iterator[list[str]]:
    """The node executions that a message was sent for."""
    found: list[str] = []
    with patch.object(
        dispatch, "send", lambda wanted, bell=(): found.extend(one.node_execution for one in wanted)
    ):
        yield found


def chain(*blocks: tuple[str, dict[str, Any]]) -> tuple[GraphBuilder, list[str]]:
    """Return a graph of an input and these probes, one behind the other, and their ids."""
    graph = GraphBuilder("Chain")
    last, pin = graph.input("in"), "result"
    nodes = []
    for name, values in blocks:
        node = graph.node(name, **values)
        graph.link(last, pin, node, "trigger")
        nodes.append(node)
        last, pin = node, "out"
    return graph, nodes


def quick(*values: Any) -> tuple[str, dict[str, Any]]:
    return "Emit", {"values": list(values)}


def first(execution: Execution) -> UUID:
    return NodeExecution.objects.get(execution=execution, status="QUEUED").pk


def test_a_chain_of_quick_nodes_is_one_message(alice: User, sent: list[str]) -> None:
    graph, nodes = chain(quick(1), quick(2), quick(3))
    execution = start(alice, graph, **{"in": 0})
    before = list(sent)

    runner.run_node(first(execution))

    assert len(before) == 1
    assert sent == before
    assert fresh(execution).status == "COMPLETED"
    assert [statuses(execution, node) for node in nodes] == [["COMPLETED"]] * 3


def test_each_node_is_a_task_of_its_own(alice: User, sent: list[str]) -> None:
    graph, _ = chain(quick(1), quick(2))
    execution = start(alice, graph, **{"in": 0})
    begun: list[tuple[str, str]] = []
    ended: list[str] = []

    def begin(task_id: str, args: Any, **_: Any) -> None:
        begun.append((task_id, args[0]))

    def end(task_id: str, **_: Any) -> None:
        ended.append(task_id)

    task_prerun.connect(begin)
    task_postrun.connect(end)
    try:
        runner.run_node(first(execution))
    finally:
        task_prerun.disconnect(begin)
        task_postrun.disconnect(end)

    # The first one came by itself; here nobody received it as a task.
    rows = NodeExecution.objects.filter(execution=execution).order_by("start_number")[1:]
    assert [pk for _, pk in begun] == [str(row.pk) for row in rows]
    assert [task_id for task_id, _ in begun] == ended
    assert len(set(ended)) == 2


@pytest.mark.parametrize("block", ["StallNone", "StallExternal"])
def test_what_sees_the_world_is_sent(
    alice: User, sent: list[str], tmp_path: Any, block: str
) -> None:
    graph, [_, stall] = chain(quick(1), (block, {"log": str(tmp_path / "log"), "stalls": 0}))
    execution = start(alice, graph, **{"in": 0})
    sent.clear()

    runner.run_node(first(execution))

    [row] = NodeExecution.objects.filter(execution=execution, node_id=stall)
    assert (row.status, sent) == ("QUEUED", [str(row.pk)])


def test_what_was_slow_before_is_sent(alice: User, sent: list[str]) -> None:
    graph, [_, slow] = chain(quick(1), ("Mix", {}))
    execution = start(alice, graph, **{"in": 0})
    block = fresh(execution).graph_version.graph.nodes[slow].block_id  # type: ignore[index]
    sent.clear()

    with patch("agents.executions.costs.LIGHT", 1.0), patch.dict(costs._means, {block: 2.0}):
        runner.run_node(first(execution))

    [row] = NodeExecution.objects.filter(execution=execution, node_id=slow)
    assert (row.status, sent) == ("QUEUED", [str(row.pk)])


def test_a_block_of_another_queue_is_sent(alice: User, sent: list[str]) -> None:
    graph = GraphBuilder("Queues")
    source = graph.node("StoreValueBlock", input="a b")
    pattern = graph.node("ExtractTextInformationBlock", pattern="b", group=0)
    graph.link(source, "output", pattern, "text")
    execution = start(alice, graph)
    sent.clear()

    runner.run_node(first(execution))

    [row] = NodeExecution.objects.filter(execution=execution, node_id=pattern)
    assert (row.queue, row.status, sent) == ("cpu", "QUEUED", [str(row.pk)])


@pytest.mark.parametrize("trouble", ["sends", "losses", "attempt"])
def test_what_went_wrong_before_is_claimed_by_itself(
    alice: User, sent: list[str], trouble: str
) -> None:
    graph, _ = chain(quick(1), quick(2))
    execution = start(alice, graph, **{"in": 0})
    row = first(execution)
    NodeExecution.objects.filter(pk=row).update(**{trouble: 1})
    claimed: list[UUID] = []

    def make(step: Take, ledger: Any, row: NodeExecution, **more: Any) -> None:
        claimed.append(row.pk)
        real(step, ledger, row, **more)

    real = Take.make
    with patch.object(Take, "make", make):
        runner.run_node(row)

    assert claimed == [row]
    assert fresh(execution).status == "COMPLETED"


def test_a_stretch_that_dies_leaves_nothing_and_runs_again(alice: User, sent: list[str]) -> None:
    graph, nodes = chain(quick(1), quick(2), quick(3))
    execution = start(alice, graph, **{"in": 0})
    calls = 0

    def emissions(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt  # as good as a worker's end
        return real(*args)

    real = blockcall.emissions
    with patch.object(blockcall, "emissions", emissions), pytest.raises(KeyboardInterrupt):
        runner.run_node(first(execution))

    assert fresh(execution).last_seq == 2  # the run, and its first node queued
    assert not Emission.objects.exists()
    assert NodeExecution.objects.filter(execution=execution).count() == 1
    run_to_end(execution)
    assert [statuses(execution, node) for node in nodes] == [["COMPLETED"]] * 3


def test_a_failure_in_the_lane_is_journaled_like_any_other(alice: User, sent: list[str]) -> None:
    graph, [_, bad, _] = chain(quick(1), ("Emit", {"values": [5], "fail": "Broken."}), quick(3))

    execution = run(alice, graph, **{"in": 0})

    row = NodeExecution.objects.get(execution=execution, node_id=bad)
    assert (row.status, row.error) == ("FAILED", {"code": "block_failed", "message": "Broken."})
    assert [one.pair for one in row.emissions.order_by("number")] == [
        ("out", 5),
        ("error", "Broken."),
    ]
    assert execution.status == "FAILED"


def test_a_block_with_many_values_is_claimed_and_recorded_bit_by_bit(
    alice: User, sent: list[str]
) -> None:
    graph, [many] = chain(quick(*range(30)))
    with patch("agents.executions.lane.MOST_VALUES", 10):
        execution = run(alice, graph, **{"in": 0})

    row = NodeExecution.objects.get(execution=execution, node_id=many)
    assert (row.status, row.attempt, row.emitted) == ("COMPLETED", 1, 30)
    assert [one.value for one in row.emissions.order_by("number")] == list(range(30))


def fan_out(width: int) -> tuple[GraphBuilder, str, str]:
    graph = GraphBuilder("Fan-out")
    source = graph.node("StepThroughItemsBlock", items=list(range(width)))
    middle = graph.node("UniversalTypeConverterBlock", type="string")
    out = graph.output("Out")
    graph.link(source, "item", middle, "value")
    graph.link(middle, "value", out, "value")
    return graph, middle, out


def test_a_fan_out_goes_on_stretch_by_stretch_without_messages(
    alice: User, sent: list[str]
) -> None:
    graph, middle, _ = fan_out(25)
    execution = start(alice, graph)
    sent.clear()

    with patch("agents.executions.lane.MOST_IN_STRETCH", 7):
        runner.run_node(first(execution))

    assert sent == []
    execution = fresh(execution)
    assert execution.status == "COMPLETED"
    assert outputs(execution) == {"Out": [str(number) for number in range(25)]}
    assert statuses(execution, middle) == ["COMPLETED"] * 25


@pytest.mark.parametrize(("most", "messages"), [(2000, 0), (3, 25)])
def test_a_run_that_others_change_is_read_again_unless_that_is_too_much(
    alice: User, sent: list[str], most: int, messages: int
) -> None:
    graph, middle, _ = fan_out(25)
    execution = start(alice, graph)
    sent.clear()
    reopen = opening.reopen

    def after_another(ledger: Any) -> Any:
        taken = NodeExecution.objects.filter(node_id=middle, status="QUEUED").last()
        if taken is not None:
            Lane("another worker").begin(taken.pk)
        return reopen(ledger)

    with (
        patch("agents.executions.lane.MOST_IN_STRETCH", 5),
        patch("agents.executions.opening.MOST_REREAD", most),
        patch.object(opening, "reopen", after_another),
    ):
        runner.run_node(first(execution))

    assert len(sent) == messages
    run_to_end(execution)
    assert outputs(fresh(execution)) == {"Out": [str(number) for number in range(25)]}
    assert statuses(execution, middle) == ["COMPLETED"] * 25


def test_after_its_time_the_lane_sends_everything(alice: User, sent: list[str]) -> None:
    graph, _, _ = fan_out(25)
    execution = start(alice, graph)
    sent.clear()

    with patch("agents.executions.claims.STRETCH", 0), patch("agents.executions.lane.LANE", 0):
        runner.run_node(first(execution))

    assert len(sent) == 25


def test_a_stop_between_stretches_ends_what_the_lane_kept(alice: User, sent: list[str]) -> None:
    graph, middle, _ = fan_out(25)
    execution = start(alice, graph)
    reopen = opening.reopen

    def stop_first(ledger: Any) -> Any:
        services.stop_execution(execution.pk)
        return reopen(ledger)

    with (
        patch("agents.executions.lane.MOST_IN_STRETCH", 1),
        patch.object(opening, "reopen", stop_first),
    ):
        runner.run_node(first(execution))

    execution = fresh(execution)
    assert execution.status == "TERMINATED"
    assert statuses(execution, middle).count("TERMINATED") == 24


def test_what_the_lane_kept_is_sent_when_its_stretch_fails(alice: User, sent: list[str]) -> None:
    graph, _, _ = fan_out(5)
    execution = start(alice, graph)
    sent.clear()

    with (
        patch("agents.executions.lane.MOST_IN_STRETCH", 1),
        patch.object(opening, "reopen", side_effect=OperationalError("gone")),
        pytest.raises(OperationalError),
    ):
        runner.run_node(first(execution))

    queued = NodeExecution.objects.filter(execution=execution, status="QUEUED")
    assert sorted(sent) == sorted(str(row.pk) for row in queued)
    run_to_end(execution)
    assert len(outputs(fresh(execution))["Out"]) == 5


def test_a_claimed_node_is_recorded_before_the_lane_goes_on(
    alice: User, sent: list[str], tmp_path: Any
) -> None:
    log = tmp_path / "log"
    graph, [mail, after] = chain(
        ("StallNone", {"log": str(log), "stalls": 0}), ("Crash", {"message": "x"})
    )
    execution = start(alice, graph, **{"in": 0})
    runner.run_node(first(execution))
    reopened: list[str] = []
    reopen = opening.reopen

    def look(ledger: Any) -> Any:
        reopened.extend(statuses(execution, mail))
        return reopen(ledger)

    with patch.object(opening, "reopen", look):
        runner.run_node(first(execution))

    assert reopened == ["COMPLETED"]
    assert statuses(execution, after) == ["FAILED", "FAILED"]  # it emits twice
    assert len(log.read_text().splitlines()) == 1


def test_a_loop_without_an_exit_ends_at_the_limit(
    alice: User, sent: list[str], settings: Any
) -> None:
    settings.EXECUTIONS = {**settings.EXECUTIONS, "max_node_executions": 30}
    graph = GraphBuilder("Loop")
    node = graph.node("Emit", values=[1])
    start_node = graph.input("in")
    graph.link(start_node, "result", node, "trigger")
    graph.link(node, "out", node, "trigger")

    execution = run(alice, graph, **{"in": 0})

    assert execution.status == "FAILED"
    assert execution.error["code"] == "too_many_node_executions"
    assert not NodeExecution.objects.filter(execution=execution, status="QUEUED").exists()


def test_a_message_that_the_sweep_sends_again_marks_its_node(alice: User, sent: list[str]) -> None:
    graph, _ = chain(quick(1))
    execution = start(alice, graph, **{"in": 0})
    row = first(execution)
    NodeExecution.objects.filter(pk=row).update(sent_at="2020-01-01T00:00:00Z")
    sent.clear()

    recovery.send_again()

    assert (NodeExecution.objects.get(pk=row).sends, sent) == (1, [str(row)])
