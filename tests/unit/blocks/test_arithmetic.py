"""Computing and counting: finite numbers or a clear error."""

from typing import Any

import pytest

from blocks.sdk import BlockError, InvalidPins
from tests.support.blocks import emitted


def calculated(operation: str, a: Any, b: Any, **more: Any) -> Any:
    [(pin, value)] = emitted("CalculatorBlock", {"operation": operation, "a": a, "b": b, **more})
    assert pin == "result"
    return value


@pytest.mark.parametrize(
    ("operation", "a", "b", "result"),
    [
        ("Add", 8, 34, 42.0),
        ("Add", "8", 34, 42.0),
        ("Add", "abc", 34, 34.0),
        ("Add", [1, 2], True, 3.0),
        ("Subtract", 1, 3, -2.0),
        ("Multiply", 1.5, 4, 6.0),
        ("Divide", 7, 2, 3.5),
        ("Power", 2, 0.5, 2**0.5),
        ("Power", -2, 3, -8.0),
    ],
)
def test_numbers_are_calculated(operation: str, a: Any, b: Any, result: float) -> None:
    assert calculated(operation, a, b) == result
    assert isinstance(calculated(operation, a, b), float)


@pytest.mark.parametrize(("a", "result"), [(2.5, 2), (3.5, 4), (-0.4, 0)])
def test_rounded_result_is_a_whole_number(a: float, result: int) -> None:
    rounded = calculated("Add", a, 0, round_result=True)

    assert (rounded, type(rounded)) == (result, int)


@pytest.mark.parametrize(
    ("operation", "a", "b", "message"),
    [
        ("Divide", 1, 0, "Division by zero has no result."),
        ("Power", 0, -1, "Division by zero has no result."),
        ("Power", 10, 400, "The result is too large for a number."),
        ("Multiply", 1e308, 10, "The result is too large for a number."),
        ("Add", 1.7e308, 1.7e308, "The result is too large for a number."),
        ("Power", -2, 0.5, "The power of these numbers is not a real number."),
    ],
)
@pytest.mark.parametrize("round_result", [True, False])
def test_what_is_no_finite_number_is_an_error(
    operation: str, a: float, b: float, message: str, round_result: bool
) -> None:
    with pytest.raises(BlockError) as refusal:
        calculated(operation, a, b, round_result=round_result)

    assert str(refusal.value) == message


def test_operation_must_be_one_of_the_five() -> None:
    with pytest.raises(InvalidPins, match="`operation`: Input should be 'Add', 'Subtract'"):
        calculated("Modulo", 1, 2)


def test_infinite_inputs_are_refused() -> None:
    from blocks.library.arithmetic import CalculatorInputs

    with pytest.raises(InvalidPins, match="`a`: Input should be a finite number"):
        CalculatorInputs.build({"operation": "Add", "a": float("inf"), "b": 1})


@pytest.mark.parametrize(
    ("collection", "count"),
    [([], 0), ([[1, 2], 3], 2), ({}, 0), ({"a": 1}, 1), ("", 0), ("é🎉", 2), (7, -1), (True, -1)],
)
def test_items_are_counted(collection: Any, count: int) -> None:
    assert emitted("CountItemsBlock", {"collection": collection}) == [("count", count)]


def test_nothing_cannot_be_counted() -> None:
    with pytest.raises(InvalidPins, match="`collection`: is required"):
        emitted("CountItemsBlock", {"collection": None})
