"""The blocks that ask models, against a server: their examples first, then what models really do."""

from typing import Any

import pytest
from pydantic_core import to_json

from blocks.library.ai_prompts import AnswerUnusable
from blocks.sdk import BlockError, Emit, InputPins, OutputPins, registry
from blocks.sdk.models import Answer
from blocks.sdk.spec import BlockSpec
from blocks.sdk.testing import run_block
from tests.support.blocks import emitted
from tests.support.modelservers import asked_of, instance_model, refusal, with_models

EXAMPLES = [
    pytest.param(spec, number, id=f"{spec.name}-{number}")
    for spec in registry
    if spec.replies
    for number in range(len(spec.examples))
]


def said(name: str, *replies: Any, **pins: Any) -> tuple[list[tuple[str, Any]], list[Any]]:
    """Return what a block emits, and what the model was asked."""
    with instance_model(*replies) as host:
        found = emitted(name, pins, with_models())
    return found, list(asked_of(host))


@pytest.mark.parametrize(("spec", "number"), EXAMPLES)
def test_published_example_holds_with_a_real_server(spec: BlockSpec, number: int) -> None:
    inputs, *outputs = spec.examples[number]
    assert isinstance(inputs, InputPins)
    expected: list[Emit] = []
    for output in outputs:
        assert isinstance(output, OutputPins)
        expected += [Emit(*emission) for emission in output.emissions()]

    with instance_model(*spec.replies):
        found = run_block(spec, inputs, with_models())

    assert to_json(found) == to_json(expected)


def test_values_fill_templates_and_are_never_templates() -> None:
    _, [asked] = said(
        "AITextGeneratorBlock",
        "ok",
        prompt="Say {{ what }}",
        sys_prompt="As {{ who }}",
        prompt_values={"what": "{{ 7 * 7 }}", "who": "{% for %}"},
    )

    assert asked["messages"] == [
        {"role": "system", "content": "As {% for %}"},
        {"role": "user", "content": "Say {{ 7 * 7 }}"},
    ]


def test_without_values_a_prompt_is_no_template() -> None:
    _, [asked] = said("AITextGeneratorBlock", "ok", prompt="Explain {{ this }} & {% that %}")

    assert asked["messages"] == [{"role": "user", "content": "Explain {{ this }} & {% that %}"}]


def test_a_template_cannot_leave_its_sandbox() -> None:
    with pytest.raises(BlockError):
        said(
            "AITextGeneratorBlock",
            "ok",
            prompt="{{ x.__class__.__mro__[1].__subclasses__() }}",
            prompt_values={"x": "y"},
        )


def test_the_tokens_that_an_answer_may_have_are_said() -> None:
    _, [asked] = said("AITextGeneratorBlock", "ok", prompt="Hi", max_tokens=77)

    assert asked.get("max_completion_tokens", asked.get("max_tokens")) == 77


def test_an_empty_answer_is_asked_for_again() -> None:
    found, asked = said("AITextGeneratorBlock", Answer(""), "Now", prompt="Hi")

    assert found[0] == ("response", "Now")
    assert len(asked) == 2


def test_a_structured_answer_that_lacks_a_key_goes_back() -> None:
    found, asked = said(
        "AIStructuredResponseGeneratorBlock",
        'Sure! {"city": "Paris"}',
        'Here: {"city": "Paris", "country": "France"}. Bye',
        prompt="Where?",
        expected_format={"city": "", "country": ""},
    )

    assert found[0] == ("response", {"city": "Paris", "country": "France"})
    assert asked[1]["messages"][-1]["content"] == (
        "This cannot be used: it lacks 'country'. Answer again, in the form above."
    )


@pytest.mark.parametrize(
    "reply",
    ['[{"n": 1}, {"n": 2}]', '{"results": [{"n": 1}, {"n": 2}]}', '```\n[{"n": 1}, {"n": 2}]```'],
)
def test_a_list_of_structured_answers(reply: str) -> None:
    found, _ = said(
        "AIStructuredResponseGeneratorBlock",
        reply,
        prompt="Count",
        expected_format={"n": "a number"},
        list_result=True,
    )

    assert found[0] == ("response", [{"n": 1}, {"n": 2}])


def test_a_structured_answer_without_a_format_is_the_text() -> None:
    found, [asked] = said(
        "AIStructuredResponseGeneratorBlock", "Anything", prompt="Hi", expected_format={}
    )

    assert found[0] == ("response", {"response": "Anything"})
    assert [one["role"] for one in asked["messages"]] == ["user"]


