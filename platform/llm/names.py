"""Whose model a name is.

Agents say names, such as ``gpt-4o``. Those that the AutoGPT Platform offered are in a table; others are known
by how they begin, and ``provider:name`` says it outright (``groq:llama-3.3-70b-versatile``). What nobody
knows stays in the graph as it is, and is asked of whoever the node's credential, or the instance, names.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from llm.providers import PROVIDERS

OPENAI, ANTHROPIC, GROQ, GOOGLE = "openai", "anthropic", "groq", "google"
MISTRAL, OLLAMA, OPEN_ROUTER = "mistral", "ollama", "open_router"

_OFFERED: Mapping[str, str] = {
    OPENAI: """
        o3-mini o3-2025-04-16 o1 o1-preview o1-mini gpt-5.2-2025-12-11 gpt-5.1-2025-11-13
        gpt-5-2025-08-07 gpt-5-mini-2025-08-07 gpt-5-nano-2025-08-07 gpt-5-chat-latest
        gpt-4.1-2025-04-14 gpt-4.1-mini-2025-04-14 gpt-4o-mini gpt-4o gpt-4-turbo gpt-4 gpt-3.5-turbo
    """,
    ANTHROPIC: """
        claude-opus-4-5-20251101 claude-sonnet-4-5-20250929 claude-haiku-4-5-20251001
        claude-opus-4-1-20250805 claude-opus-4-20250514 claude-sonnet-4-20250514
        claude-3-7-sonnet-20250219 claude-3-5-sonnet-latest claude-3-5-sonnet-20240620
        claude-3-5-haiku-latest claude-3-opus-20240229 claude-3-sonnet-20240229
        claude-3-haiku-20240307
    """,
    GROQ: """
        llama-3.3-70b-versatile llama-3.1-8b-instant llama3-70b-8192 llama3-8b-8192
        llama-3.1-405b-reasoning llama-3.1-70b-versatile mixtral-8x7b-32768 gemma2-9b-it
        gemma-7b-it deepseek-r1-distill-llama-70b
    """,
    OLLAMA: "llama3.3 llama3.2 llama3.1 llama3 llama3.1:405b dolphin-mistral:latest",
    OPEN_ROUTER: """
        google/gemini-2.5-pro-preview-03-25 google/gemini-3-pro-preview google/gemini-2.5-flash
        google/gemini-2.0-flash-001 google/gemini-2.5-flash-lite-preview-06-17
        google/gemini-2.0-flash-lite-001 google/gemini-flash-1.5 mistralai/mistral-nemo
        cohere/command-r-08-2024 cohere/command-r-plus-08-2024 deepseek/deepseek-chat
        deepseek/deepseek-r1-0528 perplexity/sonar perplexity/sonar-pro perplexity/sonar-deep-research
        perplexity/llama-3.1-sonar-large-128k-online qwen/qwq-32b-preview
        nousresearch/hermes-3-llama-3.1-405b nousresearch/hermes-3-llama-3.1-70b
        openai/gpt-oss-120b openai/gpt-oss-20b amazon/nova-lite-v1 amazon/nova-micro-v1
        amazon/nova-pro-v1 microsoft/wizardlm-2-8x22b gryphe/mythomax-l2-13b
        meta-llama/llama-4-scout meta-llama/llama-4-maverick x-ai/grok-4 x-ai/grok-4-fast
        x-ai/grok-4.1-fast x-ai/grok-code-fast-1 x-ai/grok-beta moonshotai/kimi-k2
        qwen/qwen3-235b-a22b-thinking-2507 qwen/qwen3-coder eva-unit-01/eva-qwen-2.5-32b
    """,
}
OFFERED: Mapping[str, str] = MappingProxyType(
    {name: provider for provider, names in _OFFERED.items() for name in names.split()}
)
"""The provider of each name that the AutoGPT Platform offered."""

BEGINNINGS: tuple[tuple[str, str], ...] = (
    *((start, OPENAI) for start in ("gpt-", "chatgpt-", "o1", "o3", "o4", "text-embedding-")),
    ("claude-", ANTHROPIC),
    *((start, GOOGLE) for start in ("gemini-", "gemma-3", "text-embedding-00")),
    *(
        (start, MISTRAL)
        for start in ("mistral-", "ministral-", "codestral", "magistral-", "pixtral-", "devstral-")
    ),
)


@dataclass(frozen=True)
class Named:
    """A model as its provider calls it. ``provider`` is "" where nobody knows whose it is."""

    provider: str
    model: str


def resolve(name: str) -> Named:
    """Return whose model a name is."""
    name = name.strip()
    prefix, colon, rest = name.partition(":")
    if colon and rest and prefix in PROVIDERS:
        return Named(prefix, rest)
    if name in OFFERED:
        return Named(OFFERED[name], name)
    for start, provider in sorted(BEGINNINGS, key=lambda one: -len(one[0])):
        if name.startswith(start):
            return Named(provider, name)
    if "/" in name.strip("/"):
        return Named(OPEN_ROUTER, name)
    return Named("", name)
