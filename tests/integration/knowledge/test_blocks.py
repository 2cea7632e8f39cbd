"""Agents that keep texts and find them again, run as workers run them, with a real model server."""

from typing import Any

import pytest
from pydantic_core import to_json

from accounts.models import User
from agents.engine.ids import NodeId
from agents.executions.knowledge import RunKnowledge
from agents.executions.models import LogLine, ModelUse, NodeExecution
from agents.executions.output import outputs
from blocks.sdk import BlockError, Emit, InputPins, OutputPins, registry
from blocks.sdk.knowledge import KnowledgeFailed
from blocks.sdk.spec import BlockSpec
from blocks.sdk.testing import FakeContext, run_block
from knowledge import searching, services
from knowledge.entries import Entry
from knowledge.models import Passage
from quotas.models import OwnQuota
from tests.support import runs
from tests.support.blocks import emitted
from tests.support.graphs import GraphBuilder
from tests.support.modelservers import (
    asked_of,
    embedding_server,
    model_server,
    refusal,
    with_models,
)

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("AddKnowledgeBlock", "SearchKnowledgeBlock", "DeleteKnowledgeBlock")
EXAMPLES = [
    pytest.param(spec, number, id=f"{spec.name}-{number}")
    for spec in registry
    if spec.name in NAMES
    for number in range(len(spec.examples))
]


def world(user: User) -> FakeContext:
    """Return a context whose blocks ask real servers and a real database."""
    context = with_models()
    context.knowledge = RunKnowledge(user.pk)
    return context


def said(user: User, name: str, **pins: Any) -> dict[str, Any]:
    """Return what a block emits, by pin."""
    with embedding_server():
        return dict(emitted(name, pins, world(user)))


@pytest.mark.parametrize(("spec", "number"), EXAMPLES)
def test_published_example_holds_with_real_servers(
    spec: BlockSpec, number: int, alice: User
) -> None:
    inputs, *expected = spec.examples[number]
    assert isinstance(inputs, InputPins)
    with embedding_server():
        for collection, texts in spec.knowledge.items():
            entries = [{"text": text, "key": key} for key, text in texts.items()]
            said(alice, "AddKnowledgeBlock", collection=collection, entries=entries)
        found = [Emit(pin, _rounded(value)) for pin, value in run_block(spec, inputs, world(alice))]

    assert to_json(found) == to_json(
        [one for output in expected if isinstance(output, OutputPins) for one in output.emissions()]
    )


