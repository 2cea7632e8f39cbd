"""Class 20: scopes. A key sees and does what its scopes say, whichever way it asks."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from accounts.models import User
from agents.executions.models import CredentialLimit, Execution, Review
from agents.graphs.models import Agent, GraphVersion
from apikeys.models import ApiKey
from apikeys.services import create
from kernel.access import ALL_SCOPES, Grant, Scope
from tests.integration.access.world import SECRET, World, world

pytestmark = pytest.mark.django_db

DOORS: dict[Any, Scope] = {
    Agent.objects: Scope.READ_GRAPH,
    GraphVersion.objects: Scope.READ_GRAPH,
    Execution.objects: Scope.READ_GRAPH,
    Review.objects: Scope.READ_GRAPH,
    CredentialLimit.objects: Scope.READ_INTEGRATIONS,
    ApiKey.objects: Scope.IDENTITY,
}


@pytest.fixture
def here() -> World:
    return world()


def client(owner: User, *scopes: Scope) -> Client:
    return Client(headers={"X-API-Key": create(owner, name=str(scopes)[:60], scopes=scopes).text})


def test_a_door_is_closed_without_its_scope(here: World) -> None:
    alice = here.owner
    for rows, scope in DOORS.items():
        assert rows.visible_to(alice).count() > 0
        alice.grant = Grant(ALL_SCOPES - {scope})
        assert rows.visible_to(alice).count() == 0
        alice.grant = Grant(frozenset({scope}))
        assert rows.visible_to(alice).count() > 0
        alice.grant = None
        assert rows.visible_to(AnonymousUser()).count() == 0


def test_without_read_graph_nothing_of_agents_and_runs_is_told(here: World) -> None:
    key = client(here.owner, *(ALL_SCOPES - {Scope.READ_GRAPH}))
    for address in (
        "/api/v1/graphs/",
        f"/api/v1/graphs/?search={SECRET}",
        "/api/v1/executions/",
        f"/api/v1/executions/?search={SECRET}",
        f"/api/v1/executions/{here.parts['run']}/events/",
        f"/api/v1/executions/{here.parts['run']}/node-executions/",
        "/api/v1/reviews/",
    ):
        answer = key.get(address)
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
        assert "`READ_GRAPH`" in answer.json()["detail"]
        assert SECRET not in answer.content.decode()


def test_who_may_only_start_runs_gets_a_receipt(here: World) -> None:
    key = client(here.owner, Scope.EXECUTE_GRAPH)
    address = f"/api/v1/graphs/{here.parts['agent']}/execute/"
    body = {"inputs": {"Input": 7}}

    answer = key.post(address, body, "application/json")

    assert answer.status_code == 202
    run = Execution.objects.get(pk=answer.json()["id"])
    assert (run.owner, run.inputs) == (here.owner, {"Input": 7})
    assert SECRET not in answer.content.decode()
    assert key.get(f"/api/v1/executions/{run.pk}/").status_code == 403


def test_a_repeated_start_tells_such_a_key_nothing_of_how_the_run_went(here: World) -> None:
    key = client(here.owner, Scope.EXECUTE_GRAPH)
    address = f"/api/v1/graphs/{here.parts['agent']}/execute/"
    send: Callable[[], dict[str, object]] = lambda: key.post(  # noqa: E731
        address, {"inputs": {}}, "application/json", headers={"Idempotency-Key": "once"}
    ).json()
    first = send()
    Execution.objects.filter(pk=str(first["id"])).update(
        status="FAILED", ended_at="2026-01-01T00:00:00Z", error={"code": "x", "message": SECRET}
    )

    assert send() == first


def test_a_stranger_s_key_is_a_stranger(here: World, bob: User) -> None:
    key = client(bob, *ALL_SCOPES)

    assert key.get("/api/v1/executions/").json()["results"] == []
    assert key.get(f"/api/v1/executions/{here.parts['run']}/").status_code == 404
