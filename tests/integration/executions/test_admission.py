"""As many runs at once as a person, and as an agent, may have; the others wait their turn."""

from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils.timezone import now

from accounts.models import User
from agents.executions import admission, recovery, starting
from agents.executions.models import Event as RecordedEvent
from agents.executions.models import Execution, NodeExecution, StartKey
from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from tests.integration.executions.conftest import Limits
from tests.support.cases import sub_agent
from tests.support.clients import api
from tests.support.graphs import calculator
from tests.support.places import admitted, begin, begin_many, limit, printing, run_to_the_end, timer
from tests.support.runs import fresh, run_node, run_queued, version_of

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def no_messages() -> Iterator[None]:
    """Nobody would take them."""
    with patch("agents.executions.dispatch.send"):
        yield


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return version_of(alice, calculator())


class TestPerson:
    def test_a_run_beyond_the_limit_waits_with_its_inputs_and_no_node(
        self, alice: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=2)

        runs = begin_many(version, 3)

        assert admitted(*runs) == [True, True, False]
        waiting = fresh(runs[2])
        assert (waiting.status, waiting.opened, waiting.unfinished) == ("QUEUED", 0, 0)
        assert waiting.inputs == {"Input": "8"}
        assert not NodeExecution.objects.filter(execution=waiting).exists()
        [event] = RecordedEvent.objects.filter(execution=waiting)
        assert (event.seq, event.status) == (1, "QUEUED")
        assert admission.reason(waiting) == ("waits for a free place: 2 of your 2 runs are at work")
        assert admission.reason(fresh(runs[0])) == ""

    def test_the_end_of_a_run_admits_the_one_that_waited_longest(
        self, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        runs = begin_many(version, 3)

        run_to_the_end(runs[0])

        assert fresh(runs[0]).status == "COMPLETED"
        assert admitted(*runs) == [True, True, False]
        run_to_the_end(runs[1])
        run_to_the_end(runs[2])
        assert [fresh(one).status for one in runs] == ["COMPLETED"] * 3

    def test_an_admitted_run_is_as_one_that_began_at_once(
        self, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        runs = begin_many(version, 2)
        for one in runs:
            run_to_the_end(one)

        first, second = (fresh(one) for one in runs)
        for name in ("status", "opened", "started", "unfinished", "failed", "suspended", "idle"):
            assert getattr(second, name) == getattr(first, name), name
        notes = RecordedEvent.objects.filter(execution=second, kind="graph_execution_event")
        assert list(notes.order_by("seq").values_list("status", "note")) == [
            ("QUEUED", ""),
            ("QUEUED", "admitted"),
            ("RUNNING", ""),
            ("COMPLETED", ""),
        ]
        numbers = RecordedEvent.objects.filter(execution=second).order_by("seq")
        assert list(numbers.values_list("seq", flat=True)) == list(range(1, second.last_seq + 1))

    def test_masks_wait_with_the_run(
        self, alice: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        [source] = version.graph.starting_nodes
        first = begin(version)
        second = starting.start(
            owner_id=alice.pk, version=version, inputs={}, masks={source.id: {"value": "5"}}
        )
        run_to_the_end(first)

        [row] = NodeExecution.objects.filter(execution=second)
        assert row.input_data["value"] == "5"

    def test_people_do_not_wait_for_one_another(
        self, bob: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        begin_many(version, 2)

        assert admitted(begin(version_of(bob, calculator()))) == [True]

    def test_staff_may_give_a_person_another_limit(
        self, alice: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        alice.max_concurrent_executions = 2
        alice.save()

        runs = begin_many(version, 3)

        assert admitted(*runs) == [True, True, False]

    def test_a_run_that_only_waits_leaves_its_place(self, alice: User, limits: Limits) -> None:
        limits(max_concurrent=1)
        version = version_of(alice, timer())
        runs = begin_many(version, 3)
        for one in runs:
            assert run_queued() == 1
            assert (fresh(one).suspended, fresh(one).idle) == (1, True)

        assert admitted(*runs, begin(version)) == [True] * 4

    def test_what_goes_on_after_a_wait_takes_its_place_again(
        self, alice: User, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        sleeper = begin(version_of(alice, timer()))
        run_queued()
        NodeExecution.objects.update(wake_at=now() - HOUR)

        assert recovery.wake_sleepers() == 1

        assert (fresh(sleeper).suspended, fresh(sleeper).idle) == (0, False)
        assert admitted(begin(version_of(alice, calculator()))) == [False]

    def test_a_run_whose_agent_is_at_work_keeps_its_place(
        self, alice: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        above = sub_agent(printing())
        parent = begin(version_of(alice, above))
        run_node(parent, above.nodes[0]["id"])
        child = Execution.objects.get(parent__execution=parent)

        other = begin(version)

        assert (fresh(parent).idle, child.idle) == (True, False)
        assert admitted(child, other) == [True, False]
        assert admission.reason(fresh(other)).endswith("1 of your 1 runs are at work")

    def test_a_family_counts_once(self, alice: User, version: GraphVersion, limits: Limits) -> None:
        limits(max_concurrent=2)
        above = sub_agent(printing())
        above.node("PrintToConsoleBlock", text="meanwhile")  # the parent is at work too
        parent = begin(version_of(alice, above))
        run_node(parent, above.nodes[0]["id"])

        assert admitted(*begin_many(version, 2)) == [True, False]

    def test_a_wait_in_the_agent_below_frees_the_place(
        self, alice: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        begin(version_of(alice, sub_agent(timer())))
        run_queued()
        other = begin(version)
        assert admitted(other) == [False]

        run_queued()  # the timer below

        assert admitted(other) == [True]


class TestAgent:
    def test_its_runs_queue_and_hold_up_no_other_agent(
        self, alice: User, version: GraphVersion
    ) -> None:
        limit(version, 1)
        runs = begin_many(version, 3)
        other = begin(version_of(alice, calculator()))

        assert admitted(*runs, other) == [True, False, False, True]
        assert admission.reason(fresh(runs[1])) == (
            "waits for a free place: 1 of the 1 runs that this agent may have at once are under way"
        )
        run_to_the_end(runs[0])
        assert admitted(*runs) == [True, True, False]

    def test_a_full_agent_at_the_head_of_the_queue_holds_up_nobody(
        self, alice: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=2)
        limit(version, 1)
        free = version_of(alice, calculator())
        busy = [begin(free), begin(version)]
        queued = [begin(version), begin(version), begin(free)]
        assert admitted(*busy, *queued) == [True, True, False, False, False]

        run_to_the_end(busy[0])

        assert admitted(*queued) == [False, False, True]

    def test_waiting_runs_count(self, alice: User) -> None:
        version = version_of(alice, timer())
        limit(version, 1)
        begin(version)
        run_queued()

        assert admitted(begin(version)) == [False]

    def test_all_versions_count_together(self, alice: User, version: GraphVersion) -> None:
        second = graphs.save_version(version.agent, {**calculator().file(), "id": ""})
        limit(version, 2)
        runs = [begin(version), begin(second), begin(version), begin(second)]
        assert admitted(*runs) == [True, True, False, False]

        run_to_the_end(runs[1])

        assert admitted(*runs) == [True, True, True, False]

    def test_a_higher_limit_admits_at_the_next_sweep(self, version: GraphVersion) -> None:
        limit(version, 1)
        runs = begin_many(version, 4)
        limit(version, 3)

        assert recovery.sweep()["admitted"] == 2
        assert admitted(*runs) == [True, True, True, False]

    def test_skip_refuses_and_records_nothing(self, alice: User, version: GraphVersion) -> None:
        limit(version, 1, "skip")
        url = f"/api/v1/graphs/{version.agent_id}/execute/"
        client = api(alice)
        assert client.post(url, {"inputs": {"Input": 1}}).status_code == 202

        answer = client.post(url, {"inputs": {"Input": 1}}, headers={"Idempotency-Key": "k"})

        assert (answer.status_code, answer.json()["code"]) == (409, "agent_is_busy")
        assert (Execution.objects.count(), StartKey.objects.count()) == (1, 0)
        run_to_the_end(Execution.objects.get())
        answer = client.post(url, {"inputs": {"Input": 1}}, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 202

    def test_skip_counts_the_runs_that_wait_for_a_place(
        self, alice: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        begin(version_of(alice, calculator()))
        limit(version, 1, "skip")
        assert admitted(begin(version)) == [False]

        with pytest.raises(admission.AgentIsBusy):
            begin(version)

    def test_replace_stops_the_oldest_and_starts_when_it_has_ended(
        self, version: GraphVersion
    ) -> None:
        limit(version, 2, "replace_oldest")
        runs = begin_many(version, 2)
        claimed = NodeExecution.objects.get(execution=runs[0])
        NodeExecution.objects.filter(pk=claimed.pk).update(
            status="RUNNING", lease_until=now() - HOUR, attempt=1
        )

        new = begin(version)

        assert fresh(runs[0]).is_cancelled
        assert not fresh(runs[1]).is_cancelled
        assert admitted(new) == [False]
        recovery.take_over_lost_leases()  # the stopped run's block ends
        assert fresh(runs[0]).status == "TERMINATED"
        assert admitted(new) == [True]

    def test_replace_starts_at_once_where_nothing_runs_yet(self, version: GraphVersion) -> None:
        limit(version, 1, "replace_oldest")

        runs = begin_many(version, 3)

        assert [fresh(one).status for one in runs] == ["TERMINATED", "TERMINATED", "QUEUED"]
        assert admitted(*runs) == [True, True, True]

    def test_replace_stops_the_agents_below_too(self, alice: User) -> None:
        above = sub_agent(timer())
        version = version_of(alice, above)
        limit(version, 1, "replace_oldest")
        parent = begin(version)
        run_node(parent, above.nodes[0]["id"])
        child = Execution.objects.get(parent__execution=parent)

        begin(version)

        assert [fresh(parent).status, fresh(child).status] == ["TERMINATED", "TERMINATED"]

    def test_replace_stops_a_run_that_waits_for_a_place_too(
        self, alice: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        begin(version_of(alice, calculator()))
        limit(version, 1, "replace_oldest")

        runs = begin_many(version, 2)

        assert [fresh(one).status for one in runs] == ["TERMINATED", "QUEUED"]
        assert admitted(*runs) == [False, False]
