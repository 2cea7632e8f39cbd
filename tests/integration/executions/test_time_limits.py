"""How long a try and a run may take, and what becomes of what takes longer."""

import time
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.executions import claims, journal, leases, losses, recovery, runner
from agents.executions.context import WorkerContext
from agents.executions.leases import GRACE, Keeper, Pulse, beat, end_overdue
from agents.executions.models import Emission, Execution, NodeExecution
from agents.executions.output import outputs
from agents.executions.runner import Outbox
from tests.integration.executions.conftest import Limits
from tests.support.cases import shown, sub_agent, values
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, rows, run_node, run_to_end, start, statuses

pytestmark = pytest.mark.django_db

PAST = now() - timedelta(hours=1)
TIMED_OUT = {
    "code": "timed_out",
    "message": "The block ran for 60 s, the longest that one try may take, and was ended. Give it "
    "less to do, or raise the node's `timeout_seconds` or NODE_TIMEOUT_SECONDS.",
}


@pytest.fixture
def graph() -> GraphBuilder:
    """A node that emits 1 and 2, and may run for a minute."""
    graph = GraphBuilder()
    node = values(graph, 1, 2)
    graph.policy(node, timeout_seconds=60)
    for pin in ("out", "error"):
        shown(graph, node, pin, pin)
    return graph


def taken(execution: Execution) -> tuple[claims.Claim, Pulse]:
    """Return the claim of the run's first node, and a pulse whose time has just run out."""
    [row] = execution.node_executions.filter(status="QUEUED")
    claim = claims.claim(row.pk, worker="w")
    assert claim is not None
    with Keeper().holding(claim) as pulse:
        pulse.since = time.monotonic() - pulse.seconds
        return claim, pulse


@pytest.fixture(autouse=True)
def no_connections_of_keepers() -> Iterator[None]:
    """Keepers stay idle: their threads could not see what a test has not committed."""
    with patch.object(leases, "PULSE", 3600):
        yield


def test_a_try_may_run_as_long_as_its_policy_says(
    alice: User, graph: GraphBuilder, limits: Limits
) -> None:
    limits(node_timeout=timedelta(seconds=7))
    graph.nodes.append(other := {**graph.nodes[0], "id": "x" * 36, "metadata": {}})
    execution = start(alice, graph)

    found = {}
    for row in execution.node_executions.filter(status="QUEUED"):
        claim = claims.claim(row.pk, worker="w")
        assert claim is not None
        with Keeper().holding(claim) as pulse:
            found[row.node_id] = pulse.seconds

    assert found == {graph.nodes[0]["id"]: 60.0, other["id"]: 7.0}


def test_a_block_that_listens_fails_when_its_time_is_up(alice: User, graph: GraphBuilder) -> None:
    execution = start(alice, graph)
    claim, pulse = taken(execution)
    beat([pulse])
    context = WorkerContext(claim, pulse)
    assert context.cancelled

    runner._run_block(claim, context, Outbox(claim))

    ended = run_to_end(execution)
    [row] = rows(execution, graph.nodes[0]["id"])
    assert (row.status, row.error) == ("FAILED", TIMED_OUT)
    assert outputs(ended) == {"out": [1], "error": [TIMED_OUT["message"]]}
    assert ended.status == "COMPLETED"


def test_a_block_that_does_not_listen_is_fenced_off(alice: User, graph: GraphBuilder) -> None:
    execution = start(alice, graph)
    claim, pulse = taken(execution)

    end_overdue([pulse])
    assert statuses(execution, claim.node.id) == ["RUNNING"]  # it may still end by itself
    pulse.since -= GRACE
    end_overdue([pulse])

    [row] = rows(execution, claim.node.id)
    assert (row.status, row.error, row.attempt) == ("FAILED", TIMED_OUT, 2)
    assert pulse.lost.is_set()
    with pytest.raises(claims.LeaseLost):
        claims.complete(claim, [("out", "late")], after=0)  # type: ignore[list-item]
    assert not Emission.objects.filter(pin="out").exists()
    assert outputs(run_to_end(execution)) == {"error": [TIMED_OUT["message"]]}


def test_a_node_that_ended_in_time_is_left_alone(alice: User, graph: GraphBuilder) -> None:
    execution = start(alice, graph)
    claim, pulse = taken(execution)
    claims.complete(claim, [], after=0)
    pulse.since -= GRACE

    end_overdue([pulse])

    assert statuses(execution, claim.node.id) == ["COMPLETED"]


