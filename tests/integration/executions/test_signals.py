"""Events from outside: each signal is kept until one wait takes it, in order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.timezone import now

from accounts.models import User
from agents.executions import blockcall, claims, recovery, services
from agents.executions.context import WorkerContext
from agents.executions.leases import Pulse
from agents.executions.models import EventWait, Execution, NodeExecution, Signal
from agents.executions.output import outputs
from agents.executions.signalling import ExecutionEnded, send
from agents.executions.sizes import ValueTooLarge
from agents.executions.suspension import Suspended, Suspension
from agents.executions.waiting import waiting
from kernel.idempotency import IdempotencyKeyReused, KeyedRequest
from tests.integration.executions.conftest import Limits
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder
from tests.support.reviews import listening
from tests.support.runs import fresh, rows, run_node, run_queued, run_to_end, start, statuses

pytestmark = pytest.mark.django_db


def waits(owner: User, **pins: Any) -> tuple[Execution, NodeExecution]:
    """Return a run that waits for the event `paid`, and the node execution that does."""
    graph, node = listening(**pins)
    execution = start(owner, graph)
    return execution, run_node(execution, node)


def many(number: int) -> tuple[GraphBuilder, str]:
    """Return a graph whose node waits for `paid` so many times, each with an execution."""
    g = GraphBuilder()
    node = g.node("WaitForEventBlock", name="paid")
    g.link(values(g, *range(number)), "out", node, "trigger")
    shown(g, node, "value", "value")
    return g, node


def let_time_pass(row: NodeExecution) -> None:
    """Make the wait of the node execution one that began a minute and a second ago."""
    past, minute = now() - timedelta(seconds=1), timedelta(seconds=60)
    NodeExecution.objects.filter(pk=row.pk).update(wake_at=past)
    EventWait.objects.filter(node_execution=row).update(deadline=past, created=past - minute)


def tried_again(owner: User) -> tuple[Execution, NodeExecution]:
    """Return a run that has waited in vain for `paid`, and the node that is to be tried again."""
    graph, node = listening(timeout_seconds=60)
    graph.policy(node, retry={"max_attempts": 2, "initial_seconds": 30, "errors": "any"})
    execution = start(owner, graph)
    let_time_pass(run_node(execution, node))
    assert recovery.wake_sleepers() == 1
    return execution, run_node(execution, node)


def come_to_the_next_try(execution: Execution, row: NodeExecution) -> NodeExecution:
    """Let the time between two tries pass, and run the next one."""
    NodeExecution.objects.filter(pk=row.pk).update(wake_at=now())
    EventWait.objects.filter(node_execution=row).update(
        created=now(), deadline=now() + timedelta(seconds=60)
    )
    assert recovery.wake_sleepers() == 1
    return run_node(execution, row.node_id)


def about_to_wait(execution: Execution, row: NodeExecution) -> tuple[claims.Claim, Suspension]:
    """Run the queued node execution up to where it would be written down that it waits."""
    claim = claims.claim(row.pk, worker="worker")
    assert claim is not None
    context = WorkerContext(claim, Pulse(execution.pk, row.pk, claim.attempt))
    with pytest.raises(Suspended) as pause:
        next(blockcall.emissions(claim.node, claim.node_execution.input_data, context))
    return claim, pause.value.suspension


class TestWaiting:
    def test_a_node_waits_without_a_worker_and_says_what_for(self, alice: User) -> None:
        execution, row = waits(alice)

        wait = EventWait.objects.get()
        assert (row.status, row.lease_until, row.wake_at) == ("WAITING", None, None)
        assert row.waits_for == {
            "kind": "event",
            "name": "paid",
            "wait": 1,
            "since": wait.created.isoformat(),
            "until": None,
        }
        [word] = waiting(fresh(execution))
        since = f"{wait.created:%Y-%m-%d %H:%M:%S}"
        assert word["reason"] == f"Wait For Event: waits for the event 'paid' since {since} UTC"
        assert sum(recovery.sweep().values()) == 0

    def test_a_signal_ends_the_wait_with_its_value(self, alice: User) -> None:
        execution, row = waits(alice)

        signal, is_new = send(execution.pk, by=alice, name="paid", value={"euro": 5})

        assert (is_new, signal.number, signal.sent_by) == (True, 0, alice)
        assert signal.taken_by == EventWait.objects.get()
        assert statuses(execution, row.node_id) == ["QUEUED"]
        assert outputs(run_to_end(execution)) == {"value": [{"euro": 5}]}

    def test_a_signal_that_comes_before_the_wait_is_kept(self, alice: User) -> None:
        graph, node = listening()
        execution = start(alice, graph)
        send(execution.pk, by=alice, name="paid", value=1)

        run_node(execution, node)

        assert statuses(execution, node) == ["QUEUED"]
        assert outputs(run_to_end(execution)) == {"value": [1]}

    def test_a_signal_while_the_worker_is_about_to_wait_is_not_lost(self, alice: User) -> None:
        graph, node = listening()
        execution = start(alice, graph)
        claim, suspension = about_to_wait(execution, rows(execution, node)[0])

        send(execution.pk, by=alice, name="paid", value=1)
        claims.suspend(claim, [], after=0, suspension=suspension)

        assert outputs(run_to_end(execution)) == {"value": [1]}

    def test_signals_of_other_names_and_other_runs_are_none_of_its_business(
        self, alice: User
    ) -> None:
        execution, row = waits(alice)
        other, _ = waits(alice)

        send(execution.pk, by=alice, name="Paid")
        send(other.pk, by=alice, name="paid")

        assert statuses(execution, row.node_id) == ["WAITING"]
        assert outputs(run_to_end(other)) == {"value": [None]}

    def test_each_signal_goes_to_one_wait_in_order(self, alice: User) -> None:
        graph, node = many(4)
        execution = start(alice, graph)
        source = graph.nodes[1]["id"]
        send(execution.pk, by=alice, name="paid", value="first")
        run_node(execution, source)
        for _ in range(3):
            run_node(execution, node)
        send(execution.pk, by=alice, name="paid", value="second")
        send(execution.pk, by=alice, name="paid", value="third")
        while run_queued():
            pass

        assert outputs(execution) == {"value": ["first", "second", "third"]}
        assert statuses(execution, node) == [*["COMPLETED"] * 3, "WAITING"]
        assert list(Signal.objects.values_list("number", flat=True)) == [0, 1, 2]
        assert Signal.objects.left(execution.pk, "paid").count() == 0

    def test_a_node_that_is_run_again_finds_the_signal_that_it_had(self, alice: User) -> None:
        execution, row = waits(alice)
        send(execution.pk, by=alice, name="paid", value=1)
        send(execution.pk, by=alice, name="paid", value=2)
        claim = claims.claim(row.pk, worker="worker")  # the worker is lost with the first one
        assert claim is not None
        NodeExecution.objects.filter(pk=row.pk).update(lease_until="2026-01-01T00:00Z")

        assert recovery.sweep()["taken_over"] == 1

        assert outputs(run_to_end(execution)) == {"value": [1]}
        assert [one.value for one in Signal.objects.left(execution.pk, "paid")] == [2]

    @pytest.mark.parametrize("name", ["", "x" * 201, "a\x00b", "\ud800"])
    def test_a_name_that_no_signal_can_have_is_an_error(self, name: str, alice: User) -> None:
        graph, node = listening(name)
        execution = run_to_end(start(alice, graph))

        [row] = rows(execution, node)
        assert row.error["code"] == "block_failed"
        assert row.error["message"].startswith("An event's name may have 1 to 200 characters")


class TestDeadlines:
    def test_nothing_in_time_is_an_error_with_a_code(self, alice: User) -> None:
        execution, row = waits(alice, timeout_seconds=60)
        assert row.wake_at == EventWait.objects.get().deadline
        assert recovery.wake_sleepers() == 0
        let_time_pass(row)

        assert recovery.wake_sleepers() == 1

        ended = run_to_end(execution)
        [row] = rows(execution, row.node_id)
        message = "The event 'paid' did not happen in time."
        assert row.error == {"code": "event_timed_out", "message": message}
        assert (ended.status, outputs(ended)) == ("COMPLETED", {"error": [message]})

    def test_what_comes_too_late_stays(self, alice: User) -> None:
        graph, node = listening(timeout_seconds=60)
        shown(graph, graph.node("CountdownTimerBlock", hours=1), "output_message", "later")
        execution = start(alice, graph)
        let_time_pass(run_node(execution, node))
        recovery.wake_sleepers()
        run_node(execution, node)

        signal, _ = send(execution.pk, by=alice, name="paid")

        assert signal.taken_by is None
        assert statuses(execution, node) == ["FAILED"]

    def test_a_signal_before_the_node_hears_of_its_deadline_counts(self, alice: User) -> None:
        execution, row = waits(alice, timeout_seconds=60)
        let_time_pass(row)
        recovery.wake_sleepers()

        send(execution.pk, by=alice, name="paid", value="just so")

        assert outputs(run_to_end(execution)) == {"value": ["just so"]}

    def test_no_time_at_all_takes_only_what_is_there(self, alice: User) -> None:
        graph, _ = listening(timeout_seconds=0)
        execution = start(alice, graph)
        send(execution.pk, by=alice, name="paid", value=1)
        assert outputs(run_to_end(execution)) == {"value": [1]}

        nothing = run_to_end(start(alice, graph))
        assert outputs(nothing) == {"error": ["The event 'paid' did not happen in time."]}

    def test_a_retry_waits_anew(self, alice: User) -> None:
        graph = GraphBuilder()
        node = graph.node("WaitForEventBlock", name="paid", timeout_seconds=60)
        shown(graph, node, "value", "value")
        execution = start(alice, graph)
        let_time_pass(run_node(execution, node))
        recovery.wake_sleepers()
        assert run_to_end(execution).status == "FAILED"

        services.retry_execution(execution.pk)
        row = run_node(execution, node)

        assert row.status == "WAITING"
        assert row.wake_at is not None
        assert row.wake_at > now()
        send(execution.pk, by=alice, name="paid", value="at last")
        assert outputs(run_to_end(execution)) == {"value": ["at last"]}

    def test_another_try_waits_anew_from_when_it_begins(self, alice: User) -> None:
        execution, row = tried_again(alice)
        assert (row.status, row.tries, EventWait.objects.count()) == ("WAITING", 2, 1)
        wait = EventWait.objects.get()
        assert (wait.ended_at, wait.created) == (None, row.wake_at)
        assert wait.deadline == wait.created + timedelta(seconds=60)

        row = come_to_the_next_try(execution, row)

        assert row.waits_for is not None
        assert (row.status, row.waits_for["kind"]) == ("WAITING", "event")
        assert row.wake_at == EventWait.objects.get().deadline
        send(execution.pk, by=alice, name="paid", value="at last")
        assert outputs(run_to_end(execution)) == {"value": ["at last"]}

    def test_what_comes_between_two_tries_is_for_the_next_one(self, alice: User) -> None:
        execution, row = tried_again(alice)

        signal, _ = send(execution.pk, by=alice, name="paid", value="between")

        assert signal.taken_by == EventWait.objects.get()
        assert statuses(execution, row.node_id) == ["WAITING"]  # the next try is not due
        NodeExecution.objects.filter(pk=row.pk).update(wake_at=now())
        assert recovery.wake_sleepers() == 1
        assert outputs(run_to_end(execution)) == {"value": ["between"]}

    def test_the_last_try_fails_when_its_own_time_is_up(self, alice: User) -> None:
        execution, row = tried_again(alice)
        let_time_pass(come_to_the_next_try(execution, row))
        recovery.wake_sleepers()

        ended = run_to_end(execution)

        [row] = rows(execution, row.node_id)
        assert (row.error["code"], row.tries) == ("event_timed_out", 2)
        assert outputs(ended) == {"error": ["The event 'paid' did not happen in time."]}


class TestSending:
    def test_a_run_that_is_over_takes_none(self, alice: User) -> None:
        execution, _ = waits(alice)
        services.stop_execution(execution.pk)

        with pytest.raises(ExecutionEnded):
            send(execution.pk, by=alice, name="paid")
        assert not Signal.objects.exists()

    def test_a_retried_run_goes_on_waiting(self, alice: User) -> None:
        execution, row = waits(alice)
        services.stop_execution(execution.pk)
        services.retry_execution(execution.pk)
        send(execution.pk, by=alice, name="paid", value=1)

        assert outputs(run_to_end(execution)) == {"value": [1]}
        assert rows(execution, row.node_id)[0].status == "COMPLETED"

    def test_a_wait_that_ended_with_its_node_takes_none(self, alice: User) -> None:
        execution, row = waits(alice)
        NodeExecution.objects.filter(pk=row.pk).update(status="FAILED")

        signal, _ = send(execution.pk, by=alice, name="paid")

        assert signal.taken_by is None

    def test_a_request_that_is_sent_twice_is_one_signal(self, alice: User) -> None:
        execution, _ = waits(alice)
        request = KeyedRequest.of("k", body={"name": "paid"})

        first, is_first_new = send(execution.pk, by=alice, name="paid", request=request)
        again, is_again_new = send(execution.pk, by=alice, name="paid", request=request)

        assert (first, is_first_new, is_again_new) == (again, True, False)
        assert Signal.objects.count() == 1
        with pytest.raises(IdempotencyKeyReused):
            send(execution.pk, by=alice, name="paid", request=KeyedRequest.of("k", body=1))
        assert run_to_end(execution).status == "COMPLETED"
        assert not send(execution.pk, by=alice, name="paid", request=request)[1]

    def test_a_value_has_the_size_of_a_value_at_the_most(self, alice: User, limits: Limits) -> None:
        execution, _ = waits(alice)
        limits(max_value_bytes=1024)

        with pytest.raises(ValueTooLarge, match="1,025 bytes; 1,024 are allowed"):
            send(execution.pk, by=alice, name="paid", value="x" * 1023)
        assert not Signal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_signals_sent_at_once_are_each_taken_once(alice: User) -> None:
    graph, node = many(6)
    execution = start(alice, graph)
    run_node(execution, graph.nodes[1]["id"])
    for _ in range(6):
        run_node(execution, node)

    def attempt(value: int) -> None:
        try:
            send(execution.pk, by=alice, name="paid", value=value)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(attempt, range(6)))

    in_order: list[Any] = list(Signal.objects.order_by("number").values_list("value", flat=True))
    assert sorted(in_order) == list(range(6))
    assert outputs(run_to_end(execution)) == {"value": in_order}


def test_a_block_by_itself_waits_for_nothing(alice: User) -> None:
    from agents.executions.blockrun import BlockNeedsAgent, run_block

    with pytest.raises(BlockNeedsAgent):
        run_block(alice, "5cfeb93a-b934-471f-b418-adb0d5f97d38", {"name": "paid"})
