"""The blocks that hand on what a model says: to one prompt, and in a conversation."""

from collections.abc import Iterator
from typing import Any

from blocks.library.ai_prompts import (
    RETRY,
    ask,
    filled,
    insist,
    max_tokens_pin,
    model_pin,
    ollama_host_pin,
    said,
)
from blocks.sdk import BlockError, Category, InputPins, OutputPins, RunContext, block, pin
from blocks.sdk.credentials import ChosenCredential
from blocks.sdk.models import conversation, model_credentials_pin


class TextGeneratorInputs(InputPins):
    prompt: str = pin(
        description="What the model is asked. `{{ name }}` stands for a value of `prompt_values`",
        placeholder="Write a haiku about {{ topic }}.",
    )
    model: str = model_pin()
    credentials: ChosenCredential = model_credentials_pin()
    sys_prompt: str = pin("", description="Who the model is to be, and how it is to answer")
    retry: int = pin(3, description="How often the model is asked where its answer is empty")
    prompt_values: dict[str, str] = pin(
        default_factory=dict, description="What stands for the names in the prompts"
    )
    ollama_host: str = ollama_host_pin()
    max_tokens: int | None = max_tokens_pin()


class TextOutputs(OutputPins):
    response: str = pin("", description="What the model said")
    prompt: list[Any] = pin(
        default_factory=list, description="What the model was asked, as messages"
    )


@block(
    id="1f292d4a-41a4-4977-9684-7c8d560b9f91",
    name="AITextGeneratorBlock",
    categories=[Category.AI],
    retry=RETRY,
    replies=["Hello, Ada!"],
    examples=[
        (
            TextGeneratorInputs(prompt="Greet {{ name }}.", prompt_values={"name": "Ada"}),
            TextOutputs(response="Hello, Ada!", prompt=[{"role": "user", "content": "Greet Ada."}]),
        )
    ],
)
def generate_text(inputs: TextGeneratorInputs, context: RunContext) -> Iterator[TextOutputs]:
    """Ask a language model, and emit what it says."""
    messages = conversation(
        filled(inputs.sys_prompt, inputs.prompt_values), filled(inputs.prompt, inputs.prompt_values)
    )
    answer = insist(
        inputs,
        context,
        messages,
        times=inputs.retry,
        streams_to="response",
        max_tokens=inputs.max_tokens,
    )
    yield TextOutputs(response=answer.text, prompt=list(messages))


class ConversationInputs(InputPins):
    prompt: str = pin("", description="What is said last")
    messages: list[Any] = pin(
        description='What was said before: a list of {"role": "user", "content": "…"}'
    )
    model: str = model_pin()
    credentials: ChosenCredential = model_credentials_pin()
    max_tokens: int | None = max_tokens_pin()
    ollama_host: str = ollama_host_pin()


@block(
    id="32a87eab-381e-4dd4-bdb8-4c47151be35a",
    name="AIConversationBlock",
    categories=[Category.AI],
    legacy_ids=["c3d4e5f6-g7h8-i9j0-k1l2-m3n4o5p6q7r8"],
    retry=RETRY,
    replies=["It was played in Arlington, Texas."],
    examples=[
        (
            ConversationInputs(
                messages=[
                    {"role": "user", "content": "Who won the world series in 2020?"},
                    {"role": "assistant", "content": "The Los Angeles Dodgers."},
                    {"role": "user", "content": "Where was it played?"},
                ]
            ),
            TextOutputs(
                response="It was played in Arlington, Texas.",
                prompt=[
                    {"role": "user", "content": "Who won the world series in 2020?"},
                    {"role": "assistant", "content": "The Los Angeles Dodgers."},
                    {"role": "user", "content": "Where was it played?"},
                ],
            ),
        )
    ],
)
def converse(inputs: ConversationInputs, context: RunContext) -> Iterator[TextOutputs]:
    """Go on with a conversation, and emit what the model says next."""
    messages = [*inputs.messages, *([said("user", inputs.prompt)] if inputs.prompt else [])]
    if not messages:
        raise BlockError("`messages` and `prompt` are empty. Say something.")
    answer = ask(inputs, context, messages, streams_to="response", max_tokens=inputs.max_tokens)
    yield TextOutputs(response=answer.text, prompt=messages)