def test_a_policy_may_try_again_what_ran_too_long(alice: User, graph: GraphBuilder) -> None:
    graph.policy(graph.nodes[0]["id"], retry={"errors": ["timed_out"], "max_attempts": 2})
    execution = start(alice, graph)
    claim, _ = taken(execution)

    assert losses.time_out(claim.node_execution.pk, attempt=claim.attempt, seconds=60)
    assert not losses.time_out(claim.node_execution.pk, attempt=claim.attempt, seconds=60)

    [row] = rows(execution, claim.node.id)
    assert (row.status, row.tries, row.last_error) == ("WAITING", 2, TIMED_OUT)


def test_what_runs_too_long_in_a_stopped_run_is_stopped(alice: User, graph: GraphBuilder) -> None:
    execution = start(alice, graph)
    claim, _ = taken(execution)
    journal.stop(execution.pk)

    losses.time_out(claim.node_execution.pk, attempt=claim.attempt, seconds=60)

    assert statuses(execution, claim.node.id) == ["TERMINATED"]
    assert fresh(execution).status == "TERMINATED"


def test_a_run_has_a_deadline_and_its_sub_agents_share_it(alice: User, limits: Limits) -> None:
    limits(deadline=timedelta(hours=5))
    child = GraphBuilder("Child")
    values(child, 1)
    parent = sub_agent(child)
    execution = start(alice, parent)
    limits(deadline=timedelta(hours=9))
    run_node(execution, parent.nodes[0]["id"])
    below = Execution.objects.get(parent__execution=execution)

    assert execution.deadline_at == execution.created + timedelta(hours=5)
    assert below.deadline_at == execution.deadline_at


def test_a_run_whose_deadline_is_over_fails_and_what_it_does_ends(alice: User) -> None:
    graph = GraphBuilder()
    sleeper = graph.node("CountdownTimerBlock", hours=1)
    busy, queued = values(graph, 1), values(graph, 2)
    execution = start(alice, graph)
    run_node(execution, sleeper)
    claim = claims.claim(rows(execution, busy)[0].pk, worker="w")
    assert claim is not None
    Execution.objects.update(deadline_at=PAST)

    assert recovery.sweep()["expired"] == 1
    assert recovery.sweep()["expired"] == 0

    found = [statuses(execution, node) for node in (sleeper, busy, queued)]
    assert found == [["TERMINATED"], ["RUNNING"], ["TERMINATED"]]
    pulse = Pulse(execution.pk, claim.node_execution.pk, claim.attempt)
    beat([pulse])
    assert pulse.cancelled.is_set()
    claims.terminate(claim, [], after=0)
    ended = fresh(execution)
    assert (ended.status, ended.error) == (
        "FAILED",
        {
            "code": "deadline_exceeded",
            "message": f"The run was not done by {PAST:%Y-%m-%d %H:%M:%S} UTC, its deadline, and "
            "was ended. EXECUTION_DEADLINE_SECONDS says how long a run may take.",
        },
    )


def test_a_run_that_is_in_time_or_has_ended_is_left_alone(alice: User) -> None:
    graph = GraphBuilder()
    values(graph, 1)
    in_time = start(alice, graph)
    over = start(alice, graph)
    run_to_end(over)
    Execution.objects.filter(pk=over.pk).update(deadline_at=PAST)

    assert recovery.expire_late_runs() == 0
    assert not journal.expire(in_time.pk)
    assert not journal.expire(over.pk)
    assert fresh(over).status == "COMPLETED"


def test_sub_agents_of_a_run_that_is_over_end_with_it(alice: User) -> None:
    child = GraphBuilder("Child")
    child.node("CountdownTimerBlock", hours=1)
    parent = sub_agent(child)
    execution = start(alice, parent)
    run_node(execution, parent.nodes[0]["id"])
    below = Execution.objects.get(parent__execution=execution)
    Execution.objects.update(deadline_at=PAST)

    recovery.sweep()

    for one in (execution, below):
        ended = fresh(one)
        assert (ended.status, ended.error["code"]) == ("FAILED", "deadline_exceeded")
        assert ended.unfinished == 0
    assert not NodeExecution.objects.exclude(ended_at__isnull=False).filter(
        status__in=["QUEUED", "RUNNING", "WAITING"]
    )


def test_a_retry_by_hand_gives_a_new_deadline_and_all_tries(alice: User) -> None:
    graph = GraphBuilder()
    node = graph.node("CountdownTimerBlock", hours=1)
    execution = start(alice, graph)
    run_node(execution, node)
    Execution.objects.update(deadline_at=PAST)
    NodeExecution.objects.update(tries=3)
    recovery.sweep()

    from agents.executions import services

    services.retry_execution(execution.pk)

    again = fresh(execution)
    [row] = rows(execution, node)
    assert (again.status, row.status, row.tries) == ("RUNNING", "QUEUED", 1)
    assert again.deadline_at is not None
    assert again.deadline_at > now() + timedelta(days=29)
