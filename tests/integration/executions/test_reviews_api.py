"""Reviews and signals over REST."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from agents.executions import services
from agents.executions.models import Execution, Review, Signal
from agents.executions.output import outputs
from tests.support.clients import api, keyed
from tests.support.endpoints import EndpointContract
from tests.support.reviews import asked, listening
from tests.support.runs import run_node, run_to_end, start, statuses

pytestmark = pytest.mark.django_db

REVIEWS = "/api/v1/reviews/"
REFUND = {"amount": 100, "to": "Bob"}


def url_of(review: Review, rest: str = "") -> str:
    return f"{REVIEWS}{review.pk}/{rest}"


def refusal(response: Any) -> tuple[int, str]:
    """Return the status and code of a problem."""
    assert response["Content-Type"] == "application/problem+json", response.content
    return response.status_code, response.json()["code"]


class TestList(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return REVIEWS

    def test_what_waits_is_listed_newest_first(self, alice: User, bob: User) -> None:
        _, _, first = asked(alice, 1)
        _, _, second = asked(alice, 2)
        asked(bob, 3)

        body = api(alice).get(REVIEWS).json()

        assert [one["id"] for one in body["results"]] == [str(second.pk), str(first.pk)]
        assert "payload" not in body["results"][0]
        assert (body["next"], body["previous"]) == (None, None)

    def test_pages_follow_one_another(self, alice: User) -> None:
        wanted = [str(asked(alice, number)[2].pk) for number in range(3)][::-1]
        client = api(alice)

        page = client.get(f"{REVIEWS}?page_size=2").json()
        rest = client.get(page["next"]).json()

        assert [one["id"] for one in [*page["results"], *rest["results"]]] == wanted
        assert rest["next"] is None

    def test_one_run_and_one_status_can_be_asked_for(self, alice: User) -> None:
        execution, _, review = asked(alice, 1)
        asked(alice, 2)
        client = api(alice)

        def ids(query: str) -> list[str]:
            return [one["id"] for one in client.get(f"{REVIEWS}?{query}").json()["results"]]

        assert ids(f"graph_exec_id={execution.pk}") == [str(review.pk)]
        assert ids("status=APPROVED") == []
        services.stop_execution(execution.pk)
        assert ids("status=WITHDRAWN") == [str(review.pk)]
        assert ids(f"graph_exec_id={execution.pk}") == []

    @pytest.mark.parametrize("query", ["status=OPEN", "graph_exec_id=7"])
    def test_what_cannot_be_asked_for_is_refused(self, alice: User, query: str) -> None:
        assert refusal(api(alice).get(f"{REVIEWS}?{query}")) == (400, "invalid")

    def test_the_list_takes_one_query_however_long_it_is(self, alice: User) -> None:
        for number in range(4):
            asked(alice, number)
        client = api(alice)
        with CaptureQueriesContext(connection) as queries:
            client.get(REVIEWS)

        assert len([one for one in queries if "executions_review" in one["sql"]]) == 1
        assert not any('"payload"' in one["sql"] for one in queries)


class TestDetail(EndpointContract):
    @pytest.fixture
    def url(self, alice: User) -> str:
        return url_of(asked(alice, REFUND)[2])

    def test_a_review_tells_what_it_is_about(self, alice: User) -> None:
        execution, row, review = asked(alice, REFUND)

        body = api(alice).get(url_of(review)).json()

        assert body.pop("created_at").endswith("Z")
        assert body == {
            "id": str(review.pk),
            "graph_exec_id": str(execution.pk),
            "node_exec_id": str(row.pk),
            "node_id": row.node_id,
            "graph_id": str(execution.graph_version.agent_id),
            "graph_version": 1,
            "graph_name": "Asking",
            "name": "The refund",
            "editable": True,
            "status": "WAITING",
            "decided_at": None,
            "decided_by": None,
            "edited": False,
            "auto_approve": False,
            "message": "",
            "payload": REFUND,
            "data": None,
        }

    def test_a_stranger_finds_nothing(self, alice: User, charlie: User) -> None:
        _, _, review = asked(alice, REFUND)

        assert refusal(api(charlie).get(url_of(review))) == (404, "not_found")


class TestDecide(EndpointContract):
    method = "post"

    @pytest.fixture
    def url(self, alice: User) -> str:
        return url_of(asked(alice, REFUND)[2], "decide/")

    def test_an_approval_with_edits_goes_through_and_again(self, alice: User) -> None:
        execution, _, review = asked(alice, REFUND)
        decision = {"decision": "approve", "data": {"amount": 90}, "message": "Less."}

        first, again = (keyed(alice).post(url_of(review, "decide/"), decision) for _ in range(2))

        assert (first.status_code, again.status_code) == (200, 200)
        body = first.json()
        assert (body["status"], body["decided_by"], body["edited"]) == ("APPROVED", "alice", True)
        assert (body["data"], body["payload"]) == ({"amount": 90}, REFUND)
        assert again.json() == body
        assert outputs(run_to_end(execution)) == {
            "approved_data": [{"amount": 90}],
            "review_message": ["Less."],
        }

    def test_null_is_data_and_nothing_is_none(self, alice: User) -> None:
        _, _, review = asked(alice, REFUND)
        body = {"decision": "approve", "data": None}

        assert api(alice).post(url_of(review, "decide/"), body).json()["edited"] is True

    def test_another_decision_meets_a_conflict(self, alice: User) -> None:
        _, _, review = asked(alice, REFUND)
        client, url = api(alice), url_of(review, "decide/")
        client.post(url, {"decision": "reject"})

        assert refusal(client.post(url, {"decision": "approve"})) == (409, "review_decided")
        assert Review.objects.get().status == "REJECTED"

    def test_a_stopped_run_meets_a_conflict(self, alice: User) -> None:
        execution, _, review = asked(alice, REFUND)
        services.stop_execution(execution.pk)

        response = api(alice).post(url_of(review, "decide/"), {"decision": "approve"})

        assert refusal(response) == (409, "review_withdrawn")

    def test_what_is_not_editable_is_refused(self, alice: User) -> None:
        _, _, review = asked(alice, REFUND, editable=False)
        body = {"decision": "approve", "data": 1}

        response = api(alice).post(url_of(review, "decide/"), body)

        assert refusal(response) == (400, "review_not_editable")

    @pytest.mark.parametrize(
        ("body", "where"),
        [
            ({}, "decision"),
            ({"decision": "maybe"}, "decision"),
            ({"decision": "approve", "message": "x" * 10_001}, "message"),
            ({"decision": "approve", "message": "a\x00b"}, "message"),
            ({"decision": "reject", "data": 1}, "data"),
            ({"decision": "reject", "auto_approve": True}, "auto_approve"),
        ],
    )
    def test_what_is_no_decision_is_told_where(
        self, alice: User, body: dict[str, Any], where: str
    ) -> None:
        _, _, review = asked(alice, REFUND)

        response = api(alice).post(url_of(review, "decide/"), body)

        assert refusal(response) == (400, "invalid")
        assert [one["attr"] for one in response.json()["errors"]] == [where]
        assert Review.objects.get().status == "WAITING"

    def test_a_stranger_decides_nothing(self, alice: User, charlie: User) -> None:
        _, _, review = asked(alice, REFUND)

        response = api(charlie).post(url_of(review, "decide/"), {"decision": "approve"})

        assert refusal(response) == (404, "not_found")
        assert Review.objects.get().status == "WAITING"


class TestSignals(EndpointContract):
    method = "post"

    @pytest.fixture
    def execution(self, alice: User) -> Execution:
        graph, node = listening()
        execution = start(alice, graph)
        run_node(execution, node)
        return execution

    @pytest.fixture
    def url(self, execution: Execution) -> str:
        return f"/api/v1/executions/{execution.pk}/signals/"

    def test_a_signal_is_sent_and_who_took_it_is_told(
        self, alice: User, execution: Execution, url: str
    ) -> None:
        response = api(alice).post(url, {"name": "paid", "value": [1.0]})

        assert response.status_code == 201
        body = response.json()
        assert body.pop("created_at").endswith("Z")
        assert body == {
            "graph_exec_id": str(execution.pk),
            "name": "paid",
            "number": 0,
            "value": [1.0],
            "taken_by_node_exec_id": str(execution.node_executions.get().pk),
        }
        assert outputs(run_to_end(execution)) == {"value": [[1.0]]}

    def test_a_signal_that_nobody_waits_for_is_kept(self, alice: User, url: str) -> None:
        body = api(alice).post(url, {"name": " Paid "}).json()

        assert (body["name"], body["value"], body["taken_by_node_exec_id"]) == (
            " Paid ",
            None,
            None,
        )

    def test_a_request_that_is_sent_twice_sends_one_signal(
        self, alice: User, execution: Execution, url: str
    ) -> None:
        client = api(alice)
        headers = {"Idempotency-Key": "one"}
        first = client.post(url, {"name": "paid", "value": 1}, headers=headers)
        again = client.post(url.rstrip("/"), {"value": 1, "name": "paid"}, headers=headers)

        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert "Idempotency-Replayed" not in first
        assert again["Idempotency-Replayed"] == "true"
        assert Signal.objects.count() == 1
        other = client.post(url, {"name": "paid", "value": 2}, headers=headers)
        assert refusal(other) == (422, "idempotency_key_reused")
        empty = client.post(url, {"name": "paid"}, headers={"Idempotency-Key": ""})
        assert refusal(empty) == (400, "invalid_idempotency_key")

    def test_a_run_that_is_over_refuses(self, alice: User, execution: Execution, url: str) -> None:
        services.stop_execution(execution.pk)

        assert refusal(api(alice).post(url, {"name": "paid"})) == (409, "execution_ended")

    @pytest.mark.parametrize(
        "body", [{}, {"name": ""}, {"name": "x" * 201}, {"name": "a\x00"}, {"name": "\ud800"}]
    )
    def test_a_name_that_nothing_waits_for_is_refused(
        self, alice: User, url: str, body: dict[str, Any]
    ) -> None:
        text = json.dumps(body)  # half of a surrogate pair stays escaped
        response = api(alice).post(url, text, content_type="application/json")

        assert refusal(response) == (400, "invalid")
        assert [one["attr"] for one in response.json()["errors"]] == ["name"]
        assert not Signal.objects.exists()

    def test_a_stranger_sends_nothing(
        self, alice: User, charlie: User, execution: Execution, url: str
    ) -> None:
        assert refusal(api(charlie).post(url, {"name": "paid"})) == (404, "not_found")
        unknown = f"/api/v1/executions/{uuid4()}/signals/"
        assert refusal(api(alice).post(unknown, {"name": "paid"})) == (404, "not_found")
        [row] = execution.node_executions.all()
        assert statuses(execution, row.node_id) == ["WAITING"]
