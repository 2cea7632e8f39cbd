"""Are a block's examples true? They are its documentation, and its first test."""

from collections.abc import Iterator
from typing import Any

from pydantic_core import to_json

from blocks.sdk.pins import InputPins
from blocks.sdk.spec import BlockSpec, Emit, Output
from blocks.sdk.testing import run_block

SHOWN = 500  # characters of what was emitted


def untrue(spec: BlockSpec) -> list[str]:
    """Return a sentence for each example of the block that does not come true."""
    return [
        f"Example {number}: {fault}"
        for number, example in enumerate(spec.examples, start=1)
        for fault in _faults(spec, example)
    ]


def _faults(spec: BlockSpec, example: Any) -> Iterator[str]:
    inputs, *outputs = example
    if not isinstance(inputs, InputPins):
        yield f"it must begin with {spec.inputs.__name__}, and not with {inputs!r}."
        return
    try:
        # As JSON: there 1, 1.0 and true are three things.
        emitted = to_json(run_block(spec, inputs)).decode()
        expected = to_json(_emissions(outputs)).decode()
        read = spec.inputs.build(inputs.model_dump(mode="json", by_alias=True))
    except Exception as error:  # an author's code may do anything
        yield f"{type(error).__name__}: {error}"
        return
    if emitted != expected:
        yield f"it emits {_short(emitted)} where {_short(expected)} is expected."
    if read != inputs:
        yield "its inputs are others after they were written as JSON and read again."


def _emissions(outputs: list[Output]) -> list[Emit]:
    found: list[Emit] = []
    for output in outputs:
        if isinstance(output, Emit):
            found.append(output)
        else:
            found += [Emit(pin, value) for pin, value in output.emissions()]
    return found


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