def test_what_stays_unusable_fails_with_what_was_wrong() -> None:
    with pytest.raises(AnswerUnusable, match="there is no JSON object in it"):
        said(
            "AIStructuredResponseGeneratorBlock",
            "I would rather not.",
            prompt="Hi",
            expected_format={"a": ""},
            retry=2,
        )


def test_json_is_forced_where_that_is_wanted() -> None:
    _, [asked] = said(
        "AIStructuredResponseGeneratorBlock",
        '{"a": 1}',
        prompt="Hi",
        expected_format={"a": ""},
        force_json_output=True,
    )

    assert asked["response_format"] == {"type": "json_object"}


def test_a_prompt_that_is_too_long_is_made_shorter() -> None:
    too_long = refusal("413 Content Too Large", "maximum context length")
    found, asked = said(
        "AIStructuredResponseGeneratorBlock",
        too_long,
        '{"a": 1}',
        prompt="x" * 10_000,
        expected_format={"a": ""},
    )

    assert found[0] == ("response", {"a": 1})
    assert [len(one["messages"][-1]["content"]) for one in asked] == [10_000, 5_005]


def test_a_prompt_that_is_too_long_fails_where_nothing_may_be_left_out() -> None:
    with pytest.raises(BlockError, match="is longer than"):
        said(
            "AIStructuredResponseGeneratorBlock",
            refusal("413 Content Too Large", "maximum context length"),
            prompt="x" * 10_000,
            expected_format={"a": ""},
            compress_prompt_to_fit=False,
        )


def test_a_list_is_emitted_whole_and_item_by_item() -> None:
    found, asked = said(
        "AIListGeneratorBlock",
        "no list",
        '{"list": ["a", 2]}',
        focus="Things",
        source_data="Some text",
        force_json_output=True,
    )

    assert [pin for pin, _ in found] == ["generated_list", "prompt", "list_item", "list_item"]
    assert found[0][1] == ["a", "2"]
    assert "Some text" in asked[0]["messages"][1]["content"]


def test_a_list_of_nothing_is_refused() -> None:
    with pytest.raises(BlockError, match="`focus` and `source_data` are empty"):
        said("AIListGeneratorBlock", "[]")


@pytest.mark.parametrize(
    ("reply", "pins"),
    [
        ("true", [("result", True), ("yes_output", "Y")]),
        ("Yes.", [("result", True), ("yes_output", "Y")]),
        ("FALSE", [("result", False), ("no_output", 5)]),
    ],
)
def test_a_condition_sends_a_value_one_way(reply: str, pins: Any) -> None:
    found, _ = said("AIConditionBlock", reply, input_value=5, condition="it is odd", yes_value="Y")

    assert found == pins


def test_a_condition_that_is_not_decided_fails() -> None:
    with pytest.raises(AnswerUnusable, match="neither true nor false"):
        said("AIConditionBlock", "true or false?", input_value=5, condition="it is odd")


def test_a_long_text_is_summarised_in_parts() -> None:
    text = " ".join(f"w{number}" for number in range(25))
    found, asked = said(
        "AITextSummarizerBlock",
        "one",
        "two",
        "three",
        "all",
        text=text,
        max_tokens=10,
        chunk_overlap=2,
    )

    assert found[0] == ("summary", "all")
    read = [one["messages"][-1]["content"].split() for one in asked]
    assert [(words[0], words[-1]) for words in read[:3]] == [
        ("w0", "w9"),
        ("w8", "w17"),
        ("w16", "w24"),
    ]
    assert read[3] == ["one", "two", "three"]


def test_a_conversation_goes_on() -> None:
    found, [asked] = said(
        "AIConversationBlock",
        "Fine",
        messages=[{"role": "system", "content": "Be kind"}, {"role": "user", "content": "Hello"}],
        prompt="How are you?",
    )

    assert found[0] == ("response", "Fine")
    assert asked["messages"] == [
        {"role": "system", "content": "Be kind"},
        {"role": "user", "content": "Hello"},
        {"role": "user", "content": "How are you?"},
    ]


@pytest.mark.parametrize("message", ["hello", {"content": "x"}, 5, None])
def test_what_is_no_message_is_refused(message: Any) -> None:
    with pytest.raises(BlockError, match="A message of the conversation must be"):
        said("AIConversationBlock", "Fine", messages=[message])
