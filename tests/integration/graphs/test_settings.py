"""What an owner may set for an agent."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agents.graphs import services
from agents.graphs.models import Agent, GraphVersion
from tests.support.clients import api
from tests.support.endpoints import EndpointContract
from tests.support.graphs import calculator

pytestmark = pytest.mark.django_db
DEFAULTS = {
    "human_in_the_loop_safe_mode": True,
    "sensitive_action_safe_mode": False,
    "max_concurrent_executions": None,
    "when_full": "queue",
    "retention_days": None,
}


@pytest.fixture
def client(alice: User) -> APIClient:
    return api(alice)


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return services.create_agent(alice, calculator("Sum").file())


@pytest.fixture
def url(version: GraphVersion) -> str:
    return f"/api/v1/graphs/{version.agent_id}/settings/"


class TestContract(EndpointContract):
    @pytest.fixture
    def url(self, version: GraphVersion) -> str:
        return f"/api/v1/graphs/{version.agent_id}/settings/"


def test_an_agent_begins_with_the_defaults(client: APIClient, url: str) -> None:
    assert client.get(url).json() == DEFAULTS


def test_a_patch_changes_the_keys_it_names_and_answers_with_all(
    client: APIClient, url: str
) -> None:
    client.patch(url, {"retention_days": 30})
    response = client.patch(url, {"max_concurrent_executions": 3, "when_full": "skip"})

    expected = DEFAULTS | {
        "retention_days": 30,
        "max_concurrent_executions": 3,
        "when_full": "skip",
    }
    assert (response.status_code, response.json()) == (200, expected)
    assert client.get(url).json() == expected


def test_a_null_lifts_a_limit(client: APIClient, url: str) -> None:
    client.patch(url, {"max_concurrent_executions": 3})

    assert client.patch(url, {"max_concurrent_executions": None}).json() == DEFAULTS


def test_settings_hold_for_all_versions(client: APIClient, url: str, version: GraphVersion) -> None:
    client.patch(url, {"when_full": "skip"})
    services.save_version(version.agent, {**calculator("Sum 2").file(), "id": ""})

    assert services.settings_of(version.agent_id).when_full == "skip"


@pytest.mark.parametrize(
    ("change", "code", "attr"),
    [
        ({"when_ful": "skip"}, "unknown_key", "when_ful"),
        ({"when_full": "wait"}, "wrong_type", "when_full"),
        ({"max_concurrent_executions": 0}, "out_of_range", "max_concurrent_executions"),
        ({"max_concurrent_executions": "3"}, "wrong_type", "max_concurrent_executions"),
        ({"max_concurrent_executions": True}, "wrong_type", "max_concurrent_executions"),
        ({"retention_days": 36_501}, "out_of_range", "retention_days"),
        ({"sensitive_action_safe_mode": None}, "wrong_type", "sensitive_action_safe_mode"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_changes(
    client: APIClient, url: str, change: dict[str, Any], code: str, attr: str
) -> None:
    response = client.patch(url, {"human_in_the_loop_safe_mode": False, **change})

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "invalid_settings"
    assert [(e["code"], e["attr"]) for e in response.json()["errors"]] == [(code, attr)]
    assert client.get(url).json() == DEFAULTS


def test_a_body_that_is_no_object_is_refused(client: APIClient, url: str) -> None:
    response = client.patch(url, [1])

    assert (response.status_code, response.json()["code"]) == (400, "invalid_settings")


def test_a_stranger_meets_a_404(charlie: User, url: str, version: GraphVersion) -> None:
    stranger = api(charlie)

    assert stranger.get(url).status_code == 404
    assert stranger.patch(url, {"when_full": "skip"}).status_code == 404
    assert services.settings_of(version.agent_id).when_full == "queue"


def test_only_what_was_set_is_kept(client: APIClient, url: str, version: GraphVersion) -> None:
    client.patch(url, {"when_full": "skip"})

    assert Agent.objects.get().settings == {"when_full": "skip"}


def test_a_key_that_a_newer_release_kept_is_passed_over(version: GraphVersion) -> None:
    Agent.objects.update(settings={"when_full": "skip", "of_tomorrow": 1})

    settings = services.settings_of(version.agent_id)

    assert settings.model_dump() == DEFAULTS | {"when_full": "skip"}
