"""A request to make an agent may be sent twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils.timezone import now

from accounts.models import User
from agents.executions import recovery
from agents.graphs import creation, services
from agents.graphs.models import Agent, CreationKey
from kernel.idempotency import KeyedRequest
from kernel.jsontypes import dumps
from tests.support.clients import api
from tests.support.graphs import calculator

URL = "/api/v1/graphs/"


def send(user: User, key: str, body: Any) -> Any:
    return api(user).post(URL, body, headers={"Idempotency-Key": key})


@pytest.fixture
def body() -> Any:
    return {"graph": calculator("Sum").file()}


@pytest.mark.django_db
class TestOverHTTP:
    def test_the_same_request_answers_with_the_same_agent(self, alice: User, body: Any) -> None:
        first, second = send(alice, "one", body), send(alice, "one", body)

        assert (first.status_code, second.status_code) == (201, 201)
        assert second.json() == first.json()
        assert second["Location"] == first["Location"]
        assert second["ETag"] == first["ETag"]
        assert "Idempotency-Replayed" not in first
        assert second["Idempotency-Replayed"] == "true"
        assert Agent.objects.count() == 1

    def test_another_body_under_the_key_is_refused_and_makes_nothing(
        self, alice: User, body: Any
    ) -> None:
        send(alice, "one", body)
        answer = send(alice, "one", {"graph": calculator("Other").file()})

        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
        assert Agent.objects.count() == 1

    def test_without_a_key_each_request_makes_an_agent(self, alice: User, body: Any) -> None:
        answers = [api(alice).post(URL, body).json()["id"] for _ in range(2)]

        assert answers[0] != answers[1]
        assert CreationKey.objects.count() == 0

    def test_two_people_s_keys_are_apart(self, alice: User, bob: User, body: Any) -> None:
        assert send(alice, "one", body).json()["id"] != send(bob, "one", body).json()["id"]

    def test_one_that_was_refused_leaves_the_key_free(self, alice: User, body: Any) -> None:
        assert send(alice, "one", {"graph": {"name": "x"}}).status_code == 400
        assert CreationKey.objects.count() == 0

        assert send(alice, "one", body).status_code == 201

    def test_a_key_that_cannot_be_used_is_refused(self, alice: User, body: Any) -> None:
        answer = send(alice, "a b", body)

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")
        assert Agent.objects.count() == 0

    def test_an_agent_that_was_deleted_since_is_not_made_again(
        self, alice: User, body: Any
    ) -> None:
        made = send(alice, "one", body).json()["id"]
        services.delete(Agent.objects.get(pk=made))

        assert send(alice, "one", body).status_code == 404
        assert Agent.objects.count() == 1

    def test_an_old_key_makes_a_new_agent(self, alice: User, body: Any) -> None:
        first = send(alice, "one", body).json()["id"]
        CreationKey.objects.update(created=now() - timedelta(hours=24))
        second = send(alice, "one", body).json()["id"]

        assert second != first
        assert CreationKey.objects.get().version.agent_id == UUID(second)

    def test_the_sweep_forgets_old_keys(self, alice: User, body: Any) -> None:
        send(alice, "old", body)
        CreationKey.objects.update(created=now() - timedelta(hours=24))
        send(alice, "young", body)

        assert recovery.sweep()["keys_forgotten"] == 1
        assert list(CreationKey.objects.values_list("key", flat=True)) == ["young"]


@pytest.mark.django_db
class TestTheForm:
    def test_the_same_click_imports_once(self, alice: User, client: Client) -> None:
        client.force_login(alice)
        text = dumps(calculator("Sum").file()).encode()

        def click(form: str) -> str:
            file = SimpleUploadedFile("agent.json", text)
            return client.post("/agents/import/", {"file": file, "click": form})["Location"]

        first, second, other = click("a"), click("a"), click("b")

        assert first == second
        assert other != first
        assert Agent.objects.count() == 2

    def test_the_page_writes_a_click_into_its_form(self, alice: User, client: Client) -> None:
        client.force_login(alice)

        assert 'name="click"' in client.get("/agents/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_ten_requests_at_once_one_makes_the_agent(alice: User) -> None:
    file = calculator("Sum").file()
    request = KeyedRequest.of("one", "POST", URL, body=file)
    gate = Barrier(10, timeout=60)

    def ask(_: int) -> tuple[UUID, bool]:
        gate.wait()
        try:
            made = creation.once(
                alice.pk, request, lambda pk: services.create_agent(alice, file, pk=pk)
            )
            return made.thing.pk, made.replayed
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(ask, range(10)))

    assert len({pk for pk, _ in answers}) == 1
    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 9
    assert Agent.objects.count() == 1
