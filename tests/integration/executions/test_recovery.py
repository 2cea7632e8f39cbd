"""What the sweep mends: lost workers, lost messages, lost bells."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from pytest_django import Settings
from redis import Redis

from accounts.models import User
from agents.engine.policy import Fault
from agents.executions import claims, dispatch, journal, opening, recovery
from agents.executions.claims import LeaseLost
from agents.executions.dispatch import Wanted
from agents.executions.models import Emission, Event, Execution, NodeExecution
from agents.executions.output import outputs
from agents.executions.starting import start_child
from agents.executions.statements import NOT_DURABLE
from agents.executions.suspension import Suspension
from tests.integration.executions.conftest import Limits
from tests.support.cases import shown
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, rows, run_node, run_to_end, start, statuses, version_of

pytestmark = pytest.mark.django_db

NOTHING = {
    "taken_over": 0,
    "woken": 0,
    "sent_again": 0,
    "expired": 0,
    "places_granted": 0,
    "admitted": 0,
    "keys_forgotten": 0,
}
PAST = now() - timedelta(hours=1)


def block_with(effect: str, **pins: Any) -> tuple[GraphBuilder, str]:
    graph = GraphBuilder()
    node = graph.node(f"Stall{effect.title()}", log="/dev/null", stalls=0, **pins)
    shown(graph, node, "out")
    return graph, node


def taken(execution: Execution, node: str, worker: str = "gone:1:t") -> claims.Claim:
    claim = claims.claim(rows(execution, node)[0].pk, worker=worker)
    assert claim is not None
    return claim


def let_leases_run_out() -> None:
    NodeExecution.objects.filter(status="RUNNING").update(lease_until=PAST)


@pytest.mark.parametrize("effect", ["none", "idempotent"])
def test_what_is_safe_to_run_again_is_queued_again(effect: str, alice: User) -> None:
    graph, node = block_with(effect)
    execution = start(alice, graph)
    taken(execution, node)
    let_leases_run_out()

    assert recovery.sweep() == NOTHING | {"taken_over": 1}

    [row] = rows(execution, node)
    assert (row.status, row.losses, row.lease_until) == ("QUEUED", 1, None)
    assert run_to_end(execution).status == "COMPLETED"
    assert outputs(execution) == {"out": ["first", "second"]}


def test_what_costs_too_many_workers_fails(alice: User, limits: Limits) -> None:
    limits(attempts=2)
    graph, node = block_with("none")
    execution = start(alice, graph)
    for _ in range(2):
        taken(execution, node)
        let_leases_run_out()
        recovery.take_over_lost_leases()

    [row] = rows(execution, node)
    assert (row.status, row.error) == (
        "FAILED",
        {
            "code": "worker_lost",
            "message": "2 workers were lost while this block ran, the last one 'gone:1:t'. "
            "It may need more memory or time than a worker has.",
        },
    )
    assert fresh(execution).status == "FAILED"


@pytest.mark.parametrize("handled", [False, True])
def test_what_may_have_acted_on_the_world_is_not_run_again(handled: bool, alice: User) -> None:
    graph, node = block_with("external")
    if handled:
        shown(graph, node, "error", "problem")
    execution = start(alice, graph)
    taken(execution, node)
    let_leases_run_out()

    recovery.sweep()
    ended = run_to_end(execution)

    [row] = rows(execution, node)
    assert (row.status, row.error["code"]) == ("FAILED", "interrupted")
    assert row.error["message"].startswith("The worker 'gone:1:t' was lost while this block ran.")
    assert ended.status == ("COMPLETED" if handled else "FAILED")
    assert outputs(ended) == ({"problem": [row.error["message"]]} if handled else {})


@pytest.mark.parametrize("effect", ["none", "idempotent", "external"])
def test_only_the_claim_of_a_pure_block_may_be_lost_with_the_database(
    effect: str, alice: User
) -> None:
    """A block that acted while its claim was lost would act again, under the same token."""
    graph, node = block_with(effect)
    execution = start(alice, graph)

    with CaptureQueriesContext(connection) as queries:
        taken(execution, node)

    lazy = [one for one in queries.captured_queries if NOT_DURABLE in one["sql"]]
    assert bool(lazy) == (effect == "none")


def test_a_worker_that_is_late_has_no_say(alice: User) -> None:
    graph, node = block_with("idempotent")
    execution = start(alice, graph)
    late = taken(execution, node)
    let_leases_run_out()
    recovery.take_over_lost_leases()
    writes: list[Callable[[], None]] = [
        lambda: claims.record(late, [("out", "late")], after=0),  # type: ignore[list-item]
        lambda: claims.complete(late, [], after=0),
        lambda: claims.fail(late, [], after=0, fault=Fault("c", "m")),
        lambda: claims.suspend(late, [], after=0, suspension=Suspension({})),
        lambda: claims.terminate(late, [], after=0),
    ]

    for write in writes:
        with pytest.raises(LeaseLost):
            write()

    assert not Emission.objects.exists()
    assert statuses(execution, node) == ["QUEUED"]


def test_a_worker_that_is_late_starts_no_agent(alice: User) -> None:
    graph = GraphBuilder()
    node = graph.agent(calculator("Child"), Input=1)
    execution = start(alice, graph)
    late = taken(execution, node)
    let_leases_run_out()
    recovery.take_over_lost_leases()
    child = version_of(alice, calculator("Child"))

    assert start_child(late.node_execution, child, {"Input": 1}) is None

    assert Execution.objects.count() == 1


def test_values_that_were_recorded_before_the_loss_are_delivered_once(alice: User) -> None:
    graph, node = block_with("idempotent")
    execution = start(alice, graph)
    claim = taken(execution, node)
    claims.record(claim, [("out", "first")], after=0)  # type: ignore[list-item]
    let_leases_run_out()
    recovery.sweep()

    ended = run_to_end(execution)

    assert outputs(ended) == {"out": ["first", "second"]}
    values = Emission.objects.filter(node_execution__node_id=node).order_by("number")
    assert [(one.number, one.value) for one in values] == [(0, "first"), (1, "second")]


def test_a_lease_that_still_runs_is_left_alone(alice: User) -> None:
    graph, node = block_with("external")
    execution = start(alice, graph)
    taken(execution, node)

    assert recovery.sweep() == NOTHING
    assert statuses(execution, node) == ["RUNNING"]


def test_a_message_that_nobody_took_is_sent_again(alice: User) -> None:
    start(alice, calculator(), Input=1)
    [row] = NodeExecution.objects.all()
    NodeExecution.objects.update(sent_at=PAST)

    with patch.object(dispatch, "send") as send:
        assert recovery.sweep() == NOTHING | {"sent_again": 1}
        assert recovery.sweep() == NOTHING  # the first one gets some time

    assert any(call.args[0] == [Wanted.of(row)] for call in send.call_args_list)
    row.refresh_from_db()
    assert row.sent_at is not None
    assert now() - row.sent_at < timedelta(minutes=1)


class TestTasksInRedis:
    """What is sent again depends on what waits there."""

    A_WHILE_AGO = timedelta(minutes=1)

    @pytest.fixture
    def redis(self, servers: None) -> Iterator[Redis]:
        with Redis.from_url(settings.REDIS_URL) as client:
            client.delete("io", "cpu")
            yield client
            client.delete("io", "cpu")

    @pytest.fixture
    def queued(self, alice: User, redis: Redis) -> list[NodeExecution]:
        """Five node executions whose tasks wait since a while, oldest first."""
        for _ in range(5):
            start(alice, calculator(), Input=1)
        found = list(NodeExecution.objects.order_by("added_at", "pk"))
        for number, row in enumerate(found):
            sent_at = now() - self.A_WHILE_AGO + timedelta(seconds=number)
            NodeExecution.objects.filter(pk=row.pk).update(sent_at=sent_at)
        dispatch.send([Wanted.of(row) for row in found])
        return found

    @staticmethod
    def sent_again() -> set[Any]:
        return set(NodeExecution.objects.filter(sends=1).values_list("pk", flat=True))

    def test_what_waits_in_a_long_queue_is_not(
        self, queued: list[NodeExecution], redis: Redis
    ) -> None:
        assert recovery.send_again() == 0

        assert (redis.llen("io"), self.sent_again()) == (5, set())

    def test_all_are_when_redis_was_flushed(
        self, queued: list[NodeExecution], redis: Redis
    ) -> None:
        redis.delete("io")

        assert (recovery.send_again(), recovery.send_again()) == (5, 0)

        assert (redis.llen("io"), self.sent_again()) == (5, {row.pk for row in queued})

    def test_as_many_are_as_are_missing(self, queued: list[NodeExecution], redis: Redis) -> None:
        redis.rpop("io", 2)  # those that were sent first

        assert (recovery.send_again(), recovery.send_again()) == (2, 0)

        assert (redis.llen("io"), self.sent_again()) == (5, {row.pk for row in queued[:2]})

    def test_a_long_queue_says_nothing_of_another_one(
        self, queued: list[NodeExecution], redis: Redis
    ) -> None:
        NodeExecution.objects.filter(pk=queued[3].pk).update(queue="cpu")

        assert recovery.send_again() == 1

        assert (redis.llen("cpu"), self.sent_again()) == (1, {queued[3].pk})

    def test_what_is_long_overdue_is_in_any_case(
        self, queued: list[NodeExecution], redis: Redis
    ) -> None:
        dispatch.send([Wanted.of(queued[0])] * 3)  # which hide a loss
        late = now() - recovery.OVERDUE * settings.EXECUTIONS["resend_after"]
        NodeExecution.objects.filter(pk=queued[4].pk).update(sent_at=late)

        assert (recovery.send_again(), recovery.send_again()) == (1, 0)

        assert self.sent_again() == {queued[4].pk}

    def test_all_are_tried_while_redis_is_away(
        self, queued: list[NodeExecution], settings: Settings
    ) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:1/0"

        assert recovery.send_again() == 5


def test_a_version_is_read_once_for_all_its_lost_leases(alice: User) -> None:
    graph = GraphBuilder()
    nodes = [graph.node("StallIdempotent", log="/dev/null", stalls=0) for _ in range(3)]
    execution = start(alice, graph)
    for node in nodes:
        taken(execution, node)
    let_leases_run_out()
    opening._version.cache_clear()

    with CaptureQueriesContext(connection) as queries:
        assert recovery.take_over_lost_leases() == 3

    assert sum("graphs_graphversion" in one["sql"] for one in queries) == 1


def test_a_run_with_nothing_left_to_do_is_ended(alice: User) -> None:
    execution = start(alice, calculator(), Input=1)
    NodeExecution.objects.all().delete()
    Execution.objects.update(unfinished=0)

    nothing = {"orphans_stopped": 0, "closed": 0, "agents_told": 0, "workers_forgotten": 0}
    assert recovery.audit() == nothing | {"closed": 1}
    assert recovery.audit() == nothing
    assert fresh(execution).status == "COMPLETED"


def test_a_run_of_an_older_release_is_listed_with_its_agent_s(alice: User) -> None:
    execution = run_to_end(start(alice, calculator(), Input=8))
    agent = execution.graph_version.agent_id
    Execution.objects.filter(pk=execution.pk).update(agent=None)
    assert not Execution.objects.of_agent(agent).exists()

    assert recovery.audit()["agents_told"] == 1
    assert recovery.audit()["agents_told"] == 0

    assert [one.pk for one in Execution.objects.of_agent(agent)] == [execution.pk]


def test_a_sweep_finds_nothing_in_a_finished_run(alice: User) -> None:
    execution = run_to_end(start(alice, calculator(), Input=1))

    assert recovery.sweep() == NOTHING
    assert fresh(execution).last_seq == execution.last_seq


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_move_each_row_once(alice: User, servers: None) -> None:
    graph = GraphBuilder()
    nodes = [graph.node("StallIdempotent", log="/dev/null", stalls=0) for _ in range(12)]
    execution = start(alice, graph)
    for node in nodes[:6]:
        taken(execution, node)
    NodeExecution.objects.filter(status="RUNNING").update(lease_until=PAST)
    NodeExecution.objects.filter(status="QUEUED").update(sent_at=PAST)
    with patch.object(dispatch, "send") as send:
        found = at_once(2, recovery.sweep)

    assert sum(one["taken_over"] for one in found) == 6
    assert sum(one["sent_again"] for one in found) == 6
    sent = [pk for call in send.call_args_list for pk, *_ in call.args[0]]
    assert len(sent) == len(set(sent)) == 12
    assert {row.losses for node in nodes[:6] for row in rows(execution, node)} == {1}


@pytest.mark.django_db(transaction=True)
def test_several_sweeps_at_once_wake_each_sleeper_once(alice: User, servers: None) -> None:
    graph = GraphBuilder()
    timers = [graph.node("CountdownTimerBlock", days=1) for _ in range(8)]
    agent = graph.agent(calculator("Child"), Input=1)
    execution = start(alice, graph)
    for node in [*timers, agent]:
        run_node(execution, node)
    NodeExecution.objects.filter(wake_at__isnull=False).update(wake_at=PAST)
    child = Execution.objects.get(parent__node_id=agent)
    with patch.object(journal, "wake"):  # its bell is lost
        while ready := child.node_executions.filter(status="QUEUED").first():
            run_node(child, ready.node_id)

    found = at_once(3, recovery.sweep)

    assert sum(one["woken"] for one in found) == 9
    assert {statuses(execution, node)[0] for node in [*timers, agent]} == {"QUEUED"}
    queued = Event.objects.filter(execution=execution, kind=Event.Kind.NODE, status="QUEUED")
    assert queued.count() == 2 * 9  # once each when it became ready, once each now
    told = list(Event.objects.filter(execution=execution).values_list("seq", flat=True))
    assert sorted(told) == list(range(1, fresh(execution).last_seq + 1))


@pytest.mark.django_db(transaction=True)
def test_several_audits_at_once_stop_and_close_each_run_once(alice: User, servers: None) -> None:
    graph = GraphBuilder()
    graph.agent(calculator("Child"), Input=1)
    parents = [start(alice, graph) for _ in range(4)]
    for parent in parents:
        run_node(parent, graph.nodes[0]["id"])
    done = [start(alice, calculator("Other"), Input=1) for _ in range(4)]
    for execution in done:
        execution.node_executions.all().delete()
    Execution.objects.filter(pk__in=[one.pk for one in done]).update(unfinished=0)
    with patch.object(journal, "_stop_child"):  # whoever should have done it died
        for parent in parents:
            journal.stop(parent.pk)

    found = at_once(3, recovery.audit)

    assert sum(one["orphans_stopped"] for one in found) == 4
    assert sum(one["closed"] for one in found) == 4
    assert not Execution.objects.live().exists()
    ends = Event.objects.filter(kind=Event.Kind.GRAPH, status__in=["COMPLETED", "TERMINATED"])
    assert ends.count() == 12  # four parents, four children, four that were done


def at_once(number: int, work: Callable[[], dict[str, int]]) -> list[dict[str, int]]:
    """Return what came of doing it in so many threads at the same time."""
    found: list[dict[str, int]] = []
    together = threading.Barrier(number)

    def join_in() -> None:
        together.wait()
        try:
            found.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=join_in) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == number  # none of them failed
    return found
