from typing import Any

import pytest

from blocks.sdk import BlockError
from tests.support.blocks import emitted


@pytest.mark.parametrize(
    ("inputs", "joined"),
    [
        ({"lists": []}, []),
        ({"lists": [[], []]}, []),
        ({"lists": [[1, 2], [], ["é", [3]]]}, [1, 2, "é", [3]]),
        ({"lists": [[1, True], [1.0, "1"]], "deduplicate": True}, [1, True, "1"]),
        ({"lists": [[None, 0], [None]], "remove_none": True}, [0]),
        ({"lists": [[None], [None]], "deduplicate": True}, [None]),
        ({"lists": ["[1]", "a"]}, [1, "a"]),
    ],
)
def test_lists_are_joined(inputs: dict[str, Any], joined: list[Any]) -> None:
    assert emitted("ConcatenateListsBlock", inputs) == [
        ("concatenated_list", joined),
        ("length", len(joined)),
    ]


@pytest.mark.parametrize(
    ("nested", "limit", "flat", "depth"),
    [
        ([], -1, [], 1),
        ([1, 2], -1, [1, 2], 1),
        ([[1, 2], [3, [4, 5]]], -1, [1, 2, 3, 4, 5], 3),
        ([1, [2, [3, [4]]]], 0, [1, [2, [3, [4]]]], 4),
        ([1, [2, [3, [4]]], 5], 1, [1, 2, [3, [4]], 5], 4),
        ([1, [2, [3, [4]]]], 2, [1, 2, 3, [4]], 4),
        ([1, [2]], 99, [1, 2], 2),
        ([[], [[]]], -1, [], 3),
        ([{"a": [1]}, "[2]"], -1, [{"a": [1]}, "[2]"], 1),
    ],
)
def test_nested_list_is_flattened_as_deep_as_asked(
    nested: list[Any], limit: int, flat: list[Any], depth: int
) -> None:
    assert emitted("FlattenListBlock", {"nested_list": nested, "max_depth": limit}) == [
        ("flattened_list", flat),
        ("length", len(flat)),
        ("original_depth", depth),
    ]


def test_very_deep_list_is_flattened() -> None:
    nested: list[Any] = ["core"]
    for _ in range(198):
        nested = [nested]

    assert emitted("FlattenListBlock", {"nested_list": nested}) == [
        ("flattened_list", ["core"]),
        ("length", 1),
        ("original_depth", 199),
    ]


def test_depth_below_minus_one_is_refused() -> None:
    with pytest.raises(BlockError, match="`max_depth` is -2"):
        emitted("FlattenListBlock", {"nested_list": [1], "max_depth": -2})


@pytest.mark.parametrize(
    ("lists", "woven"),
    [
        ([], []),
        ([[1, 2, 3], ["a"]], [1, "a", 2, 3]),
        ([[], [1], [None, 2]], [1, None, 2]),
    ],
)
def test_lists_take_turns(lists: list[Any], woven: list[Any]) -> None:
    assert emitted("InterleaveListsBlock", {"lists": lists}) == [
        ("interleaved_list", woven),
        ("length", len(woven)),
    ]


@pytest.mark.parametrize(
    ("inputs", "groups"),
    [
        ({"lists": []}, []),
        ({"lists": [], "pad_to_longest": True}, []),
        ({"lists": [[1, 2], ["a"]]}, [[1, "a"]]),
        ({"lists": [[1, 2], ["a"]], "pad_to_longest": True}, [[1, "a"], [2, None]]),
        (
            {"lists": [[1, 2], []], "pad_to_longest": True, "fill_value": 0},
            [[1, 0], [2, 0]],
        ),
    ],
)
def test_lists_are_zipped(inputs: dict[str, Any], groups: list[Any]) -> None:
    assert emitted("ZipListsBlock", inputs) == [("zipped_list", groups), ("length", len(groups))]


@pytest.mark.parametrize(
    ("one", "other", "symmetric", "difference"),
    [
        ([1, 2, 3], [2], False, [1, 3]),
        ([1, 1, 2], [2], False, [1, 1]),
        ([1, True, "1"], [1.0], False, [True, "1"]),
        ([{"a": 1}], [{"a": True}], False, [{"a": 1}]),
        ([1, 2], [2, 3], True, [1, 3]),
        ([], [], True, []),
    ],
)
def test_difference_goes_by_json_equality(
    one: list[Any], other: list[Any], symmetric: bool, difference: list[Any]
) -> None:
    inputs = {"list_a": one, "list_b": other, "symmetric": symmetric}

    assert emitted("ListDifferenceBlock", inputs) == [
        ("difference", difference),
        ("length", len(difference)),
    ]


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        ([3, 1, 3, 2], [2, 3], [3, 2]),
        ([True, 1], [1.0], [1]),
        ([[1, {"a": None}]], [[1.0, {"a": None}]], [[1, {"a": None}]]),
        ([1], [], []),
    ],
)
def test_intersection_has_each_value_once_in_the_first_lists_order(
    one: list[Any], other: list[Any], common: list[Any]
) -> None:
    assert emitted("ListIntersectionBlock", {"list_a": one, "list_b": other}) == [
        ("intersection", common),
        ("length", len(common)),
    ]


def test_large_lists_are_compared_in_good_time() -> None:
    one, other = list(range(100_000)), list(range(50_000, 150_000))

    [(_, common), length] = emitted("ListIntersectionBlock", {"list_a": one, "list_b": other})

    assert (common[0], common[-1], length) == (50_000, 99_999, ("length", 50_000))
