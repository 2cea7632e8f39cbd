"""What the blocks that ask language models have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from blocks.sdk import BlockError, RunContext, pin
from blocks.sdk.models import OLLAMA_HOST, Answer, Message, ModelFailed, Question
from blocks.sdk.templates import render

MODEL = "gpt-4o"
RETRY: Mapping[str, Any] = {"max_attempts": 8, "initial_seconds": 2, "max_seconds": 3600}
"""How often a block is tried whose model cannot answer now. A provider that says when it can is asked
then: until that moment the node waits in the database."""
MOST_TRIES = 10
UNREADABLE = "model_answer_unreadable"


class AnswerUnusable(BlockError):
    """The model answered, though not in the form that was asked for."""

    code = "model_answer_unusable"


def model_pin(**more: Any) -> Any:
    """Return the pin that says which model is asked."""
    return pin(
        MODEL,
        description="The model: a name that its provider knows, or `provider:name`. Where no key of the"
        " provider is chosen, this instance's own model answers, if it has one",
        **more,
    )


def max_tokens_pin() -> Any:
    """Return the pin that says how long an answer may be."""
    return pin(None, description="How many tokens the answer may have at most", advanced=True)


def ollama_host_pin() -> Any:
    """Return the pin that says where Ollama is."""
    return pin(
        OLLAMA_HOST,
        description="Where Ollama is, for its models without a credential",
        advanced=True,
    )


def retry_pin() -> Any:
    """Return the pin that says how often a model is asked anew for an answer that can be used."""
    return pin(3, description="How often the model is asked where its answer cannot be used")


def filled(template: str, values: Mapping[str, Any]) -> str:
    """Return the template filled with the values; without values it is a text like any other."""
    return render(template, values) if values else template


def ask(
    inputs: Any,
    context: RunContext,
    messages: Sequence[Message],
    *,
    streams_to: str = "",
    **more: Any,
) -> Answer:
    """Return what the model says that the inputs name."""
    return context.models.ask(
        Question(messages, **more),
        model=inputs.model,
        ollama_host=getattr(inputs, "ollama_host", OLLAMA_HOST),
        streams_to=streams_to,
    )


def insist(
    inputs: Any, context: RunContext, messages: Sequence[Message], *, times: int, **more: Any
) -> Answer:
    """Return what the model says; where it says nothing at all, it is asked again."""
    *before, _ = tries(times)
    for _ in before:
        try:
            return ask(inputs, context, messages, **more)
        except ModelFailed as error:
            if error.code != UNREADABLE:
                raise
    return ask(inputs, context, messages, **more)


def tries(wanted: int) -> range:
    """Return how often to ask: once at least, and not for ever."""
    return range(max(1, min(wanted, MOST_TRIES)))


def said(role: str, text: str) -> dict[str, Any]:
    """Return a message."""
    return {"role": role, "content": text}
