"""Who has models, and in which protocol they are asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Protocol = Literal["openai", "anthropic", "google"]

INSTANCE = "instance"
"""The provider's name where the server is the one that the operator set."""


@dataclass(frozen=True)
class ModelProvider:
    """A service with models. Without a base URL each credential says where it is."""

    title: str
    base_url: str = ""
    protocol: Protocol = "openai"


PROVIDERS: Mapping[str, ModelProvider] = {
    "openai": ModelProvider("OpenAI", "https://api.openai.com/v1"),
    "anthropic": ModelProvider("Anthropic", "https://api.anthropic.com", "anthropic"),
    "google": ModelProvider("Google", "https://generativelanguage.googleapis.com", "google"),
    "groq": ModelProvider("Groq", "https://api.groq.com/openai/v1"),
    "mistral": ModelProvider("Mistral", "https://api.mistral.ai/v1"),
    "open_router": ModelProvider("OpenRouter", "https://openrouter.ai/api/v1"),
    "ollama": ModelProvider("Ollama"),
    "openai_compatible": ModelProvider("an OpenAI-compatible server"),
}
"""By the names under which their credentials are kept."""
