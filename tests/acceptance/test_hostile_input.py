"""What nobody should send: the answer is a refusal with a code, or a run that comes to an end."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions.models import Execution
from kernel.jsontypes import dumps
from tests.support.clients import api
from tests.support.graphs import GraphBuilder, calculator
from tests.support.probes import nested
from tests.support.runs import run_to_end

pytestmark = pytest.mark.django_db

GRAPHS, RUNS = "/api/v1/graphs/", "/api/v1/executions/"
STRANGE = UUID(int=7)  # the id of nothing
FINAL = {"COMPLETED", "FAILED", "TERMINATED"}
ODD_TEXTS = [
    "\x00",
    "a\x00b",
    "\ud800",
    "\U0001f600",
    "שלום",
    "\u202e",
    "x" * 100_000,
    "",
    " ",
    "\n",
]


@pytest.fixture
def client(alice: User) -> APIClient:
    return api(alice)


def code_of(response: Any) -> str:
    """Return the code of a refusal; nothing else may come with such a status."""
    assert 400 <= response.status_code < 500, response.content[:2000]
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    assert body["code"].isidentifier()
    assert body["detail"]
    return str(body["code"])


def survives(client: APIClient, file: Any, inputs: Any = None) -> str:
    """Import, export, import again and run the graph; return the code of the refusal or the status.

    Whatever is accepted can be shown, and its run comes to an end.
    """
    created = post(client, GRAPHS, {"graph": file})
    if created.status_code != 201:
        return code_of(created)
    agent = created.json()["id"]
    exported = client.get(f"{GRAPHS}{agent}/?for_export=true")
    assert exported.status_code == 200
    assert post(client, GRAPHS, {"graph": exported.json()}).status_code == 201
    assert client.get(GRAPHS).status_code == 200
    started = post(client, f"{GRAPHS}{agent}/execute/", {"inputs": inputs or {}})
    if started.status_code != 202:
        return code_of(started)
    return ended(client, started.json()["id"])


def ended(client: APIClient, run: str) -> str:
    """Run it to its end, look at it from all sides, and return its status."""
    execution = run_to_end(Execution.objects.get(pk=run))
    assert execution.status in FINAL
    assert not Execution.objects.exclude(status__in=FINAL).exists()
    for url in ("", "events/", "node-executions/"):
        assert client.get(f"{RUNS}{run}/{url}").status_code == 200
    assert client.get(RUNS).status_code == 200
    return execution.status


def send(client: APIClient, url: str, body: bytes, kind: str = "application/json") -> Any:
    return client.generic("POST", url, body, content_type=kind)  # type: ignore[arg-type]


def post(client: APIClient, url: str, value: Any) -> Any:
    """Post a value as JSON in which every odd sign is escaped."""
    return send(client, url, dumps(value).encode())


class TestBodies:
    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"{", "not_json"),
            (b"nonsense", "not_json"),
            (b"\xff\xfe", "not_json"),
            (b'{"graph": NaN}', "not_json"),
            (b'{"graph": Infinity}', "not_json"),
            (b'{"graph": 1e999}', "not_json"),
            (b"[" * 10_000 + b"]" * 10_000, "not_json"),
            (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "not_json"),
            (b"9" * 5_000, "not_json"),
            (b'{"graph": {"nodes": [], "version": ' + b"9" * 5_000 + b"}}", "not_json"),
            (b"", "invalid_graph"),
            (b"null", "invalid_graph"),
            (b"[]", "invalid_graph"),
            (b'"graph"', "invalid_graph"),
            (b"{}", "invalid_graph"),
        ],
    )
    def test_what_is_no_graph_is_refused(self, client: APIClient, body: bytes, code: str) -> None:
        assert code_of(send(client, GRAPHS, body)) == code

    @pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", "x"])
    def test_another_media_type_is_refused(self, client: APIClient, kind: str) -> None:
        assert code_of(send(client, GRAPHS, b"{}", kind)) == "unsupported_media_type"

    @pytest.mark.parametrize("body", [b"[]", b"5", b'"x"', b'{"inputs": []}', b'{"inputs": "x"}'])
    def test_inputs_must_be_an_object(self, client: APIClient, body: bytes) -> None:
        agent = client.post(GRAPHS, {"graph": calculator().file()}).json()["id"]

        assert code_of(send(client, f"{GRAPHS}{agent}/execute/", body)) == "invalid"
        assert not Execution.objects.exists()


class TestShapes:
    @pytest.mark.parametrize(
        "graph",
        [
            5,
            [],
            {"nodes": 5},
            {"nodes": [5]},
            {"nodes": [{}]},
            {"nodes": [{"block_id": 5}]},
            {"nodes": [{"block_id": "x", "input_default": []}]},
            {"nodes": [{"block_id": "x", "metadata": "x"}]},
            {"nodes": [], "links": [{}]},
            {"nodes": [], "links": "x"},
            {"nodes": [], "version": "1"},
            {"nodes": [], "version": 0},
            {"nodes": [], "version": 10**400},
            {"nodes": [], "name": 5},
            {"nodes": [], "name": "x" * 300},
            {"nodes": [], "sub_graphs": [5]},
            {"nodes": [], "is_active": "yes"},
            {"nodes": nested(150)},
            {"nodes": [{"id": "a", "block_id": "x"}] * 2},
            {
                "nodes": [],
                "links": [{"source_id": "a", "sink_id": "b", "source_name": "x", "sink_name": "y"}],
            },
        ],
    )
    def test_what_has_another_shape_is_refused(self, client: APIClient, graph: Any) -> None:
        assert survives(client, graph) == "invalid_graph"

    @pytest.mark.parametrize("side", ["source_name", "sink_name"])
    def test_unknown_pins_are_refused(self, client: APIClient, side: str) -> None:
        file = calculator().file()
        file["links"][0][side] = "no_such_pin"

        response = post(client, GRAPHS, {"graph": file})

        assert code_of(response) == "invalid_graph"
        assert [one["code"] for one in response.json()["errors"]] == [
            f"unknown_{'output' if side == 'source_name' else 'input'}_pin"
        ]

    def test_a_graph_without_nodes_has_nothing_to_start_with(self, client: APIClient) -> None:
        assert survives(client, {"nodes": []}) == "graph_not_runnable"

    def test_deep_values_are_kept_or_refused(self, client: APIClient) -> None:
        for depth in (50, 150, 180, 190, 195, 199):
            file = calculator().file()
            file["nodes"][0]["input_default"]["value"] = nested(depth)
            assert survives(client, file) in {"COMPLETED", "invalid_graph", "not_json"}


class TestTexts:
    @pytest.mark.parametrize("text", ODD_TEXTS, ids=ascii)
    def test_odd_texts_everywhere_in_a_graph(self, client: APIClient, text: str) -> None:
        for place, value in places(text).items():
            found = survives(client, value)
            assert found in {"COMPLETED", "FAILED", "invalid_graph", "graph_not_runnable"}, place

    @pytest.mark.parametrize("text", ["\U0001f600 שלום مرحبا", "\u202eabc", "e\u0301"])
    def test_names_and_values_come_back_as_they_were(self, client: APIClient, text: str) -> None:
        graph = GraphBuilder(text)
        graph.link(graph.input(text), "result", graph.output(text), "value")
        agent = client.post(GRAPHS, {"graph": graph.file()}).json()

        started = client.post(f"{GRAPHS}{agent['id']}/execute/", {"inputs": {text: text}}).json()

        assert ended(client, started["id"]) == "COMPLETED"
        body = client.get(f"{RUNS}{started['id']}/").json()
        assert (body["graph_name"], body["outputs"]) == (text, {text: [text]})

    @pytest.mark.parametrize("text", ODD_TEXTS, ids=ascii)
    def test_odd_texts_in_inputs_are_only_values(self, client: APIClient, text: str) -> None:
        graph = GraphBuilder()
        graph.link(graph.input("in"), "result", graph.output("out"), "value")

        found = survives(client, graph.file(), {"in": {text: [text]}, text: 1})
        assert found == ("FAILED" if text == "\ud800" else "COMPLETED")  # no key can be that

    @pytest.mark.parametrize("text", ["\x00", "\ud800", "\U0001f600", "x" * 5000])
    def test_odd_names_of_a_sub_agent_s_pins(self, client: APIClient, text: str) -> None:
        child = GraphBuilder("Child")
        child.link(child.input(text), "result", child.output(text), "value")
        graph = GraphBuilder("Parent")
        node = graph.agent(child)
        graph.link(graph.input("in"), "result", node, text)
        graph.link(node, text, graph.output("out"), "value")

        found = survives(client, graph.file(), {"in": 1})

        assert found == ("invalid_graph" if text in {"\x00", "\ud800"} else "COMPLETED")


def places(text: str) -> Mapping[str, Any]:
    """Return graphs that have the text in one place each."""
    found: dict[str, Any] = {}
    for place in ("name", "description", "id", "forked_from_id", "extra"):
        found[place] = calculator().file() | {place: text}
    for place in ("id", "block_id", "extra"):
        found[f"node {place}"] = calculator().file()
        found[f"node {place}"]["nodes"][1][place] = text
    for place in ("source_id", "sink_id", "source_name", "sink_name"):
        found[f"link {place}"] = calculator().file()
        found[f"link {place}"]["links"][0][place] = text
    found["pin"] = calculator().file()
    found["pin"]["nodes"][1]["input_default"][text] = text
    found["title"] = calculator().file()
    found["title"]["nodes"][1]["metadata"] = {"customized_name": text, text: text}
    found["value"] = calculator().file()
    found["value"]["nodes"][0]["input_default"]["value"] = text
    found["input"] = calculator().file()
    found["input"]["nodes"][0]["input_default"]["name"] = text
    found["output"] = calculator().file()
    found["output"]["nodes"][2]["input_default"]["name"] = text
    for part in ("_#_", "_$_", "_@_"):
        graph = GraphBuilder()
        make = graph.node("CreateDictionaryBlock")
        graph.link(graph.input("in", value=1), "result", make, f"values{part}{text}")
        graph.link(make, f"dictionary{part}{text}", graph.output("out"), "value")
        found[f"dynamic {part}"] = graph.file()
    return found


class TestNumbers:
    @pytest.mark.parametrize("number", [10**400, -(10**400), 10**4299, 1e308, 2**63, -0.0])
    def test_huge_numbers_end_in_a_result_or_an_error(self, client: APIClient, number: Any) -> None:
        assert survives(client, calculator().file(), {"Input": number}) in {"COMPLETED", "FAILED"}

    def test_endless_digits_are_refused(self, client: APIClient) -> None:
        agent = client.post(GRAPHS, {"graph": calculator().file()}).json()["id"]
        body = b'{"inputs": {"Input": ' + b"9" * 5_000 + b"}}"

        assert code_of(send(client, f"{GRAPHS}{agent}/execute/", body)) == "not_json"


class TestCycles:
    def test_an_agent_that_runs_itself(self, client: APIClient) -> None:
        file = running("a", "a")

        assert survives(client, file) in {"FAILED", "invalid_graph", "graph_not_runnable"}

    def test_two_agents_that_run_each_other(self, client: APIClient) -> None:
        file = running("a", "b") | {"sub_graphs": [running("b", "a")]}

        assert survives(client, file) in {"FAILED", "invalid_graph", "graph_not_runnable"}

    def test_an_agent_that_runs_itself_twice(self, client: APIClient, settings: Any) -> None:
        settings.EXECUTIONS = {**settings.EXECUTIONS, "max_sub_agent_runs": 20}
        file = running("a", "a")
        file["nodes"].append(file["nodes"][0] | {"id": "second"})

        assert survives(client, file) in {"FAILED", "invalid_graph", "graph_not_runnable"}
        assert Execution.objects.count() <= 1 + 20


def running(graph_id: str, other: str) -> dict[str, Any]:
    """Return a graph that runs another one of its file."""
    graph = GraphBuilder(graph_id, id=graph_id)
    graph.node(
        "AgentExecutorBlock",
        user_id="",
        graph_id=other,
        graph_version=1,
        inputs={},
        input_schema={},
        output_schema={},
    )
    return graph.file()


class TestSizes:
    def test_five_megabytes_of_input(self, client: APIClient) -> None:
        graph = GraphBuilder()
        graph.link(graph.input("in"), "result", graph.output("out"), "value")
        text = "x" * 5_000_000

        assert survives(client, graph.file(), {"in": text}) == "COMPLETED"
        [execution] = Execution.objects.filter(status="COMPLETED")
        body = client.get(f"{RUNS}{execution.pk}/").json()
        assert body["outputs"] == {"out": [text]}
        events = client.get(f"{RUNS}{execution.pk}/events/")
        assert len(events.content) < 100_000  # long values are shortened in events

    @pytest.mark.parametrize("shape", ["chain", "fan"])
    def test_a_graph_of_five_thousand_nodes_is_kept(self, client: APIClient, shape: str) -> None:
        began = time.monotonic()

        created = client.post(GRAPHS, {"graph": SHAPES[shape](5_000).file()})

        assert created.status_code == 201
        assert len(client.get(f"{GRAPHS}{created.json()['id']}/").json()["nodes"]) == 5_000
        assert time.monotonic() - began < 30

    @pytest.mark.parametrize("shape", ["chain", "fan"])
    def test_a_graph_of_many_nodes_runs(self, client: APIClient, shape: str) -> None:
        assert survives(client, SHAPES[shape](200).file()) == "COMPLETED"
        assert Execution.objects.get().started == 200

    def test_too_many_nodes_are_refused(self, client: APIClient) -> None:
        nodes = [{"id": str(number), "block_id": "x"} for number in range(10_001)]

        response = client.post(GRAPHS, {"graph": {"nodes": nodes}})

        assert code_of(response) == "invalid_graph"
        assert [one["code"] for one in response.json()["errors"]] == ["too_many_nodes"]

    def test_a_body_beyond_the_limit_is_refused(self, client: APIClient, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000

        assert code_of(send(client, GRAPHS, b'"' + b"x" * 2_000 + b'"')) == "too_large"


def chain(length: int) -> GraphBuilder:
    graph = GraphBuilder("Chain")
    last, pin = graph.input("in", value=0), "result"
    for _ in range(length - 1):
        node = graph.node("CalculatorBlock", operation="Add", b=1)
        graph.link(last, pin, node, "a")
        last, pin = node, "result"
    return graph


def fan(width: int) -> GraphBuilder:
    graph = GraphBuilder("Fan")
    source = graph.input("in", value=0)
    for _ in range(width - 1):
        graph.link(source, "result", graph.node("CalculatorBlock", operation="Add", b=1), "a")
    return graph


SHAPES = {"chain": chain, "fan": fan}


class TestHeadersAndAddresses:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("Accept", "nonsense"),
            ("Accept", "*/*;q=x"),
            ("Accept", "text/html"),
            ("Accept", "\x00"),
            ("Accept-Language", "x" * 10_000),
            ("Authorization", "Bearer"),
            ("Authorization", "Bearer \x00"),
            ("Authorization", "Bearer " + "x" * 10_000),
            ("Authorization", "Basic ==="),
            ("X-API-Key", "\x00"),
            ("X-API-Key", "é" * 100),
            ("X-Request-ID", "x" * 10_000),
            ("X-Request-ID", "\r\n\x00"),
            ("Last-Event-ID", "nonsense"),
            ("If-Match", "nonsense"),
            ("Cookie", "sessionid=\x00"),
            ("Host", "evil.example"),
            ("Host", "\x00"),
            ("X-Forwarded-Host", "evil.example"),
            ("Content-Length", "nonsense"),
            ("Range", "bytes=9999999999-"),
        ],
    )
    def test_absurd_headers(self, client: APIClient, name: str, value: str) -> None:
        for url in (GRAPHS, RUNS, f"{RUNS}{uuid4()}/", f"{RUNS}{uuid4()}/events/", "/api/v1/x"):
            response = client.get(url, headers={name: value})
            if response.status_code >= 400:
                code_of(response)

    @pytest.mark.parametrize(
        "path",
        [
            "executions/x/",
            "executions/%00/",
            f"executions/{STRANGE}/",
            f"executions/{STRANGE}/stop/x/",
            "executions/" + "x" * 5_000,
            "graphs/x/",
            f"graphs/{STRANGE}/",
            f"graphs/{STRANGE}/versions/99999999999999999999/",
            f"graphs/{STRANGE}/?version=99999999999999999999",
            f"graphs/{STRANGE}/?version=x",
            f"graphs/{STRANGE}/?version=%00",
            "blocks/%F0%9F%92%A5/",
            "executions/?cursor=nonsense",
            "executions/?cursor=cD0%3D",
            "executions/?cursor=%00",
            "executions/?page_size=999999999999999999999",
            "executions/?page_size=-1",
            "graphs/?search=%00",
            "..%2f..%2fetc%2fpasswd",
        ],
    )
    def test_wrong_addresses(self, client: APIClient, path: str) -> None:
        response = client.get(f"/api/v1/{path}")

        assert response.status_code == 200 or code_of(response)

    @pytest.mark.parametrize("version", ["0", "-1", "x", "99999999999999999999", "1.0", "%00"])
    def test_wrong_versions_to_execute(self, client: APIClient, version: str) -> None:
        agent = client.post(GRAPHS, {"graph": calculator().file()}).json()["id"]

        response = client.post(f"{GRAPHS}{agent}/execute/{version}/", {})

        assert code_of(response) == "not_found"
        assert not Execution.objects.exists()


def test_ten_thousand_levels_in_the_text_of_an_input(client: APIClient) -> None:
    """JSON inside a text, which a list pin reads."""
    graph = GraphBuilder()
    step = graph.node("StepThroughItemsBlock")
    graph.link(graph.input("in"), "result", step, "items")
    graph.link(step, "item", graph.output("out"), "value")

    for text in ("[" * 10_000 + "]" * 10_000, dumps([10**4000]), "[NaN]", "[1e999]", "[\x00]"):
        assert survives(client, graph.file(), {"in": text}) in {"COMPLETED", "FAILED"}
