"""Every block's examples are true."""

import pytest
from pydantic_core import to_json

from blocks.sdk import Emit, InputPins, OutputPins, registry
from blocks.sdk.spec import BlockSpec
from blocks.sdk.testing import run_block

EXAMPLES = [
    pytest.param(spec, number, id=f"{spec.name}-{number}")
    for spec in registry
    for number in range(len(spec.examples))
]


@pytest.mark.parametrize(("spec", "number"), EXAMPLES)
def test_block_emits_what_its_example_says(spec: BlockSpec, number: int) -> None:
    inputs, *outputs = spec.examples[number]
    assert isinstance(inputs, InputPins)
    expected: list[Emit] = []
    for output in outputs:
        if isinstance(output, Emit):
            expected.append(output)
        elif isinstance(output, OutputPins):
            expected += [Emit(*emission) for emission in output.emissions()]

    # As JSON: there 1, 1.0 and true are three things.
    assert to_json(run_block(spec, inputs)) == to_json(expected)


@pytest.mark.parametrize(("spec", "number"), EXAMPLES)
def test_example_inputs_can_be_given_as_json(spec: BlockSpec, number: int) -> None:
    inputs = spec.examples[number][0]
    assert isinstance(inputs, InputPins)

    given = inputs.model_dump(mode="json", by_alias=True)

    assert spec.inputs.build(given) == inputs
