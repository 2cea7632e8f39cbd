"""Dynamic pins: selecting a part of an output, merging parts into an input."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.engine import pins
from agents.engine.ids import PinName


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("values", "values"),
        ("values_#_name", "values"),
        ("items_$_0", "items"),
        ("user_@_email", "user"),
        ("a_#_b_$_0", "a"),
        ("a_$_0_#_b", "a"),
        ("tools_^_search_~_query", "tools"),
        ("tools", "tools"),
        ("", ""),
        ("_#_x", ""),
    ],
)
def test_the_base_of_a_name_is_what_stands_before_its_first_delimiter(name: str, base: str) -> None:
    assert pins.base(name) == base


@pytest.mark.parametrize(
    ("name", "dynamic"),
    [("values_#_name", True), ("items_$_0", True), ("values", False), ("tools_^_a_~_b", False)],
)
def test_a_name_with_a_delimiter_is_dynamic(name: str, dynamic: bool) -> None:
    assert pins.is_dynamic(name) is dynamic


@pytest.mark.parametrize(
    ("value", "source", "carried"),
    [
        ([1, 2], "out", [1, 2]),
        (None, "out", None),
        ({"a": 1}, "out_#_a", 1),
        ({"a": {"b": [5, 6]}}, "out_#_a_#_b_$_1", 6),
        ([[1], [2]], "out_$_1_$_0", 2),
        ({"email": "a@b"}, "out_@_email", "a@b"),
        ({"a": 0}, "out_#_a", 0),
    ],
)
def test_a_link_carries_the_part_that_its_name_leads_to(
    value: Any, source: str, carried: Any
) -> None:
    assert pins.select(PinName("out"), value, source) == carried


@pytest.mark.parametrize(
    ("value", "source"),
    [
        ([1, 2], "other"),
        ([1, 2], "out_$_2"),
        ([1, 2], "out_$_-1"),
        ([1, 2], "out_$_x"),
        ([1, 2], "out_$_" + "9" * 5000),
        ([1, 2], "out_#_0"),
        ({"a": 1}, "out_#_b"),
        ({"a": None}, "out_#_a"),
        ({"a": 1}, "out_$_0"),
        ({"a": 1}, "out_#_"),
        ("text", "out_$_0"),
        ({"x": 1}, "outer"),
        (None, "out_#_a"),
    ],
)
def test_a_link_carries_nothing_where_its_name_leads_nowhere(value: Any, source: str) -> None:
    assert pins.select(PinName("out"), value, source) is pins.NOTHING


def test_parts_are_merged_into_their_base_and_stay_beside_it() -> None:
    merged = pins.merge({"values_#_a": 1, "values_#_b": 2, "other": 3})

    assert merged == {"values_#_a": 1, "values_#_b": 2, "other": 3, "values": {"a": 1, "b": 2}}


def test_a_base_that_is_there_is_extended_and_not_changed_in_place() -> None:
    base = {"a": 0, "kept": [1]}

    merged = pins.merge({"values": base, "values_#_a": 1})

    assert merged["values"] == {"a": 1, "kept": [1]}
    assert base == {"a": 0, "kept": [1]}


def test_list_items_are_padded_with_nothing() -> None:
    assert pins.merge({"items_$_2": "c", "items_$_0": "a"})["items"] == ["a", None, "c"]


def test_paths_go_on_inside() -> None:
    merged = pins.merge({"a_#_b_$_1": "x", "a_#_b_$_0": "w", "a_#_c": 1})

    assert merged["a"] == {"b": ["w", "x"], "c": 1}


def test_a_value_that_is_no_list_becomes_its_first_item() -> None:
    assert pins.merge({"items": 7, "items_$_1": 8})["items"] == [7, 8]


@pytest.mark.parametrize("name", ["items_$_x", "items_$_-1", "items_$_1.5", "items_$_²"])
def test_an_index_that_is_no_number_is_refused(name: str) -> None:
    with pytest.raises(pins.BadPin, match="not a whole number"):
        pins.merge({name: 1})


def test_an_index_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(pins.BadPin, match="over 9999"):
        pins.merge({"items_$_10000": 1})


def test_a_malformed_name_stays_a_plain_key() -> None:
    assert pins.merge({"values_#_": 1}) == {"values_#_": 1}


JSON = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def leaves(name: str, value: Any) -> dict[str, Any]:
    """Return the value taken apart into dynamic pins."""
    if isinstance(value, dict):
        parts = [leaves(f"{name}_#_{key}", member) for key, member in value.items()]
    elif isinstance(value, list):
        parts = [leaves(f"{name}_$_{index}", item) for index, item in enumerate(value)]
    else:
        return {name: value}
    return {key: leaf for part in parts for key, leaf in part.items()}


@given(value=st.dictionaries(st.text("abc", min_size=1, max_size=2), JSON, min_size=1))
def test_a_value_taken_apart_is_merged_back_whole(value: dict[str, Any]) -> None:
    assert pins.merge(leaves("pin", value))["pin"] == value


@given(value=st.dictionaries(st.text("abc", min_size=1, max_size=2), JSON, min_size=1))
def test_each_part_can_be_selected_by_the_name_it_was_merged_from(value: dict[str, Any]) -> None:
    for name, leaf in leaves("pin", value).items():
        assert pins.select(PinName("pin"), value, name) == leaf
