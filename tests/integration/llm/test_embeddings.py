"""Vectors of texts: asked of real servers, through the libraries, and charged like answers."""

import json
from typing import Any

import pytest

from accounts.models import User
from agents.executions.models import ModelUse
from agents.executions.output import outputs
from blocks.sdk import BlockError
from blocks.sdk.models import ModelFailed, ModelFailedForNow
from llm import embedding
from llm.answers import Embeddings
from llm.providers import PROVIDERS, ModelProvider
from tests.support import runs
from tests.support.blocks import emitted
from tests.support.graphs import GraphBuilder
from tests.support.modelservers import (
    JSON,
    KEY,
    asked_of,
    embedding_server,
    embeddings,
    instance_model,
    key_for,
    model_server,
    refusal,
    with_models,
)
from tests.support.webhosts import reply


def made(*replies: bytes, texts: Any = ("a",), provider: str = "openai_compatible") -> Embeddings:
    """Return what a block gets where the server says this."""
    with model_server(*replies) as host:
        found = with_models(key_for(provider, host)).models.embed(texts, model="m")
    assert isinstance(found, Embeddings)
    return found


def refused(answer: bytes, texts: Any = ("a",)) -> Any:
    """Return what a block hears where the server says this."""
    with model_server(answer) as host:
        with pytest.raises((ModelFailed, ModelFailedForNow)) as caught:
            with_models(key_for("openai_compatible", host)).models.embed(texts, model="m")
        assert len(host.asked) == 1, "a library tried again by itself"
    return caught.value


def test_each_text_has_a_vector_and_the_key_goes_along() -> None:
    with model_server(embeddings([0.5, 1], [2, -3], tokens=7)) as host:
        context = with_models(key_for("openai_compatible", host))
        found = context.models.embed(["one", "two"], model="m")

    assert found.vectors == [[0.5, 1.0], [2.0, -3.0]]
    assert (found.usage.requests, found.usage.input_tokens) == (1, 7)
    assert (found.provider, found.model) == ("openai_compatible", "m")
    [asked] = host.asked
    assert (asked.path, asked.headers["authorization"]) == ("/v1/embeddings", f"Bearer {KEY}")
    assert json.loads(asked.body)["input"] == ["one", "two"]


def test_vectors_that_come_in_base64_are_read() -> None:
    body = {
        "object": "list",
        "model": "m",
        "data": [{"object": "embedding", "index": 0, "embedding": "AAAAPwAAgL8="}],
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    }

    assert made(reply(json.dumps(body).encode(), headers=JSON)).vectors == [[0.5, -1.0]]


