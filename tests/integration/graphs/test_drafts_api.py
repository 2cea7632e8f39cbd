"""Drafts over REST."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agents.graphs import services
from agents.graphs.models import Draft, GraphVersion
from kernel.jsontypes import JSONObject
from tests.support.clients import api
from tests.support.endpoints import PROBLEM, EndpointContract
from tests.support.graphs import GraphBuilder, calculator

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(alice: User) -> APIClient:
    return api(alice)


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return services.create_agent(alice, calculator("Sum").file())


@pytest.fixture
def url(version: GraphVersion) -> str:
    return f"/api/v1/graphs/{version.agent_id}/draft/"


@pytest.fixture
def graph(client: APIClient, url: str) -> JSONObject:
    found: JSONObject = client.get(url).json()["graph"]
    return found


class TestContract(EndpointContract):
    @pytest.fixture
    def url(self, version: GraphVersion) -> str:
        return f"/api/v1/graphs/{version.agent_id}/draft/"


class TestPublishContract(EndpointContract):
    method = "post"

    @pytest.fixture
    def url(self, version: GraphVersion) -> str:
        return f"/api/v1/graphs/{version.agent_id}/draft/publish/"


class TestRestoreContract(EndpointContract):
    method = "post"

    @pytest.fixture
    def url(self, version: GraphVersion) -> str:
        return f"/api/v1/graphs/{version.agent_id}/draft/restore/"


def test_the_tag_is_the_revision(client: APIClient, url: str) -> None:
    response = client.get(url)

    assert (response.status_code, response["ETag"], response.json()["revision"]) == (200, '"0"', 0)
    assert response.json()["updated_at"].endswith("Z")


@pytest.mark.parametrize("tag", ['"0"', 'W/"0"', "*", '"7", "0"'])
def test_a_save_names_what_it_changes(
    client: APIClient, url: str, graph: JSONObject, tag: str
) -> None:
    response = client.put(url, {"graph": {**graph, "name": "New"}}, HTTP_IF_MATCH=tag)

    assert (response.status_code, response["ETag"]) == (200, '"1"')
    assert response.json() == client.get(url).json()
    assert response.json()["graph"]["name"] == "New"


def test_a_save_that_wants_no_graph_back_gets_none(
    client: APIClient, url: str, graph: JSONObject
) -> None:
    body = {"graph": {**graph, "name": "New"}}
    response = client.put(url, body, HTTP_IF_MATCH="*", HTTP_PREFER="return=minimal")

    assert set(response.json()) == {
        "revision",
        "base_version",
        "active_version",
        "has_changes",
        "credentials_input_schema",
        "updated_at",
        "problems",
    }


@pytest.mark.parametrize("path", ["", "publish/", "restore/"])
def test_a_change_that_names_no_revision_is_refused(
    client: APIClient, url: str, graph: JSONObject, path: str
) -> None:
    send = client.post if path else client.put
    response = send(url + path, {"graph": {**graph, "name": "New"}})

    assert (response.status_code, response.json()["code"]) == (428, "revision_required")
    assert not Draft.objects.exists()


@pytest.mark.parametrize("tag", ['"0"', '"x"', "0", '""'])
def test_a_stale_save_is_answered_with_the_present_draft(
    client: APIClient, url: str, graph: JSONObject, tag: str
) -> None:
    client.put(url, {"graph": {**graph, "name": "Theirs"}}, HTTP_IF_MATCH='"0"')
    response = client.put(url, {"graph": {**graph, "name": "Mine"}}, HTTP_IF_MATCH=tag)

    assert response.status_code == 412
    assert response["Content-Type"] == PROBLEM
    assert response.json()["code"] == "draft_conflict"
    assert response.json()["draft"] == client.get(url).json()
    assert response.json()["draft"]["graph"]["name"] == "Theirs"


def test_publishing_answers_with_the_version_and_the_next_revision(
    client: APIClient, url: str, graph: JSONObject
) -> None:
    client.put(url, {"graph": {**graph, "name": "New"}}, HTTP_IF_MATCH='"0"')
    response = client.post(f"{url}publish/", {}, HTTP_IF_MATCH='"1"')

    body = response.json()
    assert (response.status_code, response["ETag"]) == (201, '"2"')
    assert (body["version"], body["name"], body["draft_revision"]) == (2, "New", 2)
    assert client.get(url).json()["has_changes"] is False


def test_an_invalid_draft_is_not_published(client: APIClient, url: str, graph: JSONObject) -> None:
    link = {**graph["links"][0], "sink_name": "x"}
    client.put(url, {"graph": {**graph, "links": [link]}}, HTTP_IF_MATCH='"0"')
    response = client.post(f"{url}publish/", {}, HTTP_IF_MATCH='"1"')

    assert (response.status_code, response.json()["code"]) == (400, "invalid_graph")
    assert response.json()["errors"][0]["link_id"] == link["id"]


def test_a_version_is_restored(client: APIClient, url: str, graph: JSONObject) -> None:
    client.put(url, {"graph": {**graph, "name": "New"}}, HTTP_IF_MATCH='"0"')
    client.post(f"{url}publish/", {}, HTTP_IF_MATCH='"1"')
    response = client.post(f"{url}restore/", {"version": 1}, HTTP_IF_MATCH='"2"')

    assert (response.status_code, response["ETag"]) == (200, '"3"')
    assert response.json()["graph"]["name"] == "Sum"


@pytest.mark.parametrize("number", [0, "x", None, 2**40])
def test_what_is_no_version_cannot_be_restored(client: APIClient, url: str, number: object) -> None:
    response = client.post(f"{url}restore/", {"version": number}, HTTP_IF_MATCH="*")

    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_a_draft_is_discarded(client: APIClient, url: str, graph: JSONObject) -> None:
    client.put(url, {"graph": {**graph, "name": "New"}}, HTTP_IF_MATCH='"0"')

    assert client.delete(url, HTTP_IF_MATCH='"0"').status_code == 412
    response = client.delete(url, HTTP_IF_MATCH='"1"')
    assert (response.status_code, response["ETag"]) == (204, '"2"')
    assert client.get(url).json()["graph"]["name"] == "Sum"


def test_a_stranger_finds_none_of_it(charlie: User, url: str, graph: JSONObject) -> None:
    stranger = api(charlie)

    assert stranger.get(url).status_code == 404
    assert stranger.put(url, {"graph": graph}, HTTP_IF_MATCH="*").status_code == 404
    assert stranger.delete(url).status_code == 404
    assert stranger.post(f"{url}publish/", {}, HTTP_IF_MATCH="*").status_code == 404
    assert stranger.post(f"{url}restore/", {"version": 1}, HTTP_IF_MATCH="*").status_code == 404


def test_an_agent_that_is_not_there_has_no_draft(client: APIClient) -> None:
    assert client.get(f"/api/v1/graphs/{uuid4()}/draft/").status_code == 404


def test_an_empty_agent_can_be_made_and_filled(client: APIClient) -> None:
    made = client.post("/api/v1/graphs/", {"graph": {"name": "New", "nodes": [], "links": []}})
    url = f"/api/v1/graphs/{made.json()['id']}/draft/"
    found = client.get(url).json()

    assert made.status_code == 201
    assert [one["code"] for one in found["problems"]] == ["nothing_to_start"]
    g = GraphBuilder()
    g.node("CalculatorBlock", operation="Add", a=1, b=2)
    graph = {**found["graph"], "nodes": g.nodes}
    saved = client.put(url, {"graph": graph}, HTTP_IF_MATCH='"0"').json()
    assert saved["problems"] == []
    assert saved["graph"]["nodes"] == g.nodes
