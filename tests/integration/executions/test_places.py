"""How many node executions use a credential at once, and how often."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Barrier, Event
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.utils.timezone import now
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions import claims, places, recovery, runner, services
from agents.executions.claims import Claim
from agents.executions.models import CredentialLimit, Execution, NodeExecution
from agents.executions.output import outputs
from agents.executions.waiting import waiting
from tests.support.cases import shown
from tests.support.clients import api
from tests.support.endpoints import EndpointContract
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, start

URL = "/api/v1/credential-limits/"
OPENAI = {"id": "cred-1", "provider": "openai", "type": "api_key", "title": "My OpenAI"}
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_messages() -> Iterator[None]:
    with patch("agents.executions.dispatch.send"):
        yield


def asking(credentials: Any = OPENAI) -> GraphBuilder:
    """Return a graph of one node that uses the credential."""
    g = GraphBuilder("Asking")
    node = g.node("Emit", values=["answer"], credentials=credentials)
    shown(g, node, "out")
    return g


def begin(owner: User, number: int = 1) -> list[Execution]:
    return [start(owner, asking()) for _ in range(number)]


def row_of(execution: Execution) -> NodeExecution:
    """Return the row of the node that asks, as it now is."""
    return NodeExecution.objects.get(execution=execution, number=0)


def hold(execution: Execution) -> Claim:
    """Take a place as a worker does whose block then runs on and on."""
    claim = claims.claim(row_of(execution).pk, worker="test")
    assert claim is not None
    places.take(claim)
    return claim


def let_go(claim: Claim) -> None:
    claims.complete(claim, [], after=0)
    places.leave(claim)


def work(execution: Execution) -> str:
    """Run the node that asks, and return the state it is in then."""
    runner.run_node(row_of(execution).pk)
    return row_of(execution).status


def limit(owner: User, places_: int | None = None, rate: tuple[int, int] | None = None) -> None:
    amount, seconds = rate or (None, None)
    places.set_limit(
        owner, "cred-1", max_concurrent=places_, rate_amount=amount, rate_seconds=seconds
    )


@pytest.mark.django_db(transaction=True)
class TestPlaces:
    def test_without_a_place_a_node_waits_without_a_worker_and_says_for_what(
        self, alice: User
    ) -> None:
        limit(alice, 1)
        busy, other = begin(alice, 2)
        hold(busy)

        assert work(other) == "WAITING"

        row = row_of(other)
        assert (row.lease_until, row.wake_at, row.limit_place) == (None, None, "line")
        assert row.waits_for == {"kind": "limit", "credential": "My OpenAI", "places": 1}
        [word] = waiting(fresh(other))
        assert word["reason"] == (
            "Emit: waits for one of the 1 places at the credential 'My OpenAI'"
        )

    def test_who_leaves_wakes_the_next(self, alice: User) -> None:
        limit(alice, 1)
        busy, other = begin(alice, 2)
        claim = hold(busy)
        work(other)

        let_go(claim)

        assert (row_of(other).status, row_of(other).limit_place) == ("QUEUED", "granted")
        assert work(other) == "COMPLETED"

    def test_first_come_first_served_also_by_who_comes_while_a_place_is_free(
        self, alice: User
    ) -> None:
        limit(alice, 1)
        busy, second, third, late = begin(alice, 4)
        claim = hold(busy)
        work(second)
        work(third)

        let_go(claim)  # the second one has the place, but has not taken it yet

        assert work(late) == "WAITING"
        assert work(second) == "COMPLETED"
        assert [row_of(one).status for one in (third, late)] == ["QUEUED", "WAITING"]
        assert work(third) == "COMPLETED"
        assert work(late) == "COMPLETED"

    def test_a_lost_worker_gives_its_place_up(self, alice: User) -> None:
        limit(alice, 1)
        busy, other = begin(alice, 2)
        hold(busy)
        work(other)
        NodeExecution.objects.filter(pk=row_of(busy).pk).update(
            lease_until=now() - timedelta(seconds=1)
        )

        found = recovery.sweep()

        assert (found["taken_over"], found["places_granted"]) == (1, 1)
        assert work(other) == "COMPLETED"
        assert work(busy) == "COMPLETED"

    def test_the_sweep_wakes_who_got_a_place_and_was_not_told(self, alice: User) -> None:
        limit(alice, 1)
        busy, other = begin(alice, 2)
        claim = hold(busy)
        work(other)
        with patch("agents.executions.places.journal.wake"):  # its process ends right here
            let_go(claim)
        assert (row_of(other).status, row_of(other).limit_place) == ("WAITING", "granted")

        assert recovery.sweep()["places_granted"] == 1
        assert work(other) == "COMPLETED"

    def test_a_block_that_sleeps_leaves_its_place(self, alice: User) -> None:
        limit(alice, 1)
        g = GraphBuilder("Timer")
        g.node("CountdownTimerBlock", input_message="tick", hours=1, credentials=OPENAI)
        [other] = begin(alice)

        assert work(start(alice, g)) == "WAITING"
        assert work(other) == "COMPLETED"

    def test_stopping_ends_one_in_line_at_once(self, alice: User) -> None:
        limit(alice, 1)
        busy, other = begin(alice, 2)
        claim = hold(busy)
        work(other)

        services.stop_execution(other.pk)
        let_go(claim)

        assert fresh(other).status == "TERMINATED"
        assert row_of(other).limit_place == "line"  # where it was

    def test_the_limit_is_the_owners(self, alice: User, bob: User) -> None:
        limit(alice, 1)
        [busy] = begin(alice)
        hold(busy)

        assert work(*begin(bob)) == "COMPLETED"

    def test_other_credentials_are_not_limited(self, alice: User) -> None:
        limit(alice, 1)
        [busy] = begin(alice)
        hold(busy)

        for other in ({"id": "cred-2"}, {"id": 1}, {}, None, "cred-1"):
            assert work(start(alice, asking(other))) == "COMPLETED"

    def test_a_raised_limit_and_one_that_is_lifted_let_the_line_go_on(self, alice: User) -> None:
        limit(alice, 1)
        busy, *line = begin(alice, 5)
        hold(busy)
        assert [work(one) for one in line] == ["WAITING"] * 4

        limit(alice, 3)
        assert [row_of(one).status for one in line] == ["QUEUED", "QUEUED", "WAITING", "WAITING"]
        places.remove_limit(CredentialLimit.objects.get())
        assert [work(one) for one in line] == ["COMPLETED"] * 4

    def test_all_end_though_nobody_sweeps_and_the_limit_always_holds(self, alice: User) -> None:
        limit(alice, 2)
        runs = begin(alice, 16)
        asks = {row_of(one).pk for one in runs}
        together, over = Barrier(6), Event()
        most: list[int] = []

        def act(index: int) -> None:
            try:
                together.wait(30)
                while not over.is_set():
                    if index == 5:
                        taken = NodeExecution.objects.filter(limit_place="taken", status="RUNNING")
                        most.append(taken.count())
                        if (
                            NodeExecution.objects.filter(pk__in=asks, status="COMPLETED").count()
                            == 16
                        ):
                            over.set()
                        continue
                    for pk in NodeExecution.objects.filter(
                        pk__in=asks, status="QUEUED"
                    ).values_list("pk", flat=True):
                        runner.run_node(pk)
            finally:
                over.set()
                connection.close()

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(act, range(6), timeout=60))

        assert {row_of(one).status for one in runs} == {"COMPLETED"}
        assert 1 <= max(most) <= 2


@pytest.mark.django_db(transaction=True)
class TestRate:
    def test_beyond_the_rate_each_gets_a_moment_of_its_own(self, alice: User) -> None:
        limit(alice, rate=(2, 10))
        runs = begin(alice, 4)
        before = now()

        assert [work(one) for one in runs] == ["COMPLETED", "COMPLETED", "WAITING", "WAITING"]

        third, fourth = row_of(runs[2]), row_of(runs[3])
        assert third.wake_at is not None
        assert fourth.wake_at is not None
        assert fourth.wake_at - third.wake_at == timedelta(seconds=5)
        assert before + timedelta(seconds=5) <= third.wake_at <= now() + timedelta(seconds=5)
        [word] = waiting(fresh(runs[2]))
        assert word["reason"] == (
            f"Emit: waits until {third.wake_at:%Y-%m-%d %H:%M:%S} UTC: the credential 'My OpenAI' "
            "may be used 2 times in 10 s"
        )

    def test_at_its_moment_it_runs_and_draws_no_second_token(self, alice: User) -> None:
        limit(alice, rate=(1, 60))
        runs = begin(alice, 2)
        assert [work(one) for one in runs] == ["COMPLETED", "WAITING"]
        drawn = CredentialLimit.objects.get().drawn_until
        past = now() - timedelta(seconds=1)
        NodeExecution.objects.filter(pk=row_of(runs[1]).pk).update(wake_at=past, limit_turn=past)

        assert recovery.wake_sleepers() == 1
        assert work(runs[1]) == "COMPLETED"
        assert outputs(fresh(runs[1])) == {"out": ["answer"]}
        assert CredentialLimit.objects.get().drawn_until == drawn

    def test_one_that_is_woken_early_waits_on_for_the_same_moment(self, alice: User) -> None:
        limit(alice, rate=(1, 60))
        runs = begin(alice, 2)
        assert [work(one) for one in runs] == ["COMPLETED", "WAITING"]
        moment = row_of(runs[1]).wake_at
        NodeExecution.objects.filter(pk=row_of(runs[1]).pk).update(wake_at=now())
        recovery.wake_sleepers()

        assert work(runs[1]) == "WAITING"
        assert row_of(runs[1]).wake_at == moment

    def test_a_token_is_kept_while_its_holder_waits_in_line(self, alice: User) -> None:
        limit(alice, 1, rate=(2, 3600))
        busy, other, late = begin(alice, 3)
        claim = hold(busy)
        assert work(other) == "WAITING"  # with the second token

        let_go(claim)

        assert work(other) == "COMPLETED"
        assert work(late) == "WAITING"

    def test_threads_at_once_draw_no_more_than_there_are(self, alice: User) -> None:
        limit(alice, rate=(3, 3600))
        runs = begin(alice, 10)
        together = Barrier(10)

        def act(one: Execution) -> str:
            try:
                together.wait(30)
                return work(one)
            finally:
                connection.close()

        with ThreadPoolExecutor(10) as pool:
            found = list(pool.map(act, runs))

        assert sorted(found) == ["COMPLETED"] * 3 + ["WAITING"] * 7
        moments = sorted(row.wake_at for one in runs if (row := row_of(one)).wake_at)
        gaps = {later - earlier for earlier, later in pairwise(moments)}
        assert gaps == {timedelta(minutes=20)}


class TestBucket:
    """`CredentialLimit.draw` against a bucket that is counted."""

    def test_it_holds_as_many_tokens_as_the_rate_and_fills_up_evenly(self) -> None:
        bucket = CredentialLimit(rate_amount=3, rate_seconds=30)

        waits = [(bucket.draw(NOON) - NOON).total_seconds() for _ in range(5)]
        later = NOON + timedelta(seconds=40)  # 5 tokens were taken, 4 came back

        assert waits == [0, 0, 0, 10, 20]
        assert [(bucket.draw(later) - later).total_seconds() for _ in range(3)] == [0, 0, 10]

    def test_a_pause_saves_no_more_than_a_full_bucket(self) -> None:
        bucket = CredentialLimit(rate_amount=2, rate_seconds=10, drawn_until=NOON)
        later = NOON + timedelta(days=1)

        assert [bucket.draw(later) - later for _ in range(3)] == [
            timedelta(0),
            timedelta(0),
            timedelta(seconds=5),
        ]

    def test_without_a_rate_there_is_no_wait(self) -> None:
        assert {CredentialLimit(max_concurrent=1).draw(NOON) for _ in range(5)} == {NOON}


class TestContract(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return URL


@pytest.mark.django_db
class TestAPI:
    @pytest.fixture
    def client(self, alice: User) -> APIClient:
        return api(alice)

    def test_a_limit_is_set_changed_and_lifted(self, client: APIClient) -> None:
        first = client.put(f"{URL}cred-1/", {"max_concurrent": 2})
        second = client.put(f"{URL}cred-1/", {"rate_amount": 60, "rate_seconds": 60})

        body = {"credential_id": "cred-1", "max_concurrent": None}
        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json() == {**body, "rate_amount": 60, "rate_seconds": 60}
        assert client.get(f"{URL}cred-1/").json() == second.json()
        assert client.get(URL).json()["results"] == [second.json()]
        assert client.delete(f"{URL}cred-1/").status_code == 204
        assert CredentialLimit.objects.count() == 0

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"max_concurrent": 0},
            {"max_concurrent": "many"},
            {"rate_amount": 5},
            {"rate_seconds": 5},
            {"rate_amount": 5, "rate_seconds": 0},
        ],
        ids=str,
    )
    def test_what_limits_nothing_is_refused(self, client: APIClient, body: Any) -> None:
        response = client.put(f"{URL}cred-1/", body)

        assert (response.status_code, response.json()["code"]) == (400, "invalid")
        assert CredentialLimit.objects.count() == 0

    def test_strangers_see_and_change_nothing(self, client: APIClient, charlie: User) -> None:
        client.put(f"{URL}cred-1/", {"max_concurrent": 2})
        stranger = api(charlie)

        assert stranger.get(URL).json()["results"] == []
        assert stranger.get(f"{URL}cred-1/").status_code == 404
        assert stranger.delete(f"{URL}cred-1/").status_code == 404
        assert stranger.put(f"{URL}cred-1/", {"max_concurrent": 9}).status_code == 201
        assert client.get(f"{URL}cred-1/").json()["max_concurrent"] == 2
