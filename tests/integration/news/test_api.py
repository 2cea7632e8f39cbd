"""Webhooks over REST."""

from typing import Any

import pytest

from accounts.models import User
from agents.news.models import Delivery, Endpoint
from tests.support.clients import api

pytestmark = pytest.mark.django_db

URL = "/api/v1/webhooks/"
BODY: dict[str, Any] = {"url": "https://hooks.example.org/in", "events": ["execution.failed"]}


def made(user: User, **more: Any) -> dict[str, Any]:
    answer = api(user).post(URL, BODY | more, format="json")
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_the_secret_is_told_once(alice: User) -> None:
    answer = api(alice).post(URL, BODY, format="json")
    told = answer.json()

    assert answer["Cache-Control"] == "no-store"
    assert answer["Location"].endswith(f"{URL}{told['id']}/")
    assert told["secret"].startswith("whsec_")
    again = api(alice).get(f"{URL}{told['id']}/").json()
    assert "secret" not in again
    assert (again["url"], again["events"], again["is_active"]) == (
        "https://hooks.example.org/in",
        ["execution.failed"],
        True,
    )


def test_what_is_said_changes_and_the_rest_stays(alice: User) -> None:
    pk = made(alice, name="Shop")["id"]

    told = api(alice).patch(f"{URL}{pk}/", {"is_active": False}, format="json").json()

    assert (told["name"], told["is_active"], told["events"]) == (
        "Shop",
        False,
        ["execution.failed"],
    )


@pytest.mark.parametrize(
    "body",
    [
        {"url": "http://10.0.0.1/"},
        {"events": []},
        {"events": ["execution.exploded"]},
        {"active": False},
        {"graph_id": "5f3d5b3e-0000-4000-8000-000000000000"},
    ],
)
def test_a_bad_change_changes_nothing(alice: User, body: dict[str, Any]) -> None:
    pk = made(alice)["id"]
    before = Endpoint.objects.values().get(pk=pk)

    assert api(alice).patch(f"{URL}{pk}/", body, format="json").status_code in {400, 404}

    assert Endpoint.objects.values().get(pk=pk) == before


def test_a_test_is_written_down_and_sent_again(alice: User) -> None:
    pk = made(alice)["id"]

    sent = api(alice).post(f"{URL}{pk}/test/")
    row = sent.json()
    Delivery.objects.update(status="FAILED", failures=9)
    again = api(alice).post(f"{URL}{pk}/deliveries/{row['id']}/redeliver/")

    assert (sent.status_code, row["type"], row["status"]) == (202, "test", "PENDING")
    assert (again.status_code, again.json()["status"]) == (202, "PENDING")
    assert Delivery.objects.get().failures == 0
    [listed] = api(alice).get(f"{URL}{pk}/deliveries/").json()["results"]
    assert listed["message_id"] == f"msg_{row['id'].replace('-', '')}"


def test_anothers_are_not_there(alice: User, bob: User) -> None:
    pk = made(alice)["id"]
    row = api(alice).post(f"{URL}{pk}/test/").json()["id"]

    for method, path in (
        ("get", ""),
        ("patch", ""),
        ("delete", ""),
        ("post", "rotate/"),
        ("post", "test/"),
        ("get", "deliveries/"),
        ("get", f"deliveries/{row}/"),
        ("post", f"deliveries/{row}/redeliver/"),
    ):
        answer = getattr(api(bob), method)(f"{URL}{pk}/{path}", {}, format="json")
        assert answer.status_code == 404, (method, path)
    other = made(bob)["id"]
    assert api(bob).get(f"{URL}{other}/deliveries/{row}/").status_code == 404
    assert Endpoint.objects.filter(pk=pk).exists()
