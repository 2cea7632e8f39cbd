"""The block whose model makes a list."""

from collections.abc import Iterator
from typing import Any

from blocks.library.ai_prompts import (
    RETRY,
    AnswerUnusable,
    ask,
    max_tokens_pin,
    model_pin,
    ollama_host_pin,
    retry_pin,
    said,
    tries,
)
from blocks.library.ai_reading import Unreadable, value_in
from blocks.sdk import BlockError, Category, InputPins, OutputPins, RunContext, block, pin
from blocks.sdk.credentials import ChosenCredential
from blocks.sdk.models import Message, model_credentials_pin
from kernel.jsontypes import dumps

SYSTEM = (
    "You make lists. Answer with one JSON array of strings and nothing else, such as"
    ' ["first", "second"].'
)
MOST_ITEMS = 10_000


class ListGeneratorInputs(InputPins):
    focus: str | None = pin(None, description="What the list is of", placeholder="The planets")
    source_data: str | None = pin(None, description="Where it is to be taken from, if anywhere")
    model: str = model_pin(advanced=True)
    credentials: ChosenCredential = model_credentials_pin()
    max_retries: int = retry_pin()
    force_json_output: bool = pin(
        False, description="Have the provider see to it that the answer is JSON, where it can"
    )
    max_tokens: int | None = max_tokens_pin()
    ollama_host: str = ollama_host_pin()


class ListGeneratorOutputs(OutputPins):
    generated_list: list[str] = pin(default_factory=list, description="The whole list")
    list_item: str = pin("", description="Each item by itself, one after another")
    prompt: list[Any] = pin(
        default_factory=list, description="What the model was asked, as messages"
    )


@block(
    id="9c0b0450-d199-458b-a731-072189dd6593",
    name="AIListGeneratorBlock",
    categories=[Category.AI, Category.TEXT],
    retry=RETRY,
    replies=['["red", "green"]'],
    examples=[
        (
            ListGeneratorInputs(focus="Colours"),
            ListGeneratorOutputs(generated_list=["red", "green"]),
            ListGeneratorOutputs(
                prompt=[
                    {"role": "system", "content": SYSTEM},
                    {"role": "user", "content": "Make this list: Colours"},
                ]
            ),
            ListGeneratorOutputs(list_item="red"),
            ListGeneratorOutputs(list_item="green"),
        )
    ],
)
def generate_list(
    inputs: ListGeneratorInputs, context: RunContext
) -> Iterator[ListGeneratorOutputs]:
    """Have a language model make a list of texts, of a topic or out of a text; emit it, and each item.

    What cannot be read as a list is sent back, as often as `max_retries` says.
    """
    messages = asked(inputs)
    problem = ""
    for _ in tries(inputs.max_retries):
        answer = ask(
            inputs,
            context,
            messages,
            max_tokens=inputs.max_tokens,
            json=inputs.force_json_output,
        )
        try:
            items = items_in(answer.text)
        except Unreadable as error:
            problem = "the answer was cut off" if answer.cut_off else str(error)
            messages = [
                *messages,
                said("assistant", answer.text),
                said("user", f"This cannot be used: {problem}. Answer with the array alone."),
            ]
            continue
        yield ListGeneratorOutputs(generated_list=items)
        yield ListGeneratorOutputs(prompt=list(messages))
        for item in items:
            yield ListGeneratorOutputs(list_item=item)
        return
    raise AnswerUnusable(
        f"The model's answer is no list: {problem}. Ask in other words, or another model."
    )


def asked(inputs: ListGeneratorInputs) -> list[Message]:
    """Return the conversation that asks for the list. Raises BlockError where nothing is said."""
    if not inputs.focus and not inputs.source_data:
        raise BlockError("`focus` and `source_data` are empty. Say what the list is of, or out of.")
    parts = [f"Make this list: {inputs.focus}" if inputs.focus else "Make a list of what matters"]
    if inputs.source_data:
        parts.append(f"Take it from this text:\n\n{inputs.source_data}")
    system = SYSTEM
    if inputs.force_json_output:  # providers that see to it give objects only
        system += ' Put it into an object: {"list": ["first", "second"]}.'
    return [said("system", system), said("user", "\n\n".join(parts))]


def items_in(text: str) -> list[str]:
    """Return the list in a model's answer. Raises Unreadable."""
    found = value_in(text, list)
    if isinstance(found, dict):
        lists = [value for value in found.values() if isinstance(value, list)]
        if len(lists) != 1:
            raise Unreadable("it is an object and not an array")
        [found] = lists
    if len(found) > MOST_ITEMS:
        raise Unreadable(f"it has {len(found):,} items, more than {MOST_ITEMS:,}")
    return [one if isinstance(one, str) else dumps(one) for one in found]
