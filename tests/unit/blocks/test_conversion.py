"""What arrives on a pin is bent to the pin's type, by the reference platform's rules."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from blocks.library.arithmetic import Operation
from blocks.sdk import InputPins, pin
from blocks.sdk.conversion import ConversionError, convert, convert_inputs

DEEP = "[" * 100_000 + "]" * 100_000


def exactly(result: Any, expected: Any) -> bool:
    """Tell 1 from 1.0 and from True."""
    return repr(result) == repr(expected)


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        # to list
        ([1, "a"], list, [1, "a"]),
        ((1, 2), list, [1, 2]),
        ({"a": 1, "b": [2]}, list, [["a", 1], ["b", [2]]]),
        ("[1, 2]", list, [1, 2]),
        (" [1] ", list, [1]),
        ("[]", list, []),
        ("[draft] hello", list, ["[draft] hello"]),
        ("[not json]", list, ["[not json]"]),
        ("plain", list, ["plain"]),
        ("", list, [""]),
        (5, list, [5]),
        (False, list, [False]),
        ("[1, 2]", list[str], ["1", "2"]),
        (["1", 2.9, True], list[int], [1, 2, True]),
        ([["1"], "2"], list[list[int]], [[1], [2]]),
        ([5, {"a": 1}], list[dict[str, Any]], [{"value": 5}, {"a": 1}]),
        # to dict
        ({"a": 1}, dict, {"a": 1}),
        ('{"a": 1}', dict, {"a": 1}),
        ("[1]", dict, {"value": [1]}),
        ("7", dict, {"value": 7}),
        ("plain", dict, {"value": "plain"}),
        (["x", "y"], dict, {"0": "x", "1": "y"}),
        (None, dict, {"value": None}),
        (3, dict, {"value": 3}),
        ({"a": "1", "b": 2}, dict[str, int], {"a": 1, "b": 2}),
        ({"a": "[1]"}, dict[str, list[str]], {"a": ["1"]}),
        # to set and tuple
        ([1, 2], tuple, (1, 2)),
        ("x", tuple, ("x",)),
        ([1, 1], set, {1}),
        # to str
        ("a", str, "a"),
        (5, str, "5"),
        (5.0, str, "5.0"),
        (True, str, "true"),
        ({"a": 1}, str, '{"a": 1}'),
        (["é", None], str, '["é", null]'),
        # to int and float
        ("8", float, 8.0),
        ("abc", float, 0.0),
        ("", float, 0.0),
        (8, float, 8.0),
        (" 8.5 ", float, 8.5),
        ([1, 2, 3], float, 3.0),
        (True, float, 1.0),
        ("8.9", int, 8),
        (8.9, int, 8),
        (-8.9, int, -8),
        ({"a": 1}, int, 1),
        ("many", int, 0),
        ("nan", int, 0),
        ("Infinity", float, 0.0),
        (True, int, True),  # a bool is an int, so it stays
        ("12345678901234567890123", int, 12345678901234567890123),
        (10**30, int, 10**30),
        # to bool
        ("true", bool, True),
        ("TRUE", bool, True),
        ("1", bool, True),
        ("yes", bool, False),
        ("", bool, False),
        (2, bool, True),
        (0.0, bool, False),
        ([], bool, False),
        ([0], bool, True),
        # to unions: what fits stays, else the first conversion that succeeds
        (None, str | None, None),
        (5, str | None, "5"),
        ("5", int | str, "5"),
        (5, int | str, 5),
        ([1], int | str, 1),
        ("7", int | None, 7),
        (True, int | str, True),
        ('{"a": 1}', dict[str, Any] | list[Any], {"a": 1}),
        ([1], dict[str, Any] | list[Any], [1]),
        ("[[1], {}]", list[dict[str, Any] | list[Any]], [[1], {}]),
        ("2026-01-02", date | None, "2026-01-02"),
        # left to validation
        ("Add", Operation, "Add"),
        ("x", Literal["x", "y"], "x"),
        (5, Any, 5),
        ("7", Annotated[int, Field(ge=0)], 7),
    ],
)
def test_value_becomes_its_counterpart(value: Any, target: Any, expected: Any) -> None:
    assert exactly(convert(value, target), expected)


@pytest.mark.parametrize(
    ("value", "target"),
    [
        (10**400, float),
        ("1e999", float),
        ("-1e999", int),
        ("9" * 5000, float),
        (float("nan"), str),
        ({1, 2}, str),
    ],
)
def test_value_without_counterpart_is_an_error(value: Any, target: Any) -> None:
    with pytest.raises(ConversionError):
        convert(value, target)


@pytest.mark.parametrize(
    ("target", "expected"), [(list, [DEEP]), (dict, {"value": DEEP}), (str, DEEP)]
)
def test_text_nested_too_deeply_stays_text(target: Any, expected: Any) -> None:
    assert convert(DEEP, target) == expected


def test_whole_number_with_too_many_digits_has_no_text() -> None:
    with pytest.raises(ConversionError):
        convert(10**5000, str)


def test_union_member_that_cannot_hold_the_value_is_passed_over() -> None:
    assert convert(10**400, float | str) == str(10**400)


class Sample(InputPins):
    count: int = pin(description="A number")
    list_: list[str] = pin([], name="list", description="Texts")
    note: str | None = pin(None, description="A note")


def test_inputs_are_converted_by_pin_name_and_the_rest_is_left_alone() -> None:
    data = {"count": "3", "list": 5, "note": None, "list_": 5, "other": {"a": 1}}

    converted = convert_inputs(Sample, data)

    assert converted == {
        "count": 3,
        "list": ["5"],
        "note": None,
        "list_": 5,
        "other": {"a": 1},
    }
    assert data == {"count": "3", "list": 5, "note": None, "list_": 5, "other": {"a": 1}}
