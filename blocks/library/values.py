"""Blocks that hold and convert single values."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin
from blocks.sdk.conversion import ConversionError, convert


class StoreValueInputs(InputPins):
    input: Any = pin(description="What starts the block, and its value if no data is set")
    data: Any = pin(None, description="The value to hold; zero or empty counts as not set")


class StoreValueOutputs(OutputPins):
    output: Any = pin(None, description="The value, which stays for as often as it is needed")


@block(
    id="1ff065e9-88e8-4358-9d82-8dc91f622ba9",
    name="StoreValueBlock",
    categories=[Category.BASIC],
    static_output=True,
    examples=[
        (StoreValueInputs(input="go", data="tea"), StoreValueOutputs(output="tea")),
        (StoreValueInputs(input="go"), StoreValueOutputs(output="go")),
    ],
)
def store_value(inputs: StoreValueInputs) -> Iterator[StoreValueOutputs]:
    """Hold a value, so that the blocks after this one can use it again and again."""
    yield StoreValueOutputs(output=inputs.data or inputs.input)


class Kind(StrEnum):
    """What a value can be converted to."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"
    DICTIONARY = "dictionary"


TYPES: dict[Kind, Any] = {
    Kind.STRING: str,
    Kind.NUMBER: float,
    Kind.BOOLEAN: bool,
    Kind.LIST: list,
    Kind.DICTIONARY: dict,
}


class UniversalTypeConverterInputs(InputPins):
    value: Any = pin(description="The value to convert")
    type_: Kind = pin(name="type", description="What to convert it to")


class UniversalTypeConverterOutputs(OutputPins):
    value: Any = pin(None, description="The value as that type")


@block(
    id="95d1b990-ce13-4d88-9737-ba5c2070c97b",
    name="UniversalTypeConverterBlock",
    categories=[Category.BASIC],
    examples=[
        (
            UniversalTypeConverterInputs(value="42", type_=Kind.NUMBER),
            UniversalTypeConverterOutputs(value=42.0),
        ),
        (
            UniversalTypeConverterInputs(value={"a": 1}, type_=Kind.STRING),
            UniversalTypeConverterOutputs(value='{"a": 1}'),
        ),
        (
            UniversalTypeConverterInputs(value="[1, 2]", type_=Kind.LIST),
            UniversalTypeConverterOutputs(value=[1, 2]),
        ),
    ],
)
def convert_type(
    inputs: UniversalTypeConverterInputs,
) -> Iterator[UniversalTypeConverterOutputs]:
    """Convert a value to another type, by the rules that also apply between linked pins.

    Text that is no number becomes 0, text other than "true" and "1" becomes false, JSON text
    becomes the list or dictionary it describes, and a list's or dictionary's number is its length.
    """
    try:
        value = convert(inputs.value, TYPES[inputs.type_])
    except ConversionError as error:
        raise BlockError(f"{error}.") from None
    yield UniversalTypeConverterOutputs(value=value)
