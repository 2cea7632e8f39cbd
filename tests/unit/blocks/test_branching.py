"""Decisions: what is compared with what, and what goes on where."""

from typing import Any

import pytest

from blocks.sdk import BlockError, InvalidPins
from tests.support.blocks import emitted


def holds(value1: Any, operator: str, value2: Any) -> bool:
    inputs = {"value1": value1, "operator": operator, "value2": value2}
    first, *_ = emitted("ConditionBlock", inputs)
    assert first[0] == "result"
    return bool(first[1])


@pytest.mark.parametrize(
    ("value1", "operator", "value2", "expected"),
    [
        (10, ">", 9, True),
        ("10", ">", "9", True),
        ("10", ">", 9, True),
        (10, "==", "10.0", True),
        ("1e3", "==", 1000, True),
        ("10", ">", "9 apples", False),
        ("b", ">", "a", True),
        ("abc", "==", "abc", True),
        ("abc", "!=", "ABC", True),
        ("nan", "==", "nan", True),
        ("inf", ">", "1", True),  # compared as texts
        (True, "==", "true", True),
        (True, "==", 1, False),
        ([1], "==", "[1]", True),
        ([1, 2], "==", [1, 2], True),
        ([1, 2], "<", [1, 3], True),
        ({"a": 1, "b": 2}, "==", {"b": 2, "a": 1}, True),
        ({"a": 1}, "!=", {"a": 2}, True),
        (5, "==", [5], False),
        (2**70, ">", 2**70 - 1, True),
        ("9" * 30, ">=", "9" * 30, True),
        (1, "<=", 1.0, True),
        (1, "<", 1.0, False),
        ("", "==", "", True),
    ],
)
def test_values_are_compared(value1: Any, operator: str, value2: Any, expected: bool) -> None:
    assert holds(value1, operator, value2) is expected


@pytest.mark.parametrize(("value1", "value2"), [({"a": 1}, {"b": 1}), ([1], 1), ({}, 1)])
def test_values_without_order_are_an_error(value1: Any, value2: Any) -> None:
    with pytest.raises(BlockError, match="have no order, so `<` means nothing"):
        holds(value1, "<", value2)


def test_yes_value_goes_on_when_it_is_so() -> None:
    inputs = {"value1": 1, "operator": "==", "value2": 1, "yes_value": "y", "no_value": "n"}

    assert emitted("ConditionBlock", inputs) == [("result", True), ("yes_output", "y")]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("<", [("result", True), ("yes_output", "3")]), (">", [("result", False), ("no_output", 5)])],
)
def test_values_themselves_go_on_where_no_other_is_given(
    operator: str, expected: list[tuple[str, Any]]
) -> None:
    inputs = {"value1": "3", "operator": operator, "value2": 5}

    assert emitted("ConditionBlock", inputs) == expected


@pytest.mark.parametrize("value", [0, "", False, []])
def test_empty_yes_value_is_still_a_value(value: Any) -> None:
    inputs = {"value1": 1, "operator": "==", "value2": 1, "yes_value": value}

    assert emitted("ConditionBlock", inputs)[1] == ("yes_output", value)


def test_unknown_operator_is_refused() -> None:
    with pytest.raises(InvalidPins, match="`operator`: Input should be '=='"):
        holds(1, "=~", 1)


@pytest.mark.parametrize(
    ("tested", "value", "expected"),
    [
        (10, 10, True),
        (10, "10", True),
        (10, "10.0", True),
        ("10", 10, True),
        (10, "abc", False),
        (0, "abc", False),  # text without a number is not 0 here
        (3, [1, 2, 3], False),
        (True, "true", True),
        (True, "1", True),
        (False, "no", True),
        (1, True, False),
        ([1, 2], "[1, 2]", True),
        ({"a": 1}, '{"a": 1}', True),
        ("[1]", [1], True),
        ("a", "A", False),
        (1.5, 1.5, True),
        ("x" * 5, 10**400, False),
    ],
)
def test_input_is_matched_with_the_value_as_its_own_kind(
    tested: Any, value: Any, expected: bool
) -> None:
    inputs = {"input": tested, "value": value, "yes_value": "y", "no_value": "n"}
    output = ("yes_output", "y") if expected else ("no_output", "n")

    assert emitted("IfInputMatchesBlock", inputs) == [("result", expected), output]


def test_missing_value_goes_on_as_null() -> None:
    assert emitted("IfInputMatchesBlock", {"input": 1, "value": 2}) == [
        ("result", False),
        ("no_output", None),
    ]
