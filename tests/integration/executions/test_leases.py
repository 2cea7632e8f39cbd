"""Life signs of running blocks, in transactions of their own as in a worker."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils.timezone import now

from accounts.models import User
from agents.executions import claims, journal, runner, services
from agents.executions.context import WorkerContext
from agents.executions.leases import Keeper, Pulse, beat
from agents.executions.models import Execution, NodeExecution
from tests.support.cases import sub_agent, values
from tests.support.graphs import GraphBuilder
from tests.support.runs import rows, run_node, start, statuses
from tests.support.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def held(owner: User) -> tuple[claims.Claim, Pulse]:
    graph = GraphBuilder()
    values(graph, 1)
    execution = start(owner, graph)
    [row] = execution.node_executions.all()
    claim = claims.claim(row.pk, worker="w")
    assert claim is not None
    return claim, Pulse(execution.pk, row.pk, claim.attempt)


def lease_of(claim: claims.Claim) -> Any:
    return NodeExecution.objects.get(pk=claim.node_execution.pk).lease_until


def test_a_beat_extends_the_lease(alice: User, servers: None) -> None:
    claim, pulse = held(alice)
    soon = now() + timedelta(seconds=1)
    NodeExecution.objects.update(lease_until=soon)

    beat([pulse])

    assert lease_of(claim) > soon + timedelta(seconds=20)
    assert not pulse.lost.is_set()
    assert not pulse.cancelled.is_set()


def test_a_lease_that_was_taken_over_is_not_extended(alice: User, servers: None) -> None:
    claim, pulse = held(alice)
    other = now() + timedelta(seconds=5)
    NodeExecution.objects.update(attempt=2, lease_until=other)

    beat([pulse])

    assert lease_of(claim) == other
    assert pulse.lost.is_set()


def test_a_block_hears_that_its_run_is_stopped(alice: User, servers: None) -> None:
    claim, pulse = held(alice)
    services.stop_execution(claim.execution.pk)

    beat([pulse])

    assert pulse.cancelled.is_set()
    assert not pulse.lost.is_set()


def test_the_keeper_beats_while_a_block_runs(alice: User, servers: None) -> None:
    claim, _ = held(alice)
    soon = now() + timedelta(seconds=5)
    NodeExecution.objects.update(lease_until=soon)

    with patch("agents.executions.leases.PULSE", 0.05), Keeper().holding(claim):
        eventually(lambda: lease_of(claim) > soon, what="the extension of the lease")


def test_a_row_that_a_journal_holds_is_passed_over_until_the_next_beat(
    alice: User, servers: None
) -> None:
    claim, pulse = held(alice)
    NodeExecution.objects.update(lease_until=now())

    with locked_elsewhere(claim.execution):
        beat([pulse])  # does not wait
        assert not pulse.lost.is_set()
    beat([pulse])

    assert lease_of(claim) > now() + timedelta(seconds=20)


class locked_elsewhere:
    """Another thread's transaction that holds a run and its node executions."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.holds, self.free = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._hold)

    def __enter__(self) -> None:
        self.thread.start()
        assert self.holds.wait(10)

    def __exit__(self, *_: object) -> None:
        self.free.set()
        self.thread.join()

    def _hold(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            for table in ("executions_execution", "executions_nodeexecution"):
                cursor.execute(f"SELECT FROM {table} FOR UPDATE")
            self.holds.set()
            self.free.wait(10)
            cursor.execute("ROLLBACK")
        connection.close()


def test_a_child_that_ends_while_its_parent_lies_down_wakes_it(alice: User, servers: None) -> None:
    """The parent looked at the child before it ended, and was not yet asleep when it rang."""
    child = GraphBuilder("Child")
    values(child, 1)
    graph = sub_agent(child)
    execution = start(alice, graph)
    [row] = rows(execution, graph.nodes[0]["id"])
    looked, go_on = threading.Event(), threading.Event()
    real = journal.is_due

    def slowly(sleeper: NodeExecution) -> bool:
        due = real(sleeper)
        if threading.current_thread() is parent:
            looked.set()
            assert go_on.wait(10)
        return due

    parent = in_thread(lambda: run_node(execution, row.node_id))
    with patch.object(claims, "is_due", slowly):
        parent.start()
        assert looked.wait(10)
        below = Execution.objects.get(parent=row)
        bell = in_thread(lambda: run_node(below, child.nodes[0]["id"]))
        bell.start()
        bell.join(0.5)  # it ends the child, then waits for the parent's lock
        go_on.set()
        for thread in (parent, bell):
            thread.join(10)

    assert Execution.objects.get(pk=below.pk).status == "COMPLETED"
    assert statuses(execution, row.node_id) == ["QUEUED"]


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    return threading.Thread(target=run)


def test_a_block_whose_lease_was_lost_writes_nothing(alice: User) -> None:
    graph = GraphBuilder()
    values(graph, 1)
    [row] = start(alice, graph).node_executions.all()

    with patch.object(WorkerContext, "lost", True):
        runner.run_node(row.pk)

    row.refresh_from_db()
    assert (row.status, row.emitted) == ("RUNNING", 0)
