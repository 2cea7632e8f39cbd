"""Agents over REST."""

import time
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agents.graphs import services
from agents.graphs.models import Agent, GraphVersion
from kernel.jsontypes import JSONObject, dumps
from tests.support.clients import api, keyed
from tests.support.endpoints import EndpointContract
from tests.support.graphs import GraphBuilder, calculator

pytestmark = pytest.mark.django_db
URL = "/api/v1/graphs/"


@pytest.fixture
def client(alice: User) -> APIClient:
    return api(alice)


@pytest.fixture
def version(alice: User) -> GraphVersion:
    return services.create_agent(alice, calculator("Sum").file())


def url(version: GraphVersion, rest: str = "") -> str:
    return f"{URL}{version.agent_id}/{rest}"


class TestListContract(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return URL


class TestDetailContract(EndpointContract):
    @pytest.fixture
    def url(self, version: GraphVersion) -> str:
        return url(version)


class TestVersionsContract(EndpointContract):
    @pytest.fixture
    def url(self, version: GraphVersion) -> str:
        return url(version, "versions/")


class TestVersionContract(EndpointContract):
    @pytest.fixture
    def url(self, version: GraphVersion) -> str:
        return url(version, "versions/1/")


class TestActiveVersionContract(EndpointContract):
    method = "put"

    @pytest.fixture
    def url(self, version: GraphVersion) -> str:
        return url(version, "versions/active/")


def additions(nodes: int) -> GraphBuilder:
    """Return a chain of so many nodes."""
    g = GraphBuilder("Large")
    last = g.input("a")
    for _ in range(nodes - 2):
        sum = g.node("CalculatorBlock", operation="Add", b=1)
        g.link(last, "result", sum, "a")
        last = sum
    g.link(last, "result", g.output("b"), "value")
    return g


class TestCreate:
    def test_answers_with_the_agent_and_where_it_is(self, client: APIClient, alice: User) -> None:
        response = client.post(URL, {"graph": calculator("Sum").file()})

        body = response.json()
        assert response.status_code == 201
        assert response["Location"] == f"http://testserver{URL}{body['id']}/"
        assert response["ETag"] == '"1"'
        assert (body["version"], body["name"], body["is_active"]) == (1, "Sum", True)
        assert list(body["input_schema"]["properties"]) == ["Input"]
        assert list(body["output_schema"]["properties"]) == ["Output"]
        assert Agent.objects.get().owner == alice
        assert client.get(response["Location"]).json() == body

    def test_takes_a_bare_file_too(self, client: APIClient) -> None:
        assert client.post(URL, calculator().file()).status_code == 201

    def test_works_with_an_api_key(self, alice: User) -> None:
        assert keyed(alice).post(URL, {"graph": calculator().file()}).status_code == 201

    def test_names_all_problems_by_node_and_pin(self, client: APIClient) -> None:
        g = calculator()
        g.link(g.nodes[0]["id"], "nothing", "gone", "x")
        response = client.post(URL, {"graph": g.file()})

        assert response.status_code == 400
        assert response.json()["code"] == "invalid_graph"
        assert [(e["code"], e.get("node_id"), e.get("pin")) for e in response.json()["errors"]] == [
            ("unknown_output_pin", g.nodes[0]["id"], "nothing"),
            ("link_to_unknown_node", g.nodes[0]["id"], "nothing"),
        ]
        assert Agent.objects.count() == 0

    @pytest.mark.parametrize(
        "body",
        [{}, [], "text", 7, None, {"graph": None}, {"graph": []}, {"graph": {}}, {"nodes": 1}],
    )
    def test_refuses_what_is_no_graph(self, client: APIClient, body: Any) -> None:
        response = client.post(URL, body)

        assert (response.status_code, response.json()["code"]) == (400, "invalid_graph")
        assert response.json()["errors"]
        assert Agent.objects.count() == 0

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("{", "not_json"),
            ('{"graph": {"nodes": NaN}}', "not_json"),
            ('{"graph": {"nodes": [], "version": 1e400}}', "not_json"),
            ('{"graph": {"nodes": [], "version": ' + "9" * 5000 + "}}", "not_json"),
            ('{"graph": ' + "[" * 100_000 + "]" * 100_000 + "}", "not_json"),
            ('{"graph": ' + "[" * 195 + "]" * 195 + "}", "invalid_graph"),
            ('{"graph": {"nodes": [], "name": "\\u0000"}}', "invalid_graph"),
            ('{"graph": {"nodes": [], "name": "\\ud800"}}', "invalid_graph"),
        ],
    )
    def test_refuses_what_cannot_be_kept(self, client: APIClient, text: str, code: str) -> None:
        response = client.post(URL, text, content_type="application/json")

        assert (response.status_code, response.json()["code"]) == (400, code)
        assert Agent.objects.count() == 0

    def test_odd_values_come_back_as_they_were(self, client: APIClient) -> None:
        values = {"nul": "\0", "half": "\ud800", "huge": 10**400, "rtl": "\u202eאגוז", "f": 1.0}
        g = GraphBuilder("🪢")
        g.node("CreateDictionaryBlock", values=values)
        text = dumps({"graph": g.file()})
        body = client.post(URL, text, content_type="application/json").json()

        assert body["name"] == "🪢"
        assert body["nodes"][0]["input_default"] == {"values": values}

    def test_a_node_of_five_thousand_is_as_little_work_as_one_of_five_hundred(
        self, client: APIClient
    ) -> None:
        def work(nodes: int) -> float:
            file = additions(nodes).file()
            began = time.process_time()
            response = client.post(URL, {"graph": file})
            took = time.process_time() - began
            assert response.status_code == 201
            assert len(response.json()["nodes"]) == nodes
            assert response.json()["problems"] == []
            return took / nodes

        work(10)  # what is loaded with the first request

        assert work(5_000) < 3 * work(500)


