"""Models of pydantic-ai, one for each address and name.

They hold no secret (`wire` adds it to each request), so those who ask the same model at the same address
share them: to build one takes longer than to ask it.
"""

from functools import lru_cache
from typing import Any, Literal

from anthropic import AsyncAnthropic
from openai import AsyncOpenAI
from pydantic_ai.embeddings import EmbeddingModel
from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from llm.providers import Protocol
from llm.wire import client

NO_KEY = "none"  # the libraries insist on one; `wire` takes it out again


@lru_cache(maxsize=128)
def model(protocol: Protocol, base_url: str, name: str) -> Model:
    """Return what asks the model of this name at this address."""
    match protocol:
        case "openai":
            return OpenAIChatModel(name, provider=_openai(base_url))
        case "anthropic":
            from pydantic_ai.models.anthropic import AnthropicModel
            from pydantic_ai.providers.anthropic import AnthropicProvider

            sdk = AsyncAnthropic(
                api_key=NO_KEY, base_url=base_url, max_retries=0, timeout=None, http_client=client()
            )
            return AnthropicModel(name, provider=AnthropicProvider(anthropic_client=sdk))
        case "google":
            from pydantic_ai.models.google import GoogleModel

            return GoogleModel(name, provider=_google(base_url))


@lru_cache(maxsize=128)
def embedder(protocol: Literal["openai", "google"], base_url: str, name: str) -> EmbeddingModel:
    """Return what asks the model of this name at this address for embeddings."""
    if protocol == "google":
        from pydantic_ai.embeddings.google import GoogleEmbeddingModel

        return GoogleEmbeddingModel(name, provider=_google(base_url))
    return OpenAIEmbeddingModel(name, provider=_openai(base_url))


def _google(base_url: str) -> Any:
    """Return the provider, whose type would bring its library in."""
    from pydantic_ai.providers.google import GoogleProvider

    return GoogleProvider(api_key=NO_KEY, base_url=base_url, http_client=client())


def _openai(base_url: str) -> OpenAIProvider:
    # No retries of the library's: they would sleep in a worker. The engine waits in the database.
    sdk = AsyncOpenAI(
        api_key=NO_KEY, base_url=base_url, max_retries=0, timeout=None, http_client=client()
    )
    return OpenAIProvider(openai_client=sdk)
