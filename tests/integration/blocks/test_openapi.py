"""Imported APIs: from a document to blocks, and from blocks to requests."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from rest_framework.test import APIClient

from accounts.models import User
from agents.executions import starting
from agents.graphs import drafts
from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from blocks.openapi import services
from blocks.openapi.errors import ApiNameTaken, ApiTooLarge, ApiUnreachable, InvalidApi
from blocks.openapi.models import Api, ApiOperation
from blocks.sdk import BlockSpec, RequestFailed, RequestFailedForNow
from blocks.sdk.credentials import ApiKeyCredentials
from blocks.sdk.http import HttpResponse
from blocks.sdk.testing import CannedHttp, FakeContext, GivenCredentials, run_block
from tests.support.apis import SERVER, document, pets
from tests.support.runs import run_to_end
from tests.support.webhosts import reply
from tests.support.webworlds import allowed_host

pytestmark = pytest.mark.django_db

AsUser = Callable[..., APIClient]
JSON = {"content-type": "application/json"}


def operation(api: Api, key: str) -> ApiOperation:
    return api.operations.get(key=key, is_current=True)


def spec(api: Api, key: str) -> BlockSpec:
    found = services.find(api.owner_id, str(operation(api, key).pk))
    assert found is not None
    return found


def calling(api: Api, key: str) -> dict[str, Any]:
    """Return the file of an agent with one node, which calls the operation."""
    return {
        "name": "Calls",
        "nodes": [
            {
                "id": "call",
                "block_id": str(operation(api, key).pk),
                "input_default": {"limit": 3},
            }
        ],
        "links": [],
    }


def test_each_operation_is_a_block_with_typed_pins(alice: User) -> None:
    api = services.add(alice, document())

    assert [one.key for one in api.operations.all()] == [
        "DELETE /pets/{id}",
        "GET /pets",
        "POST /pets",
    ]
    entry = operation(api, "POST /pets").entry
    assert entry["title"] == "Add a pet (Pets)"
    assert entry["contributors"] == [{"name": "Pets"}]
    assert list(entry["inputSchema"]["properties"]) == [
        "name", "kind", "parent", "credentials", "server_url",
    ]  # fmt: skip
    assert entry["inputSchema"]["required"] == ["name"]
    assert entry["inputSchema"]["properties"]["kind"]["enum"] == ["cat", "dog"]
    assert entry["inputSchema"]["properties"]["server_url"]["default"] == SERVER
    assert entry["effect"] == "external"
    assert operation(api, "GET /pets").entry["effect"] == "none"
    assert operation(api, "GET /pets").entry["outputSchema"]["properties"]["response"]["type"] == (
        "array"
    )


def test_own_blocks_are_in_the_catalogue_of_their_owner_only(
    api: AsUser, alice: User, charlie: User
) -> None:
    kept = services.add(alice, document())
    block = str(operation(kept, "GET /pets").pk)

    mine = {one["id"] for one in api(alice).get("/api/v1/blocks/").json()}
    others = {one["id"] for one in api(charlie).get("/api/v1/blocks/").json()}

    assert mine - others == {str(one.pk) for one in kept.operations.all()}
    assert api(alice).get(f"/api/v1/blocks/{block}/").json()["title"] == "List pets (Pets)"
    assert api(charlie).get(f"/api/v1/blocks/{block}/").status_code == 404
    refused = api(charlie).post(f"/api/v1/blocks/{block}/execute/", {"inputs": {}}, format="json")
    assert refused.status_code == 404


def test_a_call_puts_each_value_where_the_api_wants_it(alice: User) -> None:
    api = services.add(alice, document())
    http = CannedHttp({f"{SERVER}/pets?limit=2&tag=a+b&tag=c": HttpResponse(200, b"[1]", JSON)})
    inputs = {"limit": 2, "tag": ["a b", "c"], "X-Trace": "t", "credentials": None}
    block = services.find(alice.pk, str(operation(_open(api), "GET /pets").pk))
    assert block is not None

    given = run_block(block, inputs, FakeContext(http=http))

    assert [tuple(one) for one in given] == [("response", [1]), ("status", 200)]
    [sent] = http.sent
    assert sent.headers == {"Accept": "application/json, */*;q=0.5", "X-Trace": "t"}


def _open(api: Api) -> Api:
    """Return the API, whose document now asks for no credential."""
    return services.renew(api, json.dumps({**pets(), "security": []}).encode())


def test_parts_of_the_address_stay_parts(alice: User) -> None:
    found = pets(security=[])
    found["paths"]["/pets/{id}"]["parameters"][0]["schema"] = {"type": "string"}
    api = services.add(alice, json.dumps(found).encode())
    block = spec(api, "DELETE /pets/{id}")
    http = CannedHttp({f"{SERVER}/pets/..%2F..%2Fadmin%3Fx%23y": HttpResponse(204)})

    given = run_block(block, {"id": "../../admin?x#y"}, FakeContext(http=http))

    assert [tuple(one) for one in given] == [("response", None), ("status", 204)]
    for bad in ("..", "."):
        with pytest.raises(Exception, match="a part of the address"):
            run_block(block, {"id": bad}, FakeContext(http=http))


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, RequestFailed),
        (500, RequestFailed),
        (429, RequestFailedForNow),
        (503, RequestFailedForNow),
    ],
)
def test_a_refusal_says_what_the_api_says(alice: User, status: int, error: type[Exception]) -> None:
    api = services.add(alice, document(security=[]))
    http = CannedHttp({f"{SERVER}/pets": HttpResponse(status, b'{"detail": "no pets"}', JSON)})

    with pytest.raises(error, match=f'Pets answered with status {status}: {{"detail": "no pets"}}'):
        run_block(spec(api, "GET /pets"), {}, FakeContext(http=http))


def test_a_key_goes_into_the_header_that_the_document_names_and_to_its_host_only(
    alice: User,
) -> None:
    api = services.add(alice, document())
    http = CannedHttp({f"{SERVER}/pets": HttpResponse(200, b"[]", JSON)})
    key = ApiKeyCredentials(
        uuid4(), "http", "Pets", ("pets.example.org",), key=SecretStr("planted")
    )
    context = FakeContext(http=http, credentials=GivenCredentials({"credentials": key}))

    run_block(spec(api, "GET /pets"), {}, context)
    with pytest.raises(Exception, match=r"may not be sent to 'evil\.example'"):
        run_block(spec(api, "GET /pets"), {"server_url": "https://evil.example"}, context)

    [sent] = http.sent
    assert sent.headers["X-Pet-Key"] == "planted"


def test_a_credential_that_is_needed_is_asked_for(alice: User) -> None:
    api = services.add(alice, document())

    with pytest.raises(Exception, match="No credential was given"):
        run_block(spec(api, "GET /pets"), {}, FakeContext())


def test_the_same_document_again_changes_nothing(alice: User) -> None:
    api = services.add(alice, document())
    before = set(api.operations.values_list("pk", flat=True))

    again = services.renew(api, document())

    assert again.version == 1
    assert set(api.operations.values_list("pk", flat=True)) == before


def test_a_new_version_keeps_the_blocks_that_did_not_change(alice: User) -> None:
    api = services.add(alice, document())
    old = {one.key: one.pk for one in api.operations.all()}
    changed = pets()
    changed["paths"]["/pets"]["get"]["parameters"].pop()
    del changed["paths"]["/pets/{id}"]

    renewed = services.renew(api, json.dumps(changed).encode())

    now = {one.key: one.pk for one in renewed.operations.filter(is_current=True)}
    assert renewed.version == 2
    assert now.keys() == {"GET /pets", "POST /pets"}
    assert now["POST /pets"] == old["POST /pets"]
    assert now["GET /pets"] != old["GET /pets"]
    back = services.renew(renewed, document())
    assert {one.key: one.pk for one in back.operations.filter(is_current=True)} == old
    assert back.version == 3


def test_an_agent_keeps_the_operation_that_it_was_saved_with(alice: User) -> None:
    api = services.add(alice, document(security=[]))
    version = graphs.create_agent(alice, calling(api, "GET /pets"))
    services.renew(api, document(security=[], server="https://elsewhere.example.org"))
    services.remove(api)

    [node] = GraphVersion.objects.get(pk=version.pk).graph.nodes.values()

    assert node.block is not None
    assert node.block.title == "List pets (Pets)"
    assert node.block.inputs.json_schema()["properties"]["server_url"]["default"] == SERVER


def test_a_draft_with_a_block_of_a_deleted_api_is_saved_and_published(alice: User) -> None:
    api = services.add(alice, document(security=[]))
    version = graphs.create_agent(alice, calling(api, "GET /pets"))
    services.remove(api)
    shown = drafts.read(alice, version.agent_id).document
    plain = {key: value for key, value in shown["nodes"][0].items() if key != "operation"}
    plain["input_default"] = {"limit": 4}

    drafts.save(alice, version.agent_id, {**shown, "nodes": [plain]}, if_match=None)
    published, _ = drafts.publish(alice, version.agent_id, if_match=None)

    [node] = published.graph.nodes.values()
    assert node.block is not None


def test_nobody_gets_another_persons_block_by_its_id(alice: User, charlie: User) -> None:
    api = services.add(alice, document(security=[]))

    version = graphs.create_agent(charlie, calling(api, "GET /pets"))

    [node] = version.graph.nodes.values()
    assert node.block is None
    assert "operation" not in version.document["nodes"][0]


def test_a_file_brings_its_operation_along(alice: User, charlie: User) -> None:
    api = services.add(alice, document(security=[]))
    version = graphs.create_agent(alice, calling(api, "GET /pets"))
    file = {"name": "Copy", **version.document}

    copy = graphs.create_agent(charlie, file)

    [node] = copy.graph.nodes.values()
    assert node.block is not None
    assert node.block.title == "List pets (Pets)"


@pytest.mark.parametrize(
    "brought",
    [
        {"method": "GET"},
        {"server": "file:///etc/passwd"},
        {"path": "//evil.example/x y"},
        {"parameters": [{"pin": "credentials", "name": "x", "place": "query"}]},
        {"description": "x" * 100_000},
        {"unknown": 1},
        "text",
        [],
    ],
)
def test_what_a_file_brings_is_checked(alice: User, charlie: User, brought: Any) -> None:
    api = services.add(alice, document(security=[]))
    good = operation(api, "GET /pets").definition
    file = calling(api, "GET /pets")
    spoilt = {**good, **brought} if isinstance(brought, dict) and len(brought) else brought
    if brought == {"method": "GET"}:
        spoilt = brought
    file["nodes"][0]["operation"] = spoilt

    version = graphs.create_agent(charlie, file)

    [node] = version.graph.nodes.values()
    assert node.block is None
    assert "operation" not in version.document["nodes"][0]


def test_what_a_graph_carries_is_described_to_whoever_reads_it(
    alice: User, charlie: User, api: Any
) -> None:
    imported = services.add(alice, document(security=[]))
    [own] = [one for one in services.entries(alice) if one["title"] == "List pets (Pets)"]
    node = {"block_id": own["id"], "operation": operation(imported, "GET /pets").definition}
    unreadable = [
        {"block_id": own["id"], "operation": {"method": "GET"}},
        {"block_id": "none", "operation": node["operation"]},
    ]

    asked = {"nodes": [node, node, *unreadable]}
    answer = api(charlie).post("/api/v1/blocks/carried/", asked, format="json")

    assert answer.status_code == 200
    [found] = answer.json()
    assert (found["title"], found["inputSchema"]) == (own["title"], own["inputSchema"])
    assert found["superseded"] is True  # nobody is offered it
    assert "import the API" in found["description"]
    assert api().post("/api/v1/blocks/carried/", asked, format="json").status_code == 401


def test_a_file_cannot_change_what_an_own_block_does(alice: User) -> None:
    api = services.add(alice, document(security=[]))
    file = calling(api, "GET /pets")
    own = operation(api, "GET /pets").definition
    file["nodes"][0]["operation"] = {**own, "server": "https://evil.example"}

    version = graphs.create_agent(alice, file)

    assert version.document["nodes"][0]["operation"]["server"] == SERVER


def test_an_agent_that_calls_an_api_runs(alice: User) -> None:
    with allowed_host(lambda asked: reply(b'{"pets": 2}', headers=JSON)) as host:
        api = services.add(alice, document(security=[], server=host.url))
        version = graphs.create_agent(alice, calling(api, "GET /pets"))
        started = starting.start(owner_id=alice.pk, version=version, inputs={})
        execution = run_to_end(started)

    assert execution.status == "COMPLETED"
    assert [asked.path for asked in host.asked] == ["/pets?limit=3"]


def test_a_document_is_fetched_by_the_guarded_client(alice: User) -> None:
    with pytest.raises(ApiUnreachable, match="not on the public internet"):
        services.fetch("http://127.0.0.1:8080/openapi.json")
    with allowed_host(lambda asked: reply(document(), headers=JSON)) as host:
        assert services.fetch(host.url) == document()


def test_two_apis_have_two_names(alice: User, charlie: User) -> None:
    services.add(alice, document())
    services.add(charlie, document())

    with pytest.raises(ApiNameTaken):
        services.add(alice, document())

    assert Api.objects.filter(owner=alice).count() == 1
    assert services.add(alice, document(), name="Others").name == "Others"


def test_the_rest_of_an_apis_life(api: AsUser, alice: User, charlie: User) -> None:
    client = api(alice)
    made = client.post("/api/v1/apis/", {"document": document().decode()}, format="json")
    assert made.status_code == 201
    address = f"/api/v1/apis/{made.json()['id']}/"
    assert len(made.json()["operations"]) == 3
    assert [one["name"] for one in client.get("/api/v1/apis/").json()["results"]] == ["Pets"]
    again = client.put(
        address, {"document": document(server="https://b.example.org").decode()}, format="json"
    )
    assert again.json()["version"] == 2
    assert api(charlie).get(address).status_code == 404

    assert client.delete(address).status_code == 204

    assert client.get(address).status_code == 404
    listed = [one["name"] for one in client.get("/api/v1/blocks/").json()]
    assert "ApiOperationBlock" not in listed


@pytest.mark.parametrize(
    ("content", "error", "sentence"),
    [
        (b"", InvalidApi, "no mapping"),
        (b"[]", InvalidApi, "no mapping"),
        (b"{", InvalidApi, "no JSON"),
        (b'{"openapi": NaN}', InvalidApi, "NaN"),
        (b"\xff\xfe", InvalidApi, "UTF-8"),
        (b"a: &x 1\nb: *x", InvalidApi, "anchors"),
        (b"a: !!python/object/apply:os.system ['id']", InvalidApi, "no YAML"),
        (b"a: {" * 200, InvalidApi, "too deeply"),
        (b"[" * 100_000, InvalidApi, "no JSON"),
        (b'{"swagger": "2.0"}', InvalidApi, "Swagger 2"),
        (b'{"openapi": "4.0.0"}', InvalidApi, "3.0 and 3.1"),
        (b'{"openapi": "3.1.0", "paths": {}}', InvalidApi, "no operation"),
        (b" " * 5_000_001, ApiTooLarge, "bytes"),
    ],
)
def test_what_is_no_document_is_refused(
    alice: User, content: bytes, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        services.add(alice, content)

    assert not Api.objects.exists()
