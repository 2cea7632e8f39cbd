"""Names of models lead to those whose models they are."""

import pytest

from llm.names import OFFERED, Named, resolve
from llm.providers import PROVIDERS


@pytest.mark.parametrize(
    ("name", "provider", "model"),
    [
        ("gpt-4o", "openai", "gpt-4o"),
        (" gpt-4o ", "openai", "gpt-4o"),
        ("gpt-9-new", "openai", "gpt-9-new"),
        ("o3-mini", "openai", "o3-mini"),
        ("claude-3-5-sonnet-latest", "anthropic", "claude-3-5-sonnet-latest"),
        ("claude-next", "anthropic", "claude-next"),
        ("gemini-2.5-pro", "google", "gemini-2.5-pro"),
        ("mistral-large-latest", "mistral", "mistral-large-latest"),
        ("mistralai/mistral-nemo", "open_router", "mistralai/mistral-nemo"),
        ("someone/something-new", "open_router", "someone/something-new"),
        ("llama-3.3-70b-versatile", "groq", "llama-3.3-70b-versatile"),
        ("llama3.1:405b", "ollama", "llama3.1:405b"),
        ("dolphin-mistral:latest", "ollama", "dolphin-mistral:latest"),
        ("groq:llama-9", "groq", "llama-9"),
        ("ollama:qwen3:8b", "ollama", "qwen3:8b"),
        ("openai_compatible:gpt-4o", "openai_compatible", "gpt-4o"),
        ("qwen3:8b", "", "qwen3:8b"),
        ("my-own", "", "my-own"),
        ("", "", ""),
    ],
)
def test_a_name_is_somebody_s_model(name: str, provider: str, model: str) -> None:
    assert resolve(name) == Named(provider, model)


@pytest.mark.parametrize("name", OFFERED)
def test_every_name_that_autogpt_offered_leads_somewhere(name: str) -> None:
    found = resolve(name)

    assert found == Named(OFFERED[name], name)
    assert found.provider in PROVIDERS
