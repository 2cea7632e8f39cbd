from typing import Any

import pytest

from tests.support.blocks import emitted


def parts(inputs: dict[str, Any]) -> list[Any]:
    return [value for _, value in emitted("CreateListBlock", inputs)]


def test_list_is_created_whole_without_limits() -> None:
    assert emitted("CreateListBlock", {"values": [1, "é", None, {"a": []}]}) == [
        ("list", [1, "é", None, {"a": []}])
    ]


def test_empty_values_make_one_empty_list() -> None:
    assert parts({"values": [], "max_size": 3, "max_tokens": 3}) == [[]]


def test_list_is_cut_at_the_number_of_items() -> None:
    assert parts({"values": [1, 2, 3, 4, 5], "max_size": 2}) == [[1, 2], [3, 4], [5]]


def test_list_is_cut_at_the_estimated_number_of_tokens() -> None:
    # Eight characters are two tokens.
    assert parts({"values": ["a" * 8, "b" * 8, "c"], "max_tokens": 4}) == [
        ["a" * 8, "b" * 8],
        ["c"],
    ]


def test_item_larger_than_the_limit_of_tokens_stands_alone() -> None:
    assert parts({"values": ["x" * 99, "y"], "max_tokens": 2}) == [["x" * 99], ["y"]]


def test_values_that_are_no_text_count_as_their_json() -> None:
    assert parts({"values": [{"ab": 1}, [1, 2]], "max_tokens": 3}) == [[{"ab": 1}], [[1, 2]]]


@pytest.mark.parametrize("limit", [0, -1])
def test_limit_below_one_is_no_limit(limit: int) -> None:
    assert parts({"values": [1, 2], "max_size": limit, "max_tokens": limit}) == [[1, 2]]


def test_hundred_thousand_items_are_cut_into_parts() -> None:
    made = parts({"values": list(range(100_000)), "max_size": 30_000})

    assert [len(part) for part in made] == [30_000, 30_000, 30_000, 10_000]
    assert made[-1][-1] == 99_999


def test_text_in_brackets_is_read_as_the_values() -> None:
    assert parts({"values": '["a", 2]'}) == [["a", 2]]


def test_entry_is_added_at_the_end() -> None:
    assert emitted("AddToListBlock", {"list": [1], "entry": 2}) == [("updated_list", [1, 2])]


def test_entry_is_added_to_an_empty_list_if_none_is_given() -> None:
    assert emitted("AddToListBlock", {"entry": "é"}) == [("updated_list", ["é"])]


@pytest.mark.parametrize("entry", [0, False, "", [], {}])
def test_entries_that_python_calls_false_are_added(entry: object) -> None:
    assert emitted("AddToListBlock", {"list": [1], "entry": entry}) == [
        ("updated_list", [1, entry])
    ]


def test_nothing_is_added_where_nothing_is_given() -> None:
    assert emitted("AddToListBlock", {"list": [1]}) == [("updated_list", [1])]


@pytest.mark.parametrize(
    ("position", "result"),
    [
        (0, ["x", "y", 1, 2]),
        (1, [1, "x", "y", 2]),
        (-1, [1, "x", "y", 2]),
        (99, [1, 2, "x", "y"]),
        (-99, ["x", "y", 1, 2]),
        (10**30, [1, 2, "x", "y"]),
    ],
)
def test_entries_come_before_the_entry_at_the_position(position: int, result: list[Any]) -> None:
    inputs = {"list": [1, 2], "entries": ["x"], "entry": "y", "position": position}

    assert emitted("AddToListBlock", inputs) == [("updated_list", result)]


@pytest.mark.parametrize(("items", "empty"), [([], True), ([None], False), ([[]], False)])
def test_list_is_empty_only_without_items(items: list[Any], empty: bool) -> None:
    assert emitted("ListIsEmptyBlock", {"list": items}) == [("is_empty", empty)]


@pytest.mark.parametrize(
    ("items", "reversed_items"), [([], []), ([1, [2, 3]], [[2, 3], 1]), (["a"], ["a"])]
)
def test_list_is_reversed_without_its_inner_lists(
    items: list[Any], reversed_items: list[Any]
) -> None:
    assert emitted("ReverseListOrderBlock", {"input_list": items}) == [
        ("reversed_list", reversed_items)
    ]