class TestRetrieve:
    def test_shows_the_graph_and_what_forbids_running_it(self, client: APIClient) -> None:
        g = GraphBuilder("Half")
        sum = g.node("CalculatorBlock", operation="Add", a=1)
        g.link(sum, "result", sum, "a")
        id = client.post(URL, {"graph": g.file()}).json()["id"]
        body = client.get(f"{URL}{id}/").json()

        [node], [link] = body["nodes"], body["links"]
        assert set(body) == {
            "id",
            "version",
            "is_active",
            "name",
            "description",
            "created_at",
            "created_by",
            "node_count",
            "forked_from_id",
            "forked_from_version",
            "input_schema",
            "output_schema",
            "credentials_input_schema",
            "has_webhook_trigger",
            "nodes",
            "links",
            "problems",
        }
        assert node == {**g.nodes[0], "id": node["id"]}
        assert link == {
            "id": link["id"],
            "source_id": node["id"],
            "sink_id": node["id"],
            "source_name": "result",
            "sink_name": "a",
            "is_static": False,
        }
        assert [(p["code"], p.get("node_id"), p.get("pin")) for p in body["problems"]] == [
            ("missing_value", node["id"], "b"),
            ("nothing_to_start", None, None),
        ]

    def test_shows_another_version_when_asked(
        self, client: APIClient, version: GraphVersion
    ) -> None:
        services.save_version(version.agent, {"nodes": [], "name": "Empty"})

        assert client.get(url(version)).json()["name"] == "Empty"
        response = client.get(url(version), {"version": 1})
        assert (response.json()["name"], response["ETag"]) == ("Sum", '"1"')
        assert client.get(url(version, "versions/1/")).json() == response.json()

    @pytest.mark.parametrize("number", ["x", "0", "-1", "1.5", "9" * 30, "\0"])
    def test_refuses_versions_that_cannot_be(
        self, client: APIClient, version: GraphVersion, number: str
    ) -> None:
        response = client.get(url(version), {"version": number})

        assert (response.status_code, response.json()["code"]) == (400, "invalid")
        assert response.json()["errors"][0]["attr"] == "version"

    @pytest.mark.parametrize("path", ["2", "0", "9" * 30, "9" * 5000, "x", "-1", "active/x", "1/x"])
    def test_finds_no_version_that_does_not_exist(
        self, client: APIClient, version: GraphVersion, path: str
    ) -> None:
        response = client.get(url(version, f"versions/{path}/"))

        assert (response.status_code, response.json()["code"]) == (404, "not_found")

    @pytest.mark.parametrize("id", ["x", "1", str(UUID(int=7)), "a" * 36])
    def test_finds_no_agent_that_does_not_exist(self, client: APIClient, id: str) -> None:
        response = client.get(f"{URL}{id}/")

        assert (response.status_code, response.json()["code"]) == (404, "not_found")

    def test_exports(self, client: APIClient, alice: User) -> None:
        g = GraphBuilder()
        g.agent(calculator("Sub"), Input=1)
        version = services.create_agent(alice, g.file())
        response = client.get(url(version), {"for_export": "true"})

        assert response.json() == services.export(version)
        assert [graph["name"] for graph in response.json()["sub_graphs"]] == ["Sub"]
        assert client.post(URL, {"graph": response.json()}).status_code == 201


