"""The block whose model answers with named values."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from blocks.library.ai_prompts import (
    RETRY,
    AnswerUnusable,
    ask,
    filled,
    max_tokens_pin,
    model_pin,
    ollama_host_pin,
    retry_pin,
    said,
    tries,
)
from blocks.library.ai_reading import Unreadable, value_in
from blocks.sdk import Category, InputPins, OutputPins, RunContext, block, pin
from blocks.sdk.credentials import ChosenCredential
from blocks.sdk.models import Answer, Message, ModelFailed, model_credentials_pin
from kernel.jsontypes import dumps

TOO_LONG = "model_prompt_too_long"
LEFT_OUT = "\n[…]\n"
SHORTEST = 400  # characters: what is shorter is not made shorter still


class StructuredInputs(InputPins):
    prompt: str = pin(
        description="What the model is asked. `{{ name }}` stands for a value of `prompt_values`"
    )
    expected_format: dict[str, str] = pin(
        description="The names of the values that are wanted, and what each is"
    )
    list_result: bool = pin(False, description="Whether a list of such answers is wanted")
    model: str = model_pin()
    force_json_output: bool = pin(
        False, description="Have the provider see to it that the answer is JSON, where it can"
    )
    credentials: ChosenCredential = model_credentials_pin()
    sys_prompt: str = pin("", description="Who the model is to be, and how it is to answer")
    conversation_history: list[dict[str, Any]] | None = pin(
        default_factory=list, description="What was said before, as messages"
    )
    retry: int = retry_pin()
    prompt_values: dict[str, str] = pin(
        default_factory=dict, description="What stands for the names in the prompts"
    )
    max_tokens: int | None = max_tokens_pin()
    compress_prompt_to_fit: bool = pin(
        True,
        description="Leave out the middle of what is too long for the model, where it says so",
        advanced=True,
    )
    ollama_host: str = ollama_host_pin()


class StructuredOutputs(OutputPins):
    response: dict[str, Any] | list[dict[str, Any]] = pin(
        default_factory=dict, description="The values by name, or a list of such"
    )
    prompt: list[Any] = pin(
        default_factory=list, description="What the model was asked, as messages"
    )


@block(
    id="ed55ac19-356e-4243-a6cb-bc599e9b716f",
    name="AIStructuredResponseGeneratorBlock",
    categories=[Category.AI],
    retry=RETRY,
    replies=['```json\n{"city": "Paris", "country": "France"}\n```'],
    examples=[
        (
            StructuredInputs(
                prompt="Where is the Eiffel tower?",
                expected_format={"city": "the city", "country": "the country"},
            ),
            StructuredOutputs(response={"city": "Paris", "country": "France"}),
            StructuredOutputs(
                prompt=[
                    {
                        "role": "system",
                        "content": "Answer with one JSON object and nothing else. It has these keys,"
                        " all of them; the values here say what each is:\n"
                        '{"city":"the city","country":"the country"}',
                    },
                    {"role": "user", "content": "Where is the Eiffel tower?"},
                ]
            ),
        )
    ],
)
def generate_structured(
    inputs: StructuredInputs, context: RunContext
) -> Iterator[StructuredOutputs]:
    """Ask a language model for named values, and emit them.

    An answer that lacks some, or is no JSON, is sent back with what is wrong with it, as often as
    `retry` says.
    """
    messages: Sequence[Message] = asked(inputs)
    problem = ""
    for _ in tries(inputs.retry):
        answer, messages = fitting(inputs, context, messages)
        try:
            found = values_of(answer.text, inputs.expected_format, inputs.list_result)
        except Unreadable as error:
            problem = "the answer was cut off" if answer.cut_off else str(error)
            messages = [
                *messages,
                said("assistant", answer.text),
                said("user", f"This cannot be used: {problem}. Answer again, in the form above."),
            ]
            continue
        yield StructuredOutputs(response=found)
        yield StructuredOutputs(prompt=list(messages))
        return
    raise AnswerUnusable(
        f"The model's answer cannot be used: {problem}. Ask in other words, or another model."
    )


def asked(inputs: StructuredInputs) -> list[Message]:
    """Return the conversation that asks for the values."""
    wanted = instructions(inputs.expected_format, inputs.list_result)
    system = filled(inputs.sys_prompt, inputs.prompt_values)
    prompt = filled(inputs.prompt, inputs.prompt_values)
    found: list[Message] = [*(inputs.conversation_history or ())]
    if text := "\n\n".join(part for part in (system, wanted) if part):
        found.append(said("system", text))
    return [*found, said("user", prompt)] if prompt else found


def instructions(expected: Mapping[str, str], is_list: bool) -> str:
    """Return what the model is told about its answer's form."""
    if not expected:
        return ""
    what = "one JSON array of objects" if is_list else "one JSON object"
    whose = "Each of them has" if is_list else "It has"
    return (
        f"Answer with {what} and nothing else. {whose} these keys, all of them; the values here say "
        f"what each is:\n{dumps(dict(expected))}"
    )


def values_of(text: str, expected: Mapping[str, str], is_list: bool) -> Any:
    """Return the values that an answer has. Raises Unreadable, which says what is wrong."""
    if not expected:
        return {"response": text}
    found = value_in(text, list if is_list else dict)
    if is_list and isinstance(found, Mapping):
        lists = [value for value in found.values() if isinstance(value, list)]
        if len(lists) != 1:
            raise Unreadable("it is an object and not a list")
        [found] = lists
    for one in found if is_list else [found]:
        if not isinstance(one, Mapping):
            raise Unreadable("it is not made of objects")
        if missing := [name for name in expected if name not in one]:
            raise Unreadable(f"it lacks {', '.join(repr(name) for name in missing)}")
    return found


def fitting(
    inputs: StructuredInputs, context: RunContext, messages: Sequence[Message]
) -> tuple[Answer, Sequence[Message]]:
    """Return the answer and what was asked; where that is too long, some of it is left out."""
    while True:
        try:
            answer = ask(
                inputs,
                context,
                messages,
                max_tokens=inputs.max_tokens,
                json=inputs.force_json_output and not inputs.list_result,
            )
        except ModelFailed as error:
            shorter = shortened(messages) if inputs.compress_prompt_to_fit else None
            if error.code != TOO_LONG or shorter is None:
                raise
            messages = shorter
        else:
            return answer, messages


def shortened(messages: Sequence[Message]) -> list[Message] | None:
    """Return the messages without half of the longest one; None where none is long."""
    sizes = [len(one["content"]) if isinstance(one.get("content"), str) else 0 for one in messages]
    longest = max(sizes, default=0)
    if longest < SHORTEST:
        return None
    place = sizes.index(longest)
    text, part = messages[place]["content"], longest // 4
    shorter = {**messages[place], "content": f"{text[:part]}{LEFT_OUT}{text[-part:]}"}
    return [*messages[:place], shorter, *messages[place + 1 :]]
