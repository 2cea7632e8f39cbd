"""Servers that speak the protocols of model providers, and say what a test wants."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from django.test import override_settings
from pydantic import SecretStr

from agents.executions.modelcalls import RunModels
from blocks.sdk.credentials import ApiKeyCredentials
from blocks.sdk.testing import FakeContext, GivenCredentials, vector_of
from llm.answers import Answer
from tests.support.webhosts import Asked, WebHost, reply
from tests.support.webworlds import allowed_host

KEY = "model-secret-4711"
SSE = {"Content-Type": "text/event-stream"}
JSON = {"Content-Type": "application/json"}
HEADERS = {
    "anthropic": ("x-api-key", "{secret}"),
    "google": ("x-goog-api-key", "{secret}"),
}

Reply = str | Answer | bytes
Speaker = Callable[[Answer], bytes]


def events(*values: Any, named: bool = False) -> bytes:
    """Return a server-sent stream of these values."""
    lines = []
    for value in values:
        if named:
            lines.append(f"event: {value['type']}\n")
        lines.append(f"data: {value if isinstance(value, str) else json.dumps(value)}\n\n")
    return reply("".join(lines).encode(), headers=SSE)


def openai(answer: Answer) -> bytes:
    """Return the answer as OpenAI's chat completions stream it."""
    deltas: list[Any] = [{"role": "assistant", "content": piece} for piece in pieces(answer.text)]
    for place, call in enumerate(answer.calls):
        deltas.append({"tool_calls": [{"index": place, **call.message}]})
    reason = "tool_calls" if answer.calls else "length" if answer.cut_off else "stop"
    choices = [[{"index": 0, "delta": delta, "finish_reason": None}] for delta in deltas]
    choices.append([{"index": 0, "delta": {}, "finish_reason": reason}])
    head = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    used = answer.usage
    usage = {
        "prompt_tokens": used.input_tokens,
        "completion_tokens": used.output_tokens,
        "total_tokens": used.input_tokens + used.output_tokens,
    }
    chunks = [{**head, "choices": one} for one in choices]
    return events(*chunks, {**head, "choices": [], "usage": usage}, "[DONE]")


def anthropic(answer: Answer) -> bytes:
    """Return the answer as Anthropic's messages stream it."""
    used = answer.usage
    message: dict[str, Any] = {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": used.input_tokens, "output_tokens": 1},
    }
    found: list[Any] = [{"type": "message_start", "message": message}]
    blocks: list[tuple[Any, list[Any]]] = []
    if answer.text:
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces(answer.text)]
        blocks.append(({"type": "text", "text": ""}, deltas))
    for call in answer.calls:
        said = {"type": "input_json_delta", "partial_json": json.dumps(dict(call.arguments))}
        blocks.append(({"type": "tool_use", "id": call.id, "name": call.name, "input": {}}, [said]))
    for place, (begun, deltas) in enumerate(blocks):
        found.append({"type": "content_block_start", "index": place, "content_block": begun})
        found += [{"type": "content_block_delta", "index": place, "delta": one} for one in deltas]
        found.append({"type": "content_block_stop", "index": place})
    reason = "tool_use" if answer.calls else "end_turn"
    delta = {"stop_reason": reason, "stop_sequence": None}
    usage = {"output_tokens": used.output_tokens}
    found += [{"type": "message_delta", "delta": delta, "usage": usage}, {"type": "message_stop"}]
    return events(*found, named=True)


def gemini(answer: Answer) -> bytes:
    """Return the answer as Gemini's streamGenerateContent streams it."""
    parts: list[Any] = [[{"text": piece}] for piece in pieces(answer.text)]
    parts += [
        [{"functionCall": {"name": call.name, "args": dict(call.arguments)}}]
        for call in answer.calls
    ]
    used = answer.usage
    usage = {
        "promptTokenCount": used.input_tokens,
        "candidatesTokenCount": used.output_tokens,
        "totalTokenCount": used.input_tokens + used.output_tokens,
    }
    chunks: list[Any] = [
        {"candidates": [{"content": {"role": "model", "parts": some}, "index": 0}]}
        for some in parts
    ]
    chunks[-1]["candidates"][0]["finishReason"] = "STOP"
    chunks[-1]["usageMetadata"] = usage
    return events(*chunks)


