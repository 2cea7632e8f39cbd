"""Blocks that write and read JSON text."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin
from kernel.jsontypes import NotJSON, dumps, loads


class JSONEncoderInputs(InputPins):
    data: Any = pin(description="The value to write")


class JSONEncoderOutputs(OutputPins):
    json_str: str = pin("", description="The value as JSON text, without blanks")


@block(
    id="9a9d20c5-5b4d-4e94-8022-83b6cb72648a",
    name="JSONEncoderBlock",
    categories=[Category.DATA],
    examples=[
        (
            JSONEncoderInputs(data={"name": "Zoë", "tags": [1, None, True]}),
            JSONEncoderOutputs(json_str='{"name":"Zoë","tags":[1,null,true]}'),
        ),
    ],
)
def encode_json(inputs: JSONEncoderInputs) -> Iterator[JSONEncoderOutputs]:
    """Write a value as JSON text."""
    try:
        yield JSONEncoderOutputs(json_str=dumps(inputs.data, ascii_only=False))
    except NotJSON as error:
        raise BlockError(str(error)) from None


class JSONDecoderInputs(InputPins):
    json_str: str = pin(description="The JSON text to read")


class JSONDecoderOutputs(OutputPins):
    data: Any = pin(None, description="The value that the text describes")


@block(
    id="2b935639-65bc-48fd-9f88-823cd706fcd9",
    name="JSONDecoderBlock",
    categories=[Category.DATA],
    examples=[
        (
            JSONDecoderInputs(json_str=' {"a": [1, 2.5, null]} '),
            JSONDecoderOutputs(data={"a": [1, 2.5, None]}),
        ),
    ],
)
def decode_json(inputs: JSONDecoderInputs) -> Iterator[JSONDecoderOutputs]:
    """Read JSON text. Text that is not JSON is an error that says where."""
    try:
        value = loads(inputs.json_str)
    except NotJSON as error:
        raise BlockError(str(error)) from None
    yield JSONDecoderOutputs(data=value)
