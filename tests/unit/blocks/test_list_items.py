from typing import Any

import pytest

from blocks.sdk import BlockError, InvalidPins
from tests.support.blocks import emitted


@pytest.mark.parametrize(
    ("items", "value", "index"),
    [
        (["a", "b", "a"], "a", 0),
        ([0, 1.0], 1, 1),
        ([1, True], True, 1),
        ([[1], {"a": [2]}], {"a": [2.0]}, 1),
        (["e\u0301", "é"], "é", 1),
    ],
)
def test_value_is_found_where_it_first_stands(items: list[Any], value: Any, index: int) -> None:
    assert emitted("FindInListBlock", {"list": items, "value": value}) == [
        ("index", index),
        ("found", True),
    ]


@pytest.mark.parametrize(
    ("items", "value"), [([], 1), ([True], 1), ([0], False), (["1"], 1), ([[1, 2]], [2, 1])]
)
def test_value_that_is_not_there_is_handed_on(items: list[Any], value: Any) -> None:
    assert emitted("FindInListBlock", {"list": items, "value": value}) == [
        ("found", False),
        ("not_found_value", value),
    ]


@pytest.mark.parametrize(("index", "item"), [(0, "a"), (2, "c"), (-1, "c"), (-3, "a")])
def test_item_is_read_from_either_end(index: int, item: str) -> None:
    assert emitted("GetListItemBlock", {"list": ["a", "b", "c"], "index": index}) == [
        ("item", item)
    ]


def test_index_may_be_written_as_text() -> None:
    assert emitted("GetListItemBlock", {"list": ["a", "b"], "index": "1"}) == [("item", "b")]


def test_item_may_be_null() -> None:
    assert emitted("GetListItemBlock", {"list": [None], "index": 0}) == [("item", None)]


@pytest.mark.parametrize("index", [3, -4, 10**30])
@pytest.mark.parametrize("name", ["GetListItemBlock", "ReplaceListItemBlock"])
def test_index_out_of_range_is_refused(name: str, index: int) -> None:
    with pytest.raises(BlockError) as refused:
        emitted(name, {"list": [1, 2, 3], "index": index, "value": "x"})

    assert str(refused.value) == f"Index {index} is out of range: the list has 3 items."


def test_missing_index_is_refused() -> None:
    with pytest.raises(InvalidPins) as refused:
        emitted("GetListItemBlock", {"list": [1]})

    assert refused.value.problems == {"index": "is required"}


def test_only_the_first_equal_item_is_removed() -> None:
    inputs = {"list": [True, 1, 1.0, "1"], "value": 1, "return_item": True}

    assert emitted("RemoveFromListBlock", inputs) == [
        ("updated_list", [True, 1.0, "1"]),
        ("removed_item", 1),
    ]


def test_index_decides_where_both_are_given() -> None:
    assert emitted("RemoveFromListBlock", {"list": ["a", "b"], "value": "a", "index": -1}) == [
        ("updated_list", ["a"])
    ]


def test_index_zero_counts_as_given() -> None:
    assert emitted("RemoveFromListBlock", {"list": ["a", "b"], "index": 0}) == [
        ("updated_list", ["b"])
    ]


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        (
            {"list": [1], "value": True},
            "The list does not have the value that should be removed.",
        ),
        ({"list": [], "index": 0}, "Index 0 is out of range: the list has 0 items."),
        ({"list": [1]}, "Nothing says what to remove. Give `index` or `value`."),
    ],
)
def test_removal_without_item_is_refused(inputs: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BlockError) as refused:
        emitted("RemoveFromListBlock", inputs)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("index", "updated", "old"), [(0, ["z", [2]], 1), (1, [1, "z"], [2]), (-2, ["z", [2]], 1)]
)
def test_item_is_replaced_at_its_place(index: int, updated: list[Any], old: Any) -> None:
    assert emitted("ReplaceListItemBlock", {"list": [1, [2]], "index": index, "value": "z"}) == [
        ("updated_list", updated),
        ("old_item", old),
    ]
