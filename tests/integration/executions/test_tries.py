"""A try that failed: the node waits for the next one, in the database, without a worker."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.engine.policy import Fault
from agents.engine.simulation import simulate
from agents.executions import claims, recovery, services
from agents.executions.events import messages_after
from agents.executions.models import Emission, Execution, NodeExecution
from agents.executions.output import outputs
from agents.executions.waiting import waiting
from tests.integration.executions.conftest import Limits
from tests.support.cases import shown
from tests.support.clients import api
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, rows, run_node, run_to_end, start, statuses

pytestmark = pytest.mark.django_db

PAST = now() - timedelta(hours=1)


class Trouble:
    """A run of a node that fails a few times between its two values."""

    def __init__(
        self, owner: User, folder: Path, *, block: str = "Troubled", policy: Any = None, **pins: Any
    ) -> None:
        self.log = folder / "log"
        self.graph = GraphBuilder()
        self.node = self.graph.node(block, log=str(self.log), **pins)
        if policy is not None:
            self.graph.policy(self.node, **policy)
        for pin in ("out", "error"):
            shown(self.graph, self.node, pin, pin)
        self.execution = start(owner, self.graph)

    @property
    def row(self) -> NodeExecution:
        [row] = rows(self.execution, self.node)
        return row

    @property
    def runs(self) -> int:
        return len(self.log.read_text().splitlines())

    def wake(self) -> int:
        NodeExecution.objects.filter(pk=self.row.pk).update(wake_at=PAST)
        return recovery.wake_sleepers()

    def run_to_end(self) -> Execution:
        """Run everything, waits cut short."""
        while self.row.status in {"QUEUED", "WAITING"}:
            self.wake()
            run_to_end(self.execution)
        return run_to_end(self.execution)


@pytest.mark.parametrize("place", ["claimed", "lane"])
def test_the_next_try_begins_no_sooner_than_the_other_side_asked(
    place: str, alice: User, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if place == "lane":
        request.getfixturevalue("lane")
    trouble = Trouble(alice, tmp_path, retry_after=20)
    before = now()

    row = run_node(trouble.execution, trouble.node)

    assert (row.status, row.tries) == ("WAITING", 2)
    assert row.wake_at is not None
    assert before + timedelta(seconds=20) <= row.wake_at <= now() + timedelta(seconds=20)


def test_a_node_that_may_be_tried_again_waits_without_a_worker(alice: User, tmp_path: Path) -> None:
    trouble = Trouble(alice, tmp_path)
    before = now()

    row = run_node(trouble.execution, trouble.node)

    error = {"code": "block_failed_for_now", "message": "Trouble 1."}
    assert (row.status, row.tries, row.lease_until, row.error) == ("WAITING", 2, None, None)
    assert row.last_error == error
    assert row.wake_at is not None
    assert before + timedelta(seconds=0.5) <= row.wake_at <= now() + timedelta(seconds=1)
    until = row.wake_at.isoformat()
    assert row.waits_for == {
        "kind": "retry",
        "attempt": 2,
        "of": 3,
        "until": until,
        "error": error,
    }
    [word] = [one for one in waiting(fresh(trouble.execution)) if one["node_id"] == trouble.node]
    moment = f"{row.wake_at:%Y-%m-%d %H:%M:%S}"
    assert word["reason"] == (
        f"Troubled: is tried again at {moment} UTC: try 2 of 3; before: Trouble 1."
    )


def test_values_before_a_failure_go_out_at_once_and_only_once(alice: User, tmp_path: Path) -> None:
    trouble = Trouble(alice, tmp_path, failures=2)
    run_node(trouble.execution, trouble.node)
    run_to_end(trouble.execution)
    assert outputs(trouble.execution) == {"out": ["first"]}
    assert recovery.wake_sleepers() == 0  # not before its moment
    assert trouble.wake() == 1

    ended = trouble.run_to_end()

    row = trouble.row
    assert (ended.status, outputs(ended)) == ("COMPLETED", {"out": ["first", "second"]})
    assert (row.status, row.tries, row.attempt, row.losses, trouble.runs) == (
        *("COMPLETED", 3, 3, 0),
        3,
    )
    assert (row.error, row.last_error["message"]) == (None, "Trouble 2.")
    values = Emission.objects.filter(node_execution=row).order_by("number")
    assert [(one.number, one.pin, one.value) for one in values] == [
        (0, "out", "first"),
        (1, "out", "second"),
    ]


def test_after_the_last_try_the_error_goes_out_once(alice: User, tmp_path: Path) -> None:
    trouble = Trouble(alice, tmp_path, failures=9)

    ended = trouble.run_to_end()

    assert (ended.status, outputs(ended)) == (
        "COMPLETED",
        {"out": ["first"], "error": ["Trouble 3."]},
    )
    row = trouble.row
    assert (row.status, row.tries, trouble.runs) == ("FAILED", 3, 3)
    assert row.error == {"code": "block_failed_for_now", "message": "Trouble 3."}
    assert ended.failed == 1


@pytest.mark.parametrize(
    ("pins", "policy", "runs"),
    [
        ({"transient": False}, None, 1),
        ({"transient": False}, {"retry": {"errors": ["block_failed"]}}, 3),
        ({"transient": False}, {"retry": {"errors": "any", "max_attempts": 5}}, 5),
        ({}, {"retry": {"max_attempts": 1}}, 1),
        ({}, {"retry": {"errors": ["timed_out"]}}, 1),
        ({"block": "TroubledExternal"}, None, 1),
        ({"block": "TroubledExternal"}, {"retry": {"max_attempts": 2}}, 2),
    ],
)
def test_the_nodes_policy_says_which_errors_and_how_often(
    pins: dict[str, Any], policy: Any, runs: int, alice: User, tmp_path: Path
) -> None:
    trouble = Trouble(alice, tmp_path, policy=policy, failures=9, **pins)

    trouble.run_to_end()

    assert (trouble.runs, trouble.row.status) == (runs, "FAILED")


def test_the_instance_says_it_for_all(alice: User, tmp_path: Path, limits: Limits) -> None:
    limits(tries=2, retry_initial=timedelta(hours=1), retry_max=timedelta(hours=1))
    trouble = Trouble(alice, tmp_path, failures=9)
    row = run_node(trouble.execution, trouble.node)

    assert row.wake_at is not None
    assert row.wake_at > now() + timedelta(minutes=29)
    trouble.run_to_end()
    assert trouble.runs == 2


def test_each_try_is_an_event_and_the_api_tells_the_last_error(alice: User, tmp_path: Path) -> None:
    trouble = Trouble(alice, tmp_path)
    ended = trouble.run_to_end()

    told = [
        (one["data"]["status"], one["data"]["note"])
        for one in messages_after(ended, 0)
        if one["data"].get("node_id") == trouble.node
    ]
    answer = api(alice).get(f"/api/v1/executions/{ended.pk}/").json()
    [shown_] = [one for one in answer["node_executions"] if one["node_id"] == trouble.node]

    assert told == [
        ("QUEUED", ""),
        ("RUNNING", ""),
        ("WAITING", "Try 1 of 3 failed: Trouble 1."),
        ("QUEUED", ""),
        ("RUNNING", ""),
        ("COMPLETED", ""),
    ]
    assert (shown_["tries"], shown_["error"]) == (2, None)
    assert shown_["last_error"] == {"code": "block_failed_for_now", "message": "Trouble 1."}


def test_a_stop_ends_the_wait(alice: User, tmp_path: Path) -> None:
    trouble = Trouble(alice, tmp_path)
    run_node(trouble.execution, trouble.node)

    services.stop_execution(trouble.execution.pk)

    assert statuses(trouble.execution, trouble.node) == ["TERMINATED"]
    assert fresh(trouble.execution).status == "TERMINATED"
    assert trouble.wake() == 0


def test_a_failure_in_a_stopped_run_is_the_last(alice: User, tmp_path: Path) -> None:
    trouble = Trouble(alice, tmp_path)
    claim = claims.claim(trouble.row.pk, worker="w")
    assert claim is not None
    services.stop_execution(trouble.execution.pk)

    claims.fail(claim, [], after=0, fault=Fault("away", "Away.", transient=True))

    assert trouble.row.status == "FAILED"
    assert fresh(trouble.execution).status == "TERMINATED"


def test_the_worker_of_a_failed_try_has_no_say_any_more(alice: User, tmp_path: Path) -> None:
    trouble = Trouble(alice, tmp_path)
    claim = claims.claim(trouble.row.pk, worker="w")
    assert claim is not None
    claims.fail(claim, [], after=0, fault=Fault("away", "Away.", transient=True))

    with pytest.raises(claims.LeaseLost):
        claims.complete(claim, [], after=0)
    assert trouble.row.status == "WAITING"


def test_a_lost_worker_costs_no_try(alice: User, tmp_path: Path) -> None:
    trouble = Trouble(alice, tmp_path)
    claims.claim(trouble.row.pk, worker="w")
    NodeExecution.objects.filter(status="RUNNING").update(lease_until=PAST)
    recovery.sweep()

    row = run_node(trouble.execution, trouble.node)

    assert (row.status, row.losses, row.tries) == ("WAITING", 1, 2)


def test_an_interrupted_node_is_tried_again_if_its_author_says_so(
    alice: User, tmp_path: Path
) -> None:
    policy = {"retry": {"errors": ["interrupted"], "max_attempts": 2}}
    trouble = Trouble(alice, tmp_path, block="TroubledExternal", policy=policy, failures=0)
    found = []
    for _ in range(2):
        claims.claim(trouble.row.pk, worker="w")
        NodeExecution.objects.filter(status="RUNNING").update(lease_until=PAST)
        recovery.take_over_lost_leases()
        found.append((trouble.row.status, trouble.row.tries, trouble.row.losses))
        trouble.wake()

    assert found == [("WAITING", 2, 1), ("FAILED", 2, 2)]
    assert trouble.row.error["code"] == "interrupted"


@pytest.mark.parametrize("failures", [0, 1, 2, 3])
def test_the_workers_give_what_the_simulation_gives(
    failures: int, alice: User, tmp_path: Path
) -> None:
    trouble = Trouble(alice, tmp_path, failures=failures)
    ended = trouble.run_to_end()
    trouble.log.unlink()

    expected = simulate(trouble.graph.graph())

    assert (ended.status, outputs(ended)) == (expected.status, expected.outputs)
    assert [trouble.row.tries] == [one.tries for one in expected.of(trouble.node)]
