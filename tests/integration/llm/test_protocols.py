"""Models are asked in the protocols of their providers, through the libraries that people use."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from blocks.sdk.models import Answer, ModelFailed, Question, Tool, ToolCall, Usage
from llm.providers import PROVIDERS, ModelProvider
from tests.support.modelservers import KEY, asked_of, key_for, model_server, with_models
from tests.support.webhosts import WebHost

SAID = Answer("Bonjour, tout le monde", usage=Usage(1, 12, 5))
CALLED = Answer("", calls=[ToolCall("c1", "look_up", {"word": "tree"})], usage=Usage(1, 3, 4))
PATHS = {
    "openai": "/v1/chat/completions",
    "groq": "/v1/chat/completions",
    "mistral": "/v1/chat/completions",
    "open_router": "/v1/chat/completions",
    "openai_compatible": "/v1/chat/completions",
    "ollama": "/v1/chat/completions",
    "anthropic": "/v1/messages",
    "google": "/v1beta/models/m:streamGenerateContent?alt=sse",
}
SECRET_HEADERS = {"anthropic": ("x-api-key", KEY), "google": ("x-goog-api-key", KEY)}


class Ears:
    """Hears one answer."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def __call__(self, pin: str, secrets: Sequence[str]) -> "Ears":
        self.pin, self.secrets = pin, secrets
        return self

    def add(self, piece: str) -> None:
        self.pieces.append(piece)

    def tell(self) -> None:
        """Nobody listens but the test."""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let a provider be at a host of the test's own."""

    def move(provider: str, host: WebHost) -> None:
        known = PROVIDERS[provider]
        if known.base_url:
            suffix = "/v1" if known.protocol == "openai" else ""
            moved = ModelProvider(known.title, f"{host.url}{suffix}", known.protocol)
            monkeypatch.setitem(PROVIDERS, provider, moved)

    return move


@pytest.mark.parametrize("provider", PATHS)
def test_each_provider_is_asked_in_its_protocol_with_its_key(provider: str, at: Any) -> None:
    ears = Ears()
    with model_server(SAID, protocol=provider) as host:
        at(provider, host)
        context = with_models(key_for(provider, host), listening=ears)

        answer = context.models.ask(
            Question(
                [
                    {"role": "system", "content": "Speak French."},
                    {"role": "user", "content": "Greet the world."},
                ],
                max_tokens=50,
            ),
            model=f"{provider}:m",
            streams_to="response",
        )

    assert (answer.text, answer.provider, answer.model) == ("Bonjour, tout le monde", provider, "m")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (12, 5)
    assert "".join(ears.pieces) == "Bonjour, tout le monde"
    assert len(ears.pieces) > 1
    assert (ears.pin, ears.secrets) == ("response", [KEY, KEY])
    [asked] = host.asked
    assert asked.path.split("?beta")[0] == PATHS[provider]
    name, value = SECRET_HEADERS.get(provider, ("authorization", f"Bearer {KEY}"))
    assert asked.headers[name] == value
    assert [one for one in asked.headers.values() if KEY in one] == [value]
    assert "Greet the world." in asked.body.decode()
    assert "Speak French." in asked.body.decode()


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google"])
def test_tools_are_offered_and_calls_come_back(provider: str, at: Any) -> None:
    tool = Tool(
        "look_up",
        "Looks up a word",
        {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]},
    )
    with model_server(CALLED, protocol=provider) as host:
        at(provider, host)

        answer = with_models(key_for(provider, host)).models.ask(
            Question([{"role": "user", "content": "What is a tree?"}], tools=[tool]),
            model=f"{provider}:m",
        )

    [call] = answer.calls
    assert (call.name, call.arguments) == ("look_up", {"word": "tree"})
    assert answer.text == ""
    [asked] = asked_of(host)
    assert "look_up" in json.dumps(asked["tools"])


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google"])
def test_a_conversation_with_tools_goes_on(provider: str, at: Any) -> None:
    spoken = [
        {"role": "user", "content": "What is a tree?"},
        CALLED.message,
        {"role": "tool", "tool_call_id": "c1", "content": "A tall plant"},
    ]
    with model_server(SAID, protocol=provider) as host:
        at(provider, host)

        answer = with_models(key_for(provider, host)).models.ask(
            Question(spoken), model=f"{provider}:m"
        )

    assert answer.text == SAID.text
    [asked] = host.asked
    assert "A tall plant" in asked.body.decode()
    assert "look_up" in asked.body.decode()


def test_a_key_goes_to_its_own_hosts_only() -> None:
    with model_server(SAID) as host, model_server(SAID) as other:
        credential = key_for("openai_compatible", host)
        elsewhere = type(credential)(
            **{**vars(credential), "base_url": f"{other.url}/v1"},
        )

        with pytest.raises(Exception, match="may not be sent") as caught:
            with_models(elsewhere).models.ask(
                Question([{"role": "user", "content": "Hi"}]), model="m"
            )

    assert getattr(caught.value, "code", "") == "credentials_wrong_host"
    assert (host.asked, other.asked) == ([], [])


def test_a_host_that_is_not_allowed_is_not_asked(settings: Any) -> None:
    with model_server(SAID) as host:
        settings.EGRESS = {**settings.EGRESS, "allowed": ()}

        with pytest.raises(ModelFailed) as caught:
            with_models(key_for("openai_compatible", host)).models.ask(
                Question([{"role": "user", "content": "Hi"}]), model="m"
            )

    assert caught.value.code in ("url_refused", "address_refused")
    assert host.asked == []
