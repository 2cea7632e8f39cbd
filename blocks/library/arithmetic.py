"""Blocks that compute and count."""

import math
from collections.abc import Callable, Iterator, Sized
from enum import StrEnum
from typing import Any

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin


class Operation(StrEnum):
    """What the calculator does with a and b."""

    ADD = "Add"
    SUBTRACT = "Subtract"
    MULTIPLY = "Multiply"
    DIVIDE = "Divide"
    POWER = "Power"


CALCULATE: dict[Operation, Callable[[float, float], float]] = {
    Operation.ADD: lambda a, b: a + b,
    Operation.SUBTRACT: lambda a, b: a - b,
    Operation.MULTIPLY: lambda a, b: a * b,
    Operation.DIVIDE: lambda a, b: a / b,
    Operation.POWER: lambda a, b: a**b,
}


class CalculatorInputs(InputPins):
    operation: Operation = pin(description="What to do with a and b")
    a: float = pin(description="The first number")
    b: float = pin(description="The second number")
    round_result: bool = pin(False, description="Round the result to a whole number")


class CalculatorOutputs(OutputPins):
    result: int | float = pin(0, description="The result")


@block(
    id="b1ab9b19-67a6-406d-abf5-2dba76d00c79",
    name="CalculatorBlock",
    categories=[Category.LOGIC],
    examples=[
        (
            CalculatorInputs(operation=Operation.ADD, a=10.0, b=5.0),
            CalculatorOutputs(result=15.0),
        ),
        (
            CalculatorInputs(operation=Operation.DIVIDE, a=7.0, b=2.0, round_result=True),
            CalculatorOutputs(result=4),
        ),
    ],
)
def calculate(inputs: CalculatorInputs) -> Iterator[CalculatorOutputs]:
    """Do arithmetic with two numbers: add, subtract, multiply, divide or raise to a power."""
    try:
        result = CALCULATE[inputs.operation](inputs.a, inputs.b)
    except ZeroDivisionError:
        raise BlockError("Division by zero has no result.") from None
    except OverflowError:
        raise BlockError("The result is too large for a number.") from None
    if isinstance(result, complex):
        raise BlockError("The power of these numbers is not a real number.")
    if not math.isfinite(result):
        raise BlockError("The result is too large for a number.")
    yield CalculatorOutputs(result=round(result) if inputs.round_result else result)


class CountItemsInputs(InputPins):
    collection: Any = pin(description="The list, object or text to count")


class CountItemsOutputs(OutputPins):
    count: int = pin(0, description="How many items it has; -1 for what has none, like a number")


@block(
    id="3c9c2f42-b0c3-435f-ba35-05f7a25c772a",
    name="CountItemsBlock",
    categories=[Category.LOGIC],
    examples=[
        (CountItemsInputs(collection=[1, 2, 3]), CountItemsOutputs(count=3)),
        (CountItemsInputs(collection={"a": 1}), CountItemsOutputs(count=1)),
        (CountItemsInputs(collection="text"), CountItemsOutputs(count=4)),
        (CountItemsInputs(collection=5), CountItemsOutputs(count=-1)),
    ],
)
def count_items(inputs: CountItemsInputs) -> Iterator[CountItemsOutputs]:
    """Count the items of a list, the keys of an object or the characters of a text."""
    countable = isinstance(inputs.collection, Sized)
    yield CountItemsOutputs(count=len(inputs.collection) if countable else -1)