class TestList:
    def names(self, client: APIClient, **query: str) -> list[str]:
        return [graph["name"] for graph in client.get(URL, query).json()["results"]]

    def test_shows_agents_without_their_nodes_newest_first(
        self, client: APIClient, alice: User, bob: User
    ) -> None:
        first = services.create_agent(alice, calculator("First").file())
        services.create_agent(alice, calculator("Second").file())
        services.create_agent(bob, calculator("Bob's").file())
        services.save_version(first.agent, calculator("First again").file() | {"id": ""})
        results = client.get(URL).json()["results"]

        assert [(graph["name"], graph["version"]) for graph in results] == [
            ("First again", 2),
            ("Second", 1),
        ]
        assert not {"nodes", "links", "problems", "document"} & results[0].keys()
        assert list(results[0]["input_schema"]["properties"]) == ["Input"]

    def test_goes_on_page_by_page(self, client: APIClient, alice: User) -> None:
        for name in "abc":
            services.create_agent(alice, calculator(name).file())
        page = client.get(URL, {"page_size": "2"}).json()

        assert [graph["name"] for graph in page["results"]] == ["c", "b"]
        assert [graph["name"] for graph in client.get(page["next"]).json()["results"]] == ["a"]

    def test_searches_names_and_descriptions(self, client: APIClient, alice: User) -> None:
        services.create_agent(alice, calculator("Tea").file())
        services.create_agent(alice, calculator("x").file() | {"description": "For tea."})
        services.create_agent(alice, calculator("Coffee").file())

        assert self.names(client, search="TEA") == ["x", "Tea"]
        assert self.names(client, search="100%") == []

    def test_refuses_a_search_for_what_no_text_holds(self, client: APIClient) -> None:
        assert client.get(URL, {"search": "\0"}).status_code == 400

    def test_hides_sub_agents_unless_asked(self, client: APIClient, alice: User) -> None:
        g = GraphBuilder("Main")
        g.agent(calculator("Sub"), Input=1)
        services.create_agent(alice, g.file())

        assert self.names(client) == ["Main"]
        assert sorted(self.names(client, include_sub_agents="true")) == ["Main", "Sub"]

    def test_hides_deleted_agents(self, client: APIClient, version: GraphVersion) -> None:
        assert client.delete(url(version)).status_code == 204
        assert self.names(client) == []

    def test_takes_as_many_queries_for_many_agents_as_for_one(
        self, client: APIClient, alice: User, django_assert_max_num_queries: Any
    ) -> None:
        for name in "abcdef":
            services.create_agent(alice, calculator(name).file())
        with django_assert_max_num_queries(2):
            client.get(URL)


class TestUpdate:
    def test_saves_a_new_version(self, client: APIClient, version: GraphVersion) -> None:
        body = client.get(url(version)).json() | {"name": "Better"}
        response = client.put(url(version), body)

        assert response.status_code == 200
        assert (response.json()["version"], response.json()["name"]) == (2, "Better")
        assert response["ETag"] == '"2"'
        assert client.get(url(version)).json() == response.json()

    @pytest.mark.parametrize("tag", ['"1"', 'W/"1"', '"7", "1"', "*"])
    def test_saves_when_what_was_read_is_what_there_is(
        self, client: APIClient, version: GraphVersion, tag: str
    ) -> None:
        assert client.put(url(version), version.document, HTTP_IF_MATCH=tag).status_code == 200

    @pytest.mark.parametrize("tag", ['"2"', "1", '""', "nonsense"])
    def test_refuses_when_it_is_not(
        self, client: APIClient, version: GraphVersion, tag: str
    ) -> None:
        response = client.put(url(version), version.document, HTTP_IF_MATCH=tag)

        assert (response.status_code, response.json()["code"]) == (412, "version_conflict")
        assert GraphVersion.objects.count() == 1

    def test_refuses_the_body_of_another_graph(
        self, client: APIClient, version: GraphVersion
    ) -> None:
        response = client.put(url(version), calculator().file())

        assert (response.status_code, response.json()["code"]) == (400, "graph_id_mismatch")
        assert GraphVersion.objects.count() == 1


