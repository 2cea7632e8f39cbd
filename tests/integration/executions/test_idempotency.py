"""A request to start a run may be sent twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.utils.timezone import now
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions import recovery
from agents.executions.idempotency import Started, once
from agents.executions.models import Execution, StartKey
from agents.executions.services import start_execution
from agents.graphs import services
from agents.graphs.models import GraphVersion
from kernel.idempotency import KeyedRequest
from tests.support.clients import api
from tests.support.graphs import calculator

BODY = {"inputs": {"Input": "8"}}


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return services.create_agent(alice, calculator("Sum").file())


def url(version: GraphVersion, rest: str = "") -> str:
    return f"/api/v1/graphs/{version.agent_id}/execute/{rest}"


def send(client: APIClient, url: str, key: str, body: Any = BODY) -> Any:
    return client.post(url, body, headers={"Idempotency-Key": key})


@pytest.mark.django_db
class TestOverHTTP:
    def test_the_same_request_answers_with_the_same_run(
        self, alice: User, version: GraphVersion
    ) -> None:
        first = send(api(alice), url(version), "one")
        second = send(api(alice), url(version), "one")

        assert (first.status_code, second.status_code) == (202, 202)
        assert second.json() == first.json()
        assert second["Location"] == first["Location"]
        assert "Idempotency-Replayed" not in first
        assert second["Idempotency-Replayed"] == "true"
        assert Execution.objects.count() == 1

    def test_without_a_key_each_request_starts_a_run(
        self, alice: User, version: GraphVersion
    ) -> None:
        answers = [api(alice).post(url(version), BODY) for _ in range(2)]

        assert answers[0].json()["id"] != answers[1].json()["id"]
        assert StartKey.objects.count() == 0

    def test_order_of_keys_and_the_trailing_slash_make_no_other_request(
        self, alice: User, version: GraphVersion
    ) -> None:
        inputs: dict[str, Any] = {"inputs": {"Input": "8"}}
        no_credentials: dict[str, Any] = {"credentials_inputs": {}}
        first = send(api(alice), url(version), "one", inputs | no_credentials)
        second = send(api(alice), url(version).rstrip("/"), "one", no_credentials | inputs)

        assert second.json()["id"] == first.json()["id"]

    @pytest.mark.parametrize(
        ("rest", "body"), [("", {"inputs": {"Input": "9"}}), ("1/", BODY)], ids=["body", "address"]
    )
    def test_another_request_under_the_key_is_refused_and_starts_nothing(
        self, alice: User, version: GraphVersion, rest: str, body: Any
    ) -> None:
        send(api(alice), url(version), "one")
        response = send(api(alice), url(version, rest), "one", body)

        assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
        assert Execution.objects.count() == 1

    def test_keys_of_two_people_are_apart(
        self, alice: User, bob: User, version: GraphVersion
    ) -> None:
        other = services.create_agent(bob, calculator("Sum").file())

        assert send(api(alice), url(version), "one").status_code == 202
        assert send(api(bob), url(other), "one").status_code == 202
        assert Execution.objects.count() == 2

    def test_the_address_with_a_version_takes_keys_too(
        self, alice: User, version: GraphVersion
    ) -> None:
        first = send(api(alice), url(version, "1/"), "one")
        second = send(api(alice), url(version, "1/"), "one")

        assert second.json()["id"] == first.json()["id"]

    @pytest.mark.parametrize(
        "key", ["", "a b", "x" * 256, "schlüssel"], ids=["empty", "blank", "long", "not ASCII"]
    )
    def test_a_key_that_cannot_be_used_is_refused(
        self, alice: User, version: GraphVersion, key: str
    ) -> None:
        response = send(api(alice), url(version), key)

        assert (response.status_code, response.json()["code"]) == (400, "invalid_idempotency_key")
        assert Execution.objects.count() == 0

    def test_a_start_that_was_refused_leaves_the_key_free(
        self, alice: User, version: GraphVersion
    ) -> None:
        refused = send(api(alice), url(version, "7/"), "one")
        assert (refused.status_code, StartKey.objects.count()) == (404, 0)

        assert send(api(alice), url(version), "one").status_code == 202


@pytest.mark.django_db
class TestExpiry:
    def test_an_old_key_starts_a_new_run(self, alice: User, version: GraphVersion) -> None:
        first = send(api(alice), url(version), "one")
        StartKey.objects.update(created=now() - timedelta(hours=24))
        second = send(api(alice), url(version), "one", {"inputs": {"Input": "9"}})

        assert second.json()["id"] != first.json()["id"]
        assert StartKey.objects.get().execution_id == UUID(second.json()["id"])

    def test_the_sweep_forgets_old_keys_and_no_others(
        self, alice: User, version: GraphVersion
    ) -> None:
        for key in ("old", "young"):
            send(api(alice), url(version), key)
        StartKey.objects.filter(key="old").update(created=now() - timedelta(hours=24))
        StartKey.objects.filter(key="young").update(created=now() - timedelta(hours=23))

        assert recovery.sweep()["keys_forgotten"] == 1
        assert list(StartKey.objects.values_list("key", flat=True)) == ["young"]
        assert Execution.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_ten_requests_at_once_one_starts_a_run(alice: User, version: GraphVersion) -> None:
    request = KeyedRequest.of("one", body=BODY)
    together = Barrier(10)

    def ask(_: int) -> Started:
        try:
            together.wait(30)
            return once(
                alice.pk,
                request,
                lambda pk: start_execution(
                    owner=alice, agent_id=version.agent_id, inputs={"Input": "8"}, pk=pk
                ),
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(ask, range(10)))

    execution = Execution.objects.get()
    assert {one.thing.pk for one in answers} == {execution.pk}
    assert sorted(one.replayed for one in answers) == [False] + [True] * 9
