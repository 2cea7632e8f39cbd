"""Every block's examples are true, and an example that is not is told by its number."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from blocks.sdk import BlockError, BlockSpec, Emit, InputPins, OutputPins, PinName, pin, registry
from blocks.sdk.examples import untrue


@pytest.mark.parametrize("spec", [pytest.param(spec, id=spec.name) for spec in registry])
def test_block_emits_what_its_examples_say(spec: BlockSpec) -> None:
    assert untrue(spec) == []


class TextInputs(InputPins):
    text: str = pin(description="A text")


class TextOutputs(OutputPins):
    shouted: str = pin("", description="The text")


def shout(inputs: TextInputs) -> Iterator[TextOutputs]:
    if not inputs.text:
        raise BlockError("There is nothing to shout.")
    yield TextOutputs(shouted=inputs.text.upper())


SHOUT = BlockSpec(
    id=UUID(int=1),
    name="ShoutBlock",
    title="Shout",
    description="Shout.",
    inputs=TextInputs,
    outputs=TextOutputs,
    function=shout,
    examples=((TextInputs(text="a"), TextOutputs(shouted="A")),),
)


def test_true_example_has_no_fault() -> None:
    assert untrue(SHOUT) == []
    by_pin = (TextInputs(text="a"), Emit(PinName("shouted"), "A"))
    assert untrue(replace(SHOUT, examples=(by_pin,))) == []


def test_other_values_than_expected_are_shown_with_the_example_number() -> None:
    wrong = (TextInputs(text="b"), TextOutputs(shouted="b"))

    assert untrue(replace(SHOUT, examples=(*SHOUT.examples, wrong))) == [
        'Example 2: it emits [["shouted","B"]] where [["shouted","b"]] is expected.'
    ]


def test_one_and_one_point_zero_are_different_values() -> None:
    def number(inputs: TextInputs) -> Iterator[Emit]:
        yield Emit(PinName("n"), 1)

    spec = replace(
        SHOUT, function=number, examples=((TextInputs(text=""), Emit(PinName("n"), 1.0)),)
    )

    assert untrue(spec) == ['Example 1: it emits [["n",1]] where [["n",1.0]] is expected.']


def test_error_in_an_example_is_its_fault() -> None:
    spec = replace(SHOUT, examples=((TextInputs(text=""),),))

    assert untrue(spec) == ["Example 1: BlockError: There is nothing to shout."]


def test_example_without_inputs_is_refused() -> None:
    spec = replace(SHOUT, examples=((TextOutputs(shouted="A"),),))

    assert untrue(spec) == [
        "Example 1: it must begin with TextInputs, and not with TextOutputs(shouted='A')."
    ]
