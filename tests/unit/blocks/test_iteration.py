"""Stepping through items."""

import json
from typing import Any

import pytest

from blocks.sdk import BlockError
from tests.support.blocks import emitted

ITERATOR = "StepThroughItemsBlock"


@pytest.mark.parametrize(
    ("inputs", "pairs"),
    [
        ({}, []),
        ({"items": []}, []),
        ({"items": ["a", None, [1]]}, [("a", 0), (None, 1), ([1], 2)]),
        ({"items": {"a": 1}}, [(["a", 1], 0)]),
        ({"items": "[1, 2]"}, [(1, 0), (2, 1)]),
        ({"items": "plain"}, [("plain", 0)]),
        ({"items_object": {"b": 1, "a": {}}}, [(1, "b"), ({}, "a")]),
        ({"items_str": "[true]"}, [(True, 0)]),
        ({"items_str": '{"k": "é"}'}, [("é", "k")]),
        (
            {"items": [1], "items_object": {"k": 2}, "items_str": "[3]"},
            [(1, 0), (2, "k"), (3, 0)],
        ),
    ],
)
def test_each_item_comes_with_its_key(inputs: dict[str, Any], pairs: list[tuple[Any, Any]]) -> None:
    expected = [emission for item, key in pairs for emission in (("item", item), ("key", key))]

    assert emitted(ITERATOR, inputs) == expected


@pytest.mark.parametrize("text", ["not json", "[1", "[NaN]", "[" * 100_000, '"text"', "5", "null"])
def test_text_that_holds_no_items_is_an_error(text: str) -> None:
    with pytest.raises(BlockError, match="`items_str`"):
        emitted(ITERATOR, {"items_str": text})


def test_items_are_limited_in_number_before_the_first_comes_out() -> None:
    assert len(emitted(ITERATOR, {"items": [0] * 10_000})) == 20_000
    with pytest.raises(BlockError, match="There are 10,001 items"):
        emitted(ITERATOR, {"items": [0] * 10_000, "items_str": "[1]"})


def test_text_is_limited_in_length() -> None:
    with pytest.raises(BlockError, match="more than 1,048,576 characters"):
        emitted(ITERATOR, {"items_str": json.dumps(["a" * 1024 * 1024])})
