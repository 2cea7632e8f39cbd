"""Places for runs: what frees them, what starts and sweeps do at the same moment, and what it costs."""

from collections.abc import Iterator
from threading import Event
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from agents.executions import admission, journal, recovery, runner, services
from agents.executions.models import Execution, NodeExecution
from agents.graphs.models import GraphVersion
from kernel.errors import Detail
from tests.integration.executions.conftest import Limits
from tests.support.graphs import calculator
from tests.support.places import admitted, at_once, begin, begin_many, limit, run_to_the_end
from tests.support.runs import fresh, version_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_messages() -> Iterator[None]:
    """Nobody would take them."""
    with patch("agents.executions.dispatch.send"):
        yield


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return version_of(alice, calculator())


class TestEnds:
    def test_stopping_a_run_that_waits_for_a_place_ends_it_at_once(
        self, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        runs = begin_many(version, 3)

        assert services.stop_execution(runs[1].pk)

        ended = fresh(runs[1])
        assert (ended.status, ended.admitted_at, ended.opened) == ("TERMINATED", None, 0)
        run_to_the_end(runs[0])
        assert admitted(*runs) == [True, False, True]

    def test_stopping_a_run_admits_the_next(self, version: GraphVersion, limits: Limits) -> None:
        limits(max_concurrent=1)
        runs = begin_many(version, 2)

        services.stop_execution(runs[0].pk)

        assert admitted(*runs) == [True, True]

    def test_the_audit_closes_no_run_that_waits_for_a_place(
        self, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        runs = begin_many(version, 2)

        assert recovery.audit()["closed"] == 0
        assert fresh(runs[1]).status == "QUEUED"

    def test_the_sweep_admits_what_a_lost_process_left(
        self, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        runs = begin_many(version, 2)
        with patch("agents.executions.journal.admit"):  # it dies right after the commit
            run_to_the_end(runs[0])
        assert admitted(*runs) == [True, False]

        assert recovery.sweep()["admitted"] == 1
        assert admitted(*runs) == [True, True]

    def test_a_run_that_fits_no_longer_fails_at_its_admission(
        self, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        runs = begin_many(version, 2)
        problem = Detail("invalid_input", "`value` of Input: must be a number.")

        with patch("agents.executions.journal.starting_data", return_value=({}, [problem])):
            run_to_the_end(runs[0])

        failed = fresh(runs[1])
        assert (failed.status, failed.error) == (
            "FAILED",
            {"code": "invalid_inputs", "message": "`value` of Input: must be a number."},
        )

    def test_the_sweep_goes_round_the_people_a_few_runs_at_a_time(
        self, alice: User, bob: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        other = version_of(bob, calculator())
        begin_many(version, 50)
        begin_many(other, 3)
        limits(max_concurrent=100)

        assert recovery.sweep()["admitted"] == 51

        # Bob's come after one handful of Alice's, not after all of them.
        order = Execution.objects.filter(~Q(admitted_at=None)).order_by("admitted_at")
        owners = list(order.values_list("owner_id", flat=True))
        assert owners[2:] == [alice.pk] * 20 + [bob.pk] * 2 + [alice.pk] * 29


class TestAtTheSameMoment:
    def test_no_more_than_the_limit_of_twenty_starts_at_once_begin(
        self, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=3)

        runs = at_once(20, lambda _: begin(version))

        assert sum(admitted(*runs)) == 3
        assert NodeExecution.objects.count() == 3

    def test_an_agents_limit_holds_too(self, version: GraphVersion) -> None:
        limit(version, 3)

        runs = at_once(20, lambda _: begin(version))

        assert sum(admitted(*runs)) == 3

    def test_skip_lets_exactly_the_limit_through(self, version: GraphVersion) -> None:
        limit(version, 3, "skip")

        def ask(_: int) -> bool:
            try:
                begin(version)
            except admission.AgentIsBusy:
                return False
            return True

        assert sum(at_once(20, ask)) == 3
        assert Execution.objects.count() == 3

    def test_the_last_of_ten_that_replace_one_another_stays(self, version: GraphVersion) -> None:
        limit(version, 1, "replace_oldest")

        at_once(10, lambda _: begin(version))

        states = list(Execution.objects.order_by("created").values_list("status", flat=True))
        assert sorted(states) == ["QUEUED"] + ["TERMINATED"] * 9
        [left] = Execution.objects.live()
        assert admitted(left) == [True]

    def test_each_run_begins_though_nobody_sweeps_and_the_limit_always_holds(
        self, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=2)
        over = Event()
        most: list[int] = []

        def watch() -> None:
            while not over.is_set():
                most.append(Execution.objects.live().filter(~Q(admitted_at=None)).count())

        def act(index: int) -> None:
            """Five threads start runs, two work them off, one looks on."""
            if index == 7:
                watch()
            elif index < 5:
                begin_many(version, 6)
            else:
                while Execution.objects.filter(status="COMPLETED").count() < 30:
                    for row in NodeExecution.objects.filter(status="QUEUED"):
                        runner.run_node(row.pk)
                over.set()

        at_once(8, act)

        assert Execution.objects.filter(status="COMPLETED").count() == 30
        assert max(most) <= 2

    def test_several_runs_that_begin_together_begin_in_one_transaction(
        self, alice: User, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        begin_many(version, 4)
        limits(max_concurrent=4)
        real, calls = journal.commit, iter(range(3))

        def commit(ledger: Any) -> None:
            real(ledger)
            if next(calls) == 2:
                raise OperationalError("gone")

        with patch.object(journal, "commit", commit), pytest.raises(OperationalError):
            journal.admit(alice.pk)

        assert Execution.objects.filter(admitted_at=None).count() == 3
        assert journal.admit(alice.pk) == 3

    def test_sweeps_at_once_admit_each_run_once(
        self, version: GraphVersion, limits: Limits
    ) -> None:
        limits(max_concurrent=1)
        runs = begin_many(version, 12)
        limits(max_concurrent=10)

        counts = at_once(4, lambda _: recovery.admit_everybody())

        assert sum(counts) == 9
        assert sum(admitted(*runs)) == 10
        assert NodeExecution.objects.count() == 10


class TestCost:
    def test_a_start_asks_once_whether_there_is_a_place(self, version: GraphVersion) -> None:
        begin(version)  # parses the graph

        with CaptureQueriesContext(connection) as queries:
            begin(version)

        # Django's log has a BEGIN and a COMMIT that it believes to send.
        said = [one["sql"] for one in queries if one["sql"] not in ("BEGIN", "COMMIT")]
        assert [sql.split(maxsplit=1)[0] for sql in said] == [
            "BEGIN;",  # lock; is there a place?
            "EXECUTE",  # the run, its first nodes and events, and COMMIT
        ], "\n".join(said)

    def test_the_last_node_asks_once_whether_somebody_waits_and_no_other_does(
        self, version: GraphVersion
    ) -> None:
        execution = begin(version)
        asked: list[int] = []

        while rows := NodeExecution.objects.filter(execution=execution, status="QUEUED"):
            with CaptureQueriesContext(connection) as queries:
                runner.run_node(rows.get().pk)
            asked.append(sum("ask_for_others" in one["sql"] for one in queries))

        assert asked == [0, 0, 1]