@pytest.mark.parametrize(
    ("use", "task"), [("document", "RETRIEVAL_DOCUMENT"), ("query", "RETRIEVAL_QUERY")]
)
def test_google_is_told_what_a_vector_is_for(
    use: Any, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b'{"embeddings": [{"values": [1, 0]}]}'
    with model_server(reply(body, headers=JSON)) as host:
        monkeypatch.setitem(PROVIDERS, "google", ModelProvider("Google", host.url, "google"))
        context = with_models(key_for("google", host))
        found = context.models.embed(["tree"], model="gemini-embedding-001", use=use)

    assert found.vectors == [[1.0, 0.0]]
    [asked] = host.asked
    assert asked.headers["x-goog-api-key"] == KEY
    assert "gemini-embedding-001:batchEmbedContents" in asked.path
    assert task in asked.body.decode()


def test_anthropic_makes_no_vectors_and_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server("x") as host:
        monkeypatch.setitem(PROVIDERS, "anthropic", ModelProvider("A", host.url, "anthropic"))
        with pytest.raises(ModelFailed, match="makes no embeddings") as caught:
            with_models(key_for("anthropic", host)).models.embed(["tree"], model="claude-3")

        assert host.asked == []
    assert caught.value.code == "model_refused"


def test_the_instance_s_embedding_model_makes_them_without_a_key() -> None:
    context = with_models()
    with embedding_server(model="nomic") as host:
        found = context.models.embed(["tree", "sky"], model="text-embedding-3-small")

    assert found.vectors == [[2.0, 2.0], [0.0, 3.0]]
    assert (found.provider, found.model) == ("instance", "nomic")
    [asked] = asked_of(host)
    assert asked["model"] == "nomic"
    assert "authorization" not in host.asked[0].headers


def test_many_texts_are_asked_in_parts_and_come_back_in_order() -> None:
    texts = ["e" * (number % 7 + 1) for number in range(250)]
    with embedding_server() as host:
        found = with_models().models.embed(texts, model="m")

    assert [one[0] for one in found.vectors] == [float(len(text)) for text in texts]
    assert [len(one["input"]) for one in asked_of(host)] == [100, 100, 50]
    assert (found.usage.requests, found.usage.input_tokens) == (3, 250)


def test_long_texts_are_fewer_at_once() -> None:
    assert [len(one) for one in embedding.batches(["x" * 90_000] * 5)] == [2, 2, 1]
    assert [len(one) for one in embedding.batches(["x" * 900_000] * 2)] == [1, 1]
    assert list(embedding.batches([])) == []


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (embeddings([1, 2], [3, 4]), "gave 2 vectors for 1 texts"),
        (embeddings([]), "gave vectors of [0] numbers"),
        (embeddings([1.0] * 16_001), "gave vectors of [16001] numbers"),
        (embeddings([0, 0]), "nothing but zeros"),
        (embeddings([float("nan"), 1]), "numbers that are none"),
        (embeddings([float("inf"), 1]), "numbers that are none"),
        (reply(b"[]", headers=JSON), "cannot be read"),
        (reply(b"{}", headers=JSON), "cannot be read"),
        (reply(b'{"data": "many"}', headers=JSON), "cannot be read"),
        (reply(b'{"data": [1, null]}', headers=JSON), "cannot be read"),
        (reply(b'{"data": [{"embedding": ["a"]}]}', headers=JSON), "cannot be read"),
        (reply(b'{"data": [{"embedding": [null]}]}', headers=JSON), "cannot be read"),
        (reply(b'{"data": [{"embedding": "AAA"}]}', headers=JSON), "cannot be read"),
        (reply(b"<html>Welcome</html>", headers={"Content-Type": "text/html"}), "cannot be read"),
    ],
)
def test_what_are_no_vectors_is_an_error_and_not_a_crash(answer: bytes, words: str) -> None:
    error = refused(answer)

    assert isinstance(error, ModelFailed)
    assert error.code == "model_answer_unreadable"
    assert words in str(error)


def test_vectors_of_several_lengths_cannot_be_compared() -> None:
    assert "gave vectors of [1, 2] numbers" in str(refused(embeddings([1], [1, 2]), ["a", "b"]))
    with (
        model_server(embeddings(*[[1]] * 100), embeddings([1, 2])) as host,
        pytest.raises(ModelFailed, match=r"gave vectors of \[1, 2\] numbers"),
    ):
        with_models(key_for("openai_compatible", host)).models.embed(["a"] * 101, model="m")


def test_a_busy_provider_is_an_error_that_passes() -> None:
    error = refused(refusal("429 Too Many Requests", "Slow down.", Retry_After="17"))

    assert isinstance(error, ModelFailedForNow)
    assert (error.code, error.retry_after) == ("model_rate_limited", 17)


def test_a_model_that_is_not_there_says_which_variable_names_one() -> None:
    with (
        instance_model(refusal("404 Not Found", "No such model"), embedding_model=""),
        pytest.raises(ModelFailed, match="TRELLIS_EMBEDDING_MODEL") as caught,
    ):
        with_models().models.embed(["a"], model="m")

    assert caught.value.code == "model_not_found"


@pytest.mark.django_db(transaction=True)
def test_vectors_are_charged_to_the_run_part_by_part(alice: User) -> None:
    graph = GraphBuilder()
    node = graph.node("CreateEmbeddingsBlock", texts=["a tree"] * 101)
    graph.link(node, "dimensions", graph.output("Numbers"), "value")

    with embedding_server():
        execution = runs.run(alice, graph)

    assert outputs(execution) == {"Numbers": [2]}
    assert [
        (row.provider, row.model, row.requests, row.input_tokens, row.output_tokens)
        for row in ModelUse.objects.order_by("pk")
    ] == [("instance", "embedder", 1, 200, 0), ("instance", "embedder", 1, 2, 0)]


@pytest.mark.parametrize("texts", [[], ["a", " "], ["x" * 100_001], ["a"] * 1_001])
def test_texts_of_which_no_vector_can_be_made_are_refused(texts: list[str]) -> None:
    with embedding_server() as host, pytest.raises(BlockError, match=r"[Tt]ext"):
        emitted("CreateEmbeddingsBlock", {"texts": texts}, with_models())

    assert host.asked == []