def _rounded(value: Any) -> Any:
    """Return results with scores that do not hang on the last digit."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{**one, "score": round(one["score"], 6)} for one in value]
    return value


def test_an_agent_keeps_a_text_and_finds_it_again(alice: User) -> None:
    graph = GraphBuilder()
    kept = graph.node("AddKnowledgeBlock", text="Trees have leaves.", key="trees")
    sought = graph.node("SearchKnowledgeBlock")
    graph.link(kept, "count", graph.output("Kept"), "value")
    graph.link(graph.input("q"), "result", sought, "query")
    graph.link(sought, "texts", graph.output("Found"), "value")

    with embedding_server():
        first = runs.run(alice, graph, q="Trees have leaves.")
        second = runs.run(alice, graph, q="Trees have leaves.")

    assert outputs(second) == {"Kept": [1], "Found": [["Trees have leaves."]]}
    assert first.status == second.status == "COMPLETED"
    assert Passage.objects.count() == 1
    assert ModelUse.objects.count() == 4
    assert {row.provider for row in ModelUse.objects.all()} == {"instance"}


def test_many_texts_share_metadata_and_may_have_their_own(alice: User) -> None:
    entries = ["plain", {"text": "with a key", "key": "k", "metadata": {"page": 2, "by": "me"}}]
    found = said(
        alice,
        "AddKnowledgeBlock",
        text="first",
        key="one",
        metadata={"book": "A", "by": "nobody"},
        entries=entries,
    )

    assert (found["count"], found["keys"][0], found["keys"][2]) == (3, "one", "k")
    assert dict(Passage.objects.values_list("text", "metadata")) == {
        "first": {"book": "A", "by": "nobody"},
        "plain": {"book": "A", "by": "nobody"},
        "with a key": {"book": "A", "by": "me", "page": 2},
    }


@pytest.mark.parametrize(
    "entry",
    [
        *(5, None, [], {"text": 5}, {"key": "k"}, {"text": "x", "key": 5}),
        *({"text": "x", "metadata": []}, {"text": "x", "metdata": {}}),
    ],
)
def test_what_is_no_entry_is_refused_before_a_model_is_asked(alice: User, entry: Any) -> None:
    with embedding_server() as host, pytest.raises(BlockError, match="Entry 1 must be a text"):
        emitted("AddKnowledgeBlock", {"entries": [entry]}, world(alice))

    assert host.asked == []


@pytest.mark.parametrize(
    ("name", "pins"),
    [
        ("AddKnowledgeBlock", {}),
        ("AddKnowledgeBlock", {"text": "x", "collection": ""}),
        ("AddKnowledgeBlock", {"text": "x\x00"}),
        ("AddKnowledgeBlock", {"text": "x", "entries": [" "]}),
        ("AddKnowledgeBlock", {"entries": ["x"] * 1_001}),
        ("SearchKnowledgeBlock", {"query": " "}),
        ("SearchKnowledgeBlock", {"query": "x" * 100_001}),
        ("SearchKnowledgeBlock", {"query": "x", "collection": "y" * 201}),
        ("DeleteKnowledgeBlock", {}),
        ("DeleteKnowledgeBlock", {"keys": ["x"], "collection": " "}),
    ],
)
def test_what_cannot_be_done_is_refused_before_a_model_is_asked(
    alice: User, name: str, pins: dict[str, Any]
) -> None:
    with embedding_server() as host, pytest.raises(BlockError):
        emitted(name, pins, world(alice))

    assert host.asked == []
    assert not Passage.objects.exists()


def test_where_nothing_was_kept_yet_nothing_is_found(alice: User) -> None:
    context = world(alice)
    with embedding_server():
        found = dict(emitted("SearchKnowledgeBlock", {"query": "tree"}, context))

    assert found == {"results": [], "texts": []}
    assert "There is no collection 'default' yet." in context.logged


def test_a_search_is_narrowed_by_metadata_and_score(alice: User) -> None:
    entries: list[Any] = [
        {"text": "leaf", "key": "a", "metadata": {"page": 1}},
        {"text": "leaf", "key": "b", "metadata": {"page": 2}},
        {"text": "sky", "key": "c", "metadata": {"page": 2}},
    ]
    said(alice, "AddKnowledgeBlock", entries=entries)

    def keys(**pins: Any) -> list[str]:
        results = said(alice, "SearchKnowledgeBlock", query="leaf", **pins)["results"]
        return [one["key"] for one in results]

    assert keys() == ["a", "b", "c"]
    assert keys(filter={"page": 2}) == ["b", "c"]
    assert keys(filter={"page": 2}, min_score=0.9) == ["b"]
    assert keys(limit=1) == ["a"]


def test_deleting_says_how_many_texts_there_were(alice: User) -> None:
    said(alice, "AddKnowledgeBlock", entries=["one", {"text": "two", "metadata": {"page": 2}}])

    assert said(alice, "DeleteKnowledgeBlock", filter={"page": 2}) == {"deleted": 1}
    assert said(alice, "DeleteKnowledgeBlock", everything=True) == {"deleted": 1}
    assert said(alice, "DeleteKnowledgeBlock", everything=True) == {"deleted": 0}


def test_vectors_of_another_model_are_a_clear_error(alice: User) -> None:
    said(alice, "AddKnowledgeBlock", text="tree")

    with (
        embedding_server(lambda _: [1.0, 2.0, 3.0], model="larger"),
        pytest.raises(KnowledgeFailed, match="these are of 'larger', with 3") as caught,
    ):
        emitted("SearchKnowledgeBlock", {"query": "tree"}, world(alice))

    assert caught.value.code == "knowledge_mismatch"


def test_no_room_is_a_clear_error_and_nothing_is_kept(alice: User) -> None:
    OwnQuota.objects.create(user=alice, storage_mb=1)
    texts = [f"{number}{'x' * 90_000}" for number in range(12)]

    with embedding_server(), pytest.raises(KnowledgeFailed) as caught:
        emitted("AddKnowledgeBlock", {"entries": texts}, world(alice))

    assert caught.value.code == "storage_full"
    assert not Passage.objects.exists()


def test_without_pgvector_the_node_fails_before_a_model_is_asked(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "IS_THERE", "SELECT to_regtype('no_such_type') IS NOT NULL")
    graph = GraphBuilder()
    node = graph.node("AddKnowledgeBlock", text="tree")

    with embedding_server() as host:
        execution = runs.run(alice, graph)

    assert execution.status == "FAILED"
    [row] = runs.rows(execution, node)
    assert row.error is not None
    assert row.error["code"] == "knowledge_unavailable"
    assert host.asked == []


def test_a_busy_model_server_is_waited_for_in_the_database(alice: User, settings: Any) -> None:
    graph = GraphBuilder()
    node = graph.node("AddKnowledgeBlock", text="tree")
    busy = refusal("429 Too Many Requests", "Slow down", Retry_After="600")

    with model_server(busy) as host:
        settings.MODELS = {**settings.MODELS, "base_url": f"{host.url}/v1"}
        execution = runs.start(alice, graph)
        row = runs.run_node(execution, node)

    assert row.status == "WAITING"
    assert row.last_error is not None
    assert row.last_error["code"] == "model_rate_limited"


def test_a_run_that_does_its_work_twice_keeps_a_text_once(alice: User) -> None:
    graph = GraphBuilder()
    node = graph.node("AddKnowledgeBlock", text="tree")
    with embedding_server():
        execution = runs.run(alice, graph)
    spec = registry.find(execution.graph_version.graph.nodes[NodeId(node)].block_id)

    assert spec is not None
    assert spec.effect == "idempotent"
    said(alice, "AddKnowledgeBlock", text="tree")
    assert Passage.objects.count() == 1


def test_each_person_has_collections_of_their_own(alice: User, bob: User) -> None:
    said(alice, "AddKnowledgeBlock", text="Alice's tree")

    assert said(bob, "SearchKnowledgeBlock", query="tree") == {"results": [], "texts": []}
    assert said(bob, "DeleteKnowledgeBlock", everything=True) == {"deleted": 0}
    assert Passage.objects.count() == 1


def test_the_instance_s_model_is_named_in_the_log(alice: User) -> None:
    graph = GraphBuilder()
    graph.node("AddKnowledgeBlock", text="tree")
    with embedding_server(model="nomic") as host:
        runs.run(alice, graph)

    assert [line.text for line in LogLine.objects.all()] == [
        "'text-embedding-3-small' is answered by 'nomic', the model of this instance."
    ]
    assert [one["model"] for one in asked_of(host)] == ["nomic"]
    assert NodeExecution.objects.count() == 1


def test_what_staff_and_api_call_a_collection_is_what_blocks_call_it(alice: User) -> None:
    services.add(alice.pk, "default", [Entry("tree", "k")], vectors=[[2.0, 2.0]], model="embedder")

    assert said(alice, "SearchKnowledgeBlock", query="leaf")["texts"] == ["tree"]
