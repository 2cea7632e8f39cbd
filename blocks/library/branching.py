"""Blocks that decide which way to go on."""

import math
import operator
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin
from blocks.sdk.conversion import ConversionError, convert
from blocks.sdk.equality import json_equal


class Comparison(StrEnum):
    """How to compare two values."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    GREATER = ">"
    LESS = "<"
    AT_LEAST = ">="
    AT_MOST = "<="


COMPARE: dict[Comparison, Callable[[Any, Any], bool]] = {
    Comparison.EQUAL: json_equal,
    Comparison.NOT_EQUAL: lambda first, second: not json_equal(first, second),
    Comparison.GREATER: operator.gt,
    Comparison.LESS: operator.lt,
    Comparison.AT_LEAST: operator.ge,
    Comparison.AT_MOST: operator.le,
}


class ConditionInputs(InputPins):
    value1: Any = pin(description="The first value")
    operator: Comparison = pin(description="How to compare the first value with the second")
    value2: Any = pin(description="The second value")
    yes_value: Any = pin(None, description="What to hand on if it is so; else the first value")
    no_value: Any = pin(None, description="What to hand on if it is not; else the second value")


class BranchOutputs(OutputPins):
    result: bool = pin(False, description="True if it is so")
    yes_output: Any = pin(None, description="The value to go on with if it is so")
    no_output: Any = pin(None, description="The value to go on with if it is not")


@block(
    id="715696a0-e1da-45c8-b209-c2fa9c3b0be6",
    name="ConditionBlock",
    categories=[Category.LOGIC],
    examples=[
        (
            ConditionInputs(value1=10, operator=Comparison.GREATER, value2="9", yes_value="more"),
            BranchOutputs(result=True, yes_output="more"),
        ),
        (
            ConditionInputs(value1="apple", operator=Comparison.EQUAL, value2="pear"),
            BranchOutputs(result=False, no_output="pear"),
        ),
    ],
)
def condition(inputs: ConditionInputs) -> Iterator[BranchOutputs]:
    """Compare two values and go on one of two ways.

    Texts that are numbers count as numbers. If one of the values is any other text, both are
    compared as texts.
    """
    if _holds(inputs.value1, inputs.operator, inputs.value2):
        chosen = inputs.value1 if inputs.yes_value is None else inputs.yes_value
        yield BranchOutputs(result=True, yes_output=chosen)
    else:
        chosen = inputs.value2 if inputs.no_value is None else inputs.no_value
        yield BranchOutputs(result=False, no_output=chosen)


class IfInputMatchesInputs(InputPins):
    input: Any = pin(description="The value to test")
    value: Any = pin(description="The value that it should be")
    yes_value: Any = pin(None, description="What to hand on if they are equal")
    no_value: Any = pin(None, description="What to hand on if they are not")


@block(
    id="6dbbc4b3-ca6c-42b6-b508-da52d23e13f2",
    name="IfInputMatchesBlock",
    categories=[Category.LOGIC],
    examples=[
        (
            IfInputMatchesInputs(input=10, value="10", yes_value="equal", no_value="other"),
            BranchOutputs(result=True, yes_output="equal"),
        ),
        (
            IfInputMatchesInputs(input="a", value="b", yes_value="equal"),
            BranchOutputs(result=False, no_output=None),
        ),
    ],
)
def if_input_matches(inputs: IfInputMatchesInputs) -> Iterator[BranchOutputs]:
    """Go on one of two ways, by whether a value is the expected one.

    The expected value is converted to the kind of the tested one if the two differ.
    """
    if json_equal(inputs.input, _alike(inputs.value, inputs.input)):
        yield BranchOutputs(result=True, yes_output=inputs.yes_value)
    else:
        yield BranchOutputs(result=False, no_output=inputs.no_value)


def _holds(first: Any, comparison: Comparison, second: Any) -> bool:
    pair = [_number_or_same(first), _number_or_same(second)]
    if any(isinstance(value, str) for value in pair):
        pair = [convert(first, str), convert(second, str)]
    try:
        return COMPARE[comparison](*pair)
    except TypeError:
        raise BlockError(
            f"A {_kind(first)} and a {_kind(second)} have no order, so `{comparison}` means"
            " nothing between them. Use == or !=."
        ) from None


def _alike(value: Any, example: Any) -> Any:
    """Return the value as the kind of the example, or unchanged where it has no counterpart."""
    if type(value) is type(example):
        return value
    if isinstance(example, int | float) and not isinstance(example, bool):
        return _number_or_same(value)
    try:
        return convert(value, type(example))
    except ConversionError:
        return value


def _number_or_same(value: Any) -> Any:
    """Return the number that a text holds; any other value as it is."""
    if not isinstance(value, str):
        return value
    for kind in (int, float):
        try:
            number = kind(value)
        except ValueError:
            continue
        return number if math.isfinite(number) else value
    return value


def _kind(value: Any) -> str:
    names = {dict: "dictionary", list: "list", str: "text", bool: "boolean"}
    return names.get(type(value), "number")
