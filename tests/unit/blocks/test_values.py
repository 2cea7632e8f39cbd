from typing import Any

import pytest

from blocks.sdk import BlockError, InvalidPins
from tests.support.blocks import emitted


@pytest.mark.parametrize(
    ("data", "held"),
    [("tea", "tea"), (None, "go"), (0, "go"), ("", "go"), ([], "go"), ([0], [0])],
)
def test_data_is_held_unless_it_is_empty(data: Any, held: Any) -> None:
    assert emitted("StoreValueBlock", {"input": "go", "data": data}) == [("output", held)]


def test_value_to_hold_needs_an_input() -> None:
    with pytest.raises(InvalidPins) as refused:
        emitted("StoreValueBlock", {"data": 1})

    assert refused.value.problems == {"input": "is required"}


@pytest.mark.parametrize(
    ("value", "kind", "converted"),
    [
        (5, "string", "5"),
        (True, "string", "true"),
        ({"a": [1]}, "string", '{"a": [1]}'),
        ("42", "number", 42.0),
        (5, "number", 5.0),
        ("abc", "number", 0.0),
        ([1, 2, 3], "number", 3.0),
        ("TRUE", "boolean", True),
        ("yes", "boolean", False),
        ([0], "boolean", True),
        ('["a", 1]', "list", ["a", 1]),
        ("[NaN]", "list", ["[NaN]"]),
        ("[1e999]", "list", ["[1e999]"]),
        ("a", "list", ["a"]),
        ({"a": 1}, "list", [["a", 1]]),
        ('{"a": 1}', "dictionary", {"a": 1}),
        ("Infinity", "dictionary", {"value": "Infinity"}),
        ("5", "dictionary", {"value": 5}),
        (["a"], "dictionary", {"0": "a"}),
        (7, "dictionary", {"value": 7}),
    ],
)
def test_value_is_converted(value: Any, kind: str, converted: Any) -> None:
    [(pin, result)] = emitted("UniversalTypeConverterBlock", {"value": value, "type": kind})

    assert (pin, result, type(result)) == ("value", converted, type(converted))


@pytest.mark.parametrize("value", [10**400, "1e999"])
def test_number_beyond_a_float_is_refused(value: Any) -> None:
    with pytest.raises(BlockError, match="too large"):
        emitted("UniversalTypeConverterBlock", {"value": value, "type": "number"})


def test_unknown_type_is_refused() -> None:
    with pytest.raises(InvalidPins) as refused:
        emitted("UniversalTypeConverterBlock", {"value": 1, "type": "picture"})

    assert list(refused.value.problems) == ["type"]