class TestVersions:
    @pytest.fixture(autouse=True)
    def two_versions(self, version: GraphVersion) -> None:
        services.save_version(version.agent, version.document)

    def test_are_listed_newest_first(self, client: APIClient, version: GraphVersion) -> None:
        results = client.get(url(version, "versions/")).json()["results"]

        assert [(graph["version"], graph["is_active"]) for graph in results] == [
            (2, True),
            (1, False),
        ]

    def test_say_who_saved_them_and_how_large_they_are(
        self, client: APIClient, version: GraphVersion, django_assert_max_num_queries: Any
    ) -> None:
        g = calculator("Larger")
        g.policy(g.node("NoteBlock", text="t"), disabled=True)
        services.save_version(version.agent, {**g.file(), "id": ""})
        with django_assert_max_num_queries(4):
            results = client.get(url(version, "versions/")).json()["results"]

        assert [(graph["created_by"], graph["node_count"]) for graph in results] == [
            ("alice", 4),
            ("alice", 3),
            ("alice", 3),
        ]

    def test_go_on_page_by_page(self, client: APIClient, version: GraphVersion) -> None:
        page = client.get(url(version, "versions/"), {"page_size": "1"}).json()

        assert [graph["version"] for graph in page["results"]] == [2]
        page = client.get(page["next"]).json()
        assert [graph["version"] for graph in page["results"]] == [1]
        assert page["next"] is None

    def test_can_be_activated(self, client: APIClient, version: GraphVersion) -> None:
        response = client.put(url(version, "versions/active/"), {"active_graph_version": 1})

        assert (response.status_code, response.json()["version"]) == (200, 1)
        assert client.get(url(version)).json()["version"] == 1

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"active_graph_version": 3}, 404),
            ({"active_graph_version": 0}, 400),
            ({"active_graph_version": 10**30}, 400),
            ({"active_graph_version": "x"}, 400),
            ({}, 400),
            ([], 400),
        ],
    )
    def test_that_do_not_exist_cannot(
        self, client: APIClient, version: GraphVersion, body: Any, status: int
    ) -> None:
        response = client.put(url(version, "versions/active/"), body)

        assert response.status_code == status
        assert client.get(url(version)).json()["version"] == 2


class TestStrangers:
    @pytest.mark.parametrize(
        "call",
        [
            ("get", "", None),
            ("get", "?version=1", None),
            ("get", "?for_export=true", None),
            ("get", "versions/", None),
            ("get", "versions/1/", None),
            ("put", "", {"nodes": [], "links": []}),
            ("put", "versions/active/", {"active_graph_version": 1}),
            ("delete", "", None),
        ],
    )
    def test_meet_a_404_and_change_nothing(
        self,
        version: GraphVersion,
        bob: User,
        charlie: User,
        call: tuple[str, str, JSONObject | None],
    ) -> None:
        method, rest, body = call
        for stranger in (bob, charlie):
            response = getattr(api(stranger), method)(url(version, rest), body)
            assert (response.status_code, response.json()["code"]) == (404, "not_found")

        assert GraphVersion.objects.get().is_active is True
        assert Agent.objects.get().deleted_at is None

    def test_cannot_delete_twice(self, client: APIClient, version: GraphVersion) -> None:
        assert client.delete(url(version)).status_code == 204
        assert client.delete(url(version)).status_code == 404
        assert client.get(url(version)).status_code == 404


def test_ids_are_uuids(client: APIClient, version: GraphVersion) -> None:
    body = client.get(url(version)).json()

    assert UUID(body["id"]) == version.agent_id
    assert all(UUID(part["id"]) for part in (*body["nodes"], *body["links"]))
