"""The catalogue of blocks, over REST."""

from collections.abc import Callable

import pytest
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from blocks.openapi import services as apis
from blocks.sdk import registry
from tests.support.apis import document

Api = Callable[..., APIClient]
CALCULATOR = "b1ab9b19-67a6-406d-abf5-2dba76d00c79"


def test_every_block_is_listed_and_the_database_asked_for_own_ones_only(
    api: Api, alice: User, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    with django_assert_num_queries(1):
        response = api(alice).get("/api/v1/blocks/")

    assert response.status_code == 200
    assert [entry["name"] for entry in response.json()] == [spec.name for spec in registry]


def test_block_is_shown_with_its_pins(api: Api, alice: User) -> None:
    shown = api(alice).get(f"/api/v1/blocks/{CALCULATOR}/").json()

    inputs, outputs = shown.pop("inputSchema"), shown.pop("outputSchema")
    assert shown == {
        "id": CALCULATOR,
        "name": "CalculatorBlock",
        "title": "Calculator",
        "description": (
            "Do arithmetic with two numbers: add, subtract, multiply, divide or raise to a power."
        ),
        "categories": [
            {"category": "LOGIC", "description": "Blocks that decide, compute and repeat"}
        ],
        "staticOutput": False,
        "uiType": "Standard",
        "queue": "io",
        "effect": "none",
        "sensitive": False,
        "costs": [],
        "webhook": None,
        "contributors": [],
    }
    assert list(inputs["properties"]) == ["operation", "a", "b", "round_result"]
    assert inputs["required"] == ["operation", "a", "b"]
    assert inputs["properties"]["round_result"] == {
        "title": "Round Result",
        "description": "Round the result to a whole number",
        "type": "boolean",
        "default": False,
        "advanced": False,
    }
    assert list(outputs["properties"]) == ["result", "error"]
    assert "default" not in outputs["properties"]["result"]


def test_inputs_of_agents_have_no_error_pin(api: Api, alice: User) -> None:
    shown = api(alice).get("/api/v1/blocks/c0a8e994-ebf1-4a9c-a4d8-89d09c86741b").json()

    assert (shown["uiType"], shown["staticOutput"]) == ("Input", True)
    assert list(shown["outputSchema"]["properties"]) == ["result"]


def test_pin_is_shown_by_its_own_name(api: Api, alice: User) -> None:
    shown = api(alice).get("/api/v1/blocks/d3a7d896-3b78-4f44-8b4b-48fbf4f0bcd8/").json()

    assert "json" in shown["outputSchema"]["properties"]
    assert "json_" not in shown["outputSchema"]["properties"]


def test_block_is_found_by_an_id_it_had_before(api: Api, alice: User) -> None:
    shown = api(alice).get("/api/v1/blocks/f8e7d6c5-b4a3-2c1d-0e9f-8g7h6i5j4k3l/").json()

    assert shown["name"] == "StepThroughItemsBlock"


@pytest.mark.parametrize(
    "block_id", ["00000000-0000-0000-0000-000000000000", "nonsense", "é🎉", "%00", "x" * 3_000]
)
def test_unknown_block_is_not_found(api: Api, alice: User, block_id: str) -> None:
    response = api(alice).get(f"/api/v1/blocks/{block_id}/")

    assert response.status_code == 404
    assert response.json()["code"] == "block_not_found"


@pytest.mark.django_db
def test_stranger_without_sign_in_is_refused(api: Api) -> None:
    assert api().get("/api/v1/blocks/").status_code == 401


def test_catalogue_cannot_be_written(api: Api, alice: User) -> None:
    client = api(alice)

    assert client.post("/api/v1/blocks/", {}).status_code == 405
    assert client.delete(f"/api/v1/blocks/{CALCULATOR}/").status_code == 405


def test_block_that_others_call_says_what_is_watched(api: Api, alice: User) -> None:
    shown = api(alice).get("/api/v1/blocks/6c60ec01-8128-419e-988f-96a063ee2fea/").json()

    assert shown["webhook"] == {
        "provider": "github",
        "type": "repo",
        "resource_format": "{repo}",
        "event_filter_input": "events",
        "event_format": "pull_request.{event}",
    }


def test_entry_of_an_api_that_is_older_than_a_member_has_it_all_the_same(
    api: Api, alice: User
) -> None:
    made = apis.add(alice, document())
    row = made.operations.get(key="POST /pets")
    row.entry = {name: value for name, value in row.entry.items() if name != "webhook"}
    row.save()
    client = api(alice)

    assert client.get(f"/api/v1/blocks/{row.pk}/").json()["webhook"] is None
    assert {one["webhook"] for one in client.get("/api/v1/blocks/").json()[-3:]} == {None}