def embeddings(*vectors: Sequence[float], tokens: int = 0) -> bytes:
    """Return vectors as OpenAI's embeddings have them."""
    data = [
        {"object": "embedding", "index": place, "embedding": list(vector)}
        for place, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    body = {"object": "list", "data": data, "model": "m", "usage": usage}
    return reply(json.dumps(body).encode(), headers=JSON)


SPEAKERS: Mapping[str, Speaker] = {"anthropic": anthropic, "google": gemini}


def pieces(text: str) -> list[str]:
    """Return the text in a few pieces, as models say it."""
    third = max(1, len(text) // 3)
    return [text[at : at + third] for at in range(0, len(text), third)]


def refusal(status: str, message: str, **headers: str) -> bytes:
    """Return a provider's error."""
    body = json.dumps({"error": {"message": message, "type": "some_error"}})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return reply(body.encode(), status=status, headers={**JSON, **named})


@contextmanager
def model_server(
    *replies: Reply, protocol: str = "openai", limits: Mapping[str, Any] | None = None
) -> Iterator[WebHost]:
    """Run a server that says these things, one for each request; the last one again and again."""
    left = list(replies)
    speak = SPEAKERS.get(protocol, openai)

    def answer(asked: Asked) -> bytes:
        said = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(said, bytes):
            return said
        return speak(Answer(said) if isinstance(said, str) else said)

    with allowed_host(answer, **(limits or {})) as host:
        yield host


@contextmanager
def instance_model(
    *replies: Reply, model: str = "local", key: str = "", **more: Any
) -> Iterator[WebHost]:
    """Run a server that an operator has set for everybody. No list allows its address."""
    with model_server(*replies) as host:
        given = {
            **settings.MODELS,
            "base_url": f"{host.url}/v1",
            "model": model,
            "key": key,
            **more,
        }
        with override_settings(MODELS=given, EGRESS={**settings.EGRESS, "allowed": ()}):
            yield host


def key_for(provider: str, host: WebHost) -> ApiKeyCredentials:
    """Return a credential whose secret may go to the host."""
    return ApiKeyCredentials(
        id=UUID(int=1),
        provider=provider,
        title="Mine",
        hosts=(host.url.removeprefix("http://"),),
        tls_only=False,
        base_url=f"{host.url}/v1",
        key=SecretStr(KEY),
        header=HEADERS.get(provider, ("Authorization", "Bearer {secret}")),
    )


def with_models(credential: ApiKeyCredentials | None = None, **more: Any) -> FakeContext:
    """Return a context whose blocks ask real servers."""
    given = GivenCredentials({} if credential is None else {"credentials": credential})
    return FakeContext(models=RunModels(given, **more), credentials=given)


def asked_of(host: WebHost) -> Sequence[Any]:
    """Return the bodies of the requests, in order."""
    return [json.loads(one.body) for one in host.asked]


@contextmanager
def embedding_server(
    vector_of: Callable[[str], Sequence[float]] = vector_of, model: str = "embedder", **more: Any
) -> Iterator[WebHost]:
    """Run the instance's server, which makes vectors of texts by this function."""

    def answer(asked: Asked) -> bytes:
        texts = json.loads(asked.body)["input"]
        return embeddings(*map(vector_of, texts), tokens=sum(len(one.split()) for one in texts))

    with allowed_host(answer) as host:
        given = {**settings.MODELS, "base_url": f"{host.url}/v1", "embedding_model": model, **more}
        with override_settings(MODELS=given, EGRESS={**settings.EGRESS, "allowed": ()}):
            yield host
