from typing import Any

import pytest

from blocks.sdk import BlockError
from tests.support.blocks import emitted


@pytest.mark.parametrize("values", [{}, {"a": None, "é": [1], "": {"b": 2}}])
def test_dictionary_has_the_values_under_their_keys(values: dict[str, Any]) -> None:
    assert emitted("CreateDictionaryBlock", {"values": values}) == [("dictionary", values)]


def test_text_of_an_object_is_read_as_the_values() -> None:
    assert emitted("CreateDictionaryBlock", {"values": '{"a": 1}'}) == [("dictionary", {"a": 1})]


@pytest.mark.parametrize(
    ("inputs", "updated"),
    [
        ({}, {}),
        ({"dictionary": {"a": 1}, "key": "b", "value": 2}, {"a": 1, "b": 2}),
        ({"dictionary": {"a": 1}, "key": "a", "value": False}, {"a": False}),
        ({"dictionary": {"a": 1}, "key": "b"}, {"a": 1}),
        ({"dictionary": {"a": 1}, "value": 2}, {"a": 1}),
        ({"key": "a", "value": 1, "entries": {"a": 2, "b": 3}}, {"a": 2, "b": 3}),
        ({"entries": {"a": None}}, {"a": None}),
    ],
)
def test_entries_are_added_over_what_is_there(
    inputs: dict[str, Any], updated: dict[str, Any]
) -> None:
    assert emitted("AddToDictionaryBlock", inputs) == [("updated_dictionary", updated)]


@pytest.mark.parametrize(
    ("where", "key", "found"),
    [
        ({"a": 1}, "a", 1),
        ({"a": None}, "a", None),
        ({"1": "one"}, 1, "one"),
        ({"é": 1}, "é", 1),
        (["x", "y"], 0, "x"),
        (["x", "y"], "1", "y"),
        ([{"a": 1}, {"b": 2}, "a", {"a": 3}], "a", [1, 3]),
        ([], "a", []),
        ([{"b": 1}], "a", []),
        ('{"a": {"b": 1}}', "a", {"b": 1}),
        ("[7, 8]", 1, 8),
    ],
)
def test_key_is_found(where: Any, key: str | int, found: Any) -> None:
    assert emitted("FindInDictionaryBlock", {"input": where, "key": key}) == [("output", found)]


@pytest.mark.parametrize(
    ("where", "key"),
    [
        ({}, "a"),
        ({"a": 1}, "A"),
        ({"a": 1}, "__class__"),
        ([1], 1),
        ([1], -1),
        ([1], 10**30),
        (5, "real"),
        ("7", "a"),
        ('{"a": 1}', "b"),
    ],
)
def test_what_lacks_the_key_is_handed_on_as_it_came(where: Any, key: str | int) -> None:
    assert emitted("FindInDictionaryBlock", {"input": where, "key": key}) == [("missing", where)]


@pytest.mark.parametrize("text", ["", "plain words", "{'a': 1}", "[" * 100_000, '{"a": NaN}'])
def test_text_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(BlockError, match="`input` is a text, but not of JSON"):
        emitted("FindInDictionaryBlock", {"input": text, "key": "a"})


def test_entry_is_removed() -> None:
    inputs = {"dictionary": {"a": 1, "b": 2}, "key": "a"}

    assert emitted("RemoveFromDictionaryBlock", inputs) == [("updated_dictionary", {"b": 2})]


def test_removed_value_is_emitted_if_asked_for() -> None:
    inputs = {"dictionary": {"1": None}, "key": 1, "return_value": True}

    assert emitted("RemoveFromDictionaryBlock", inputs) == [
        ("updated_dictionary", {}),
        ("removed_value", None),
    ]


def test_value_is_replaced() -> None:
    inputs = {"dictionary": {"a": [1], "b": 2}, "key": "a", "value": 0}

    assert emitted("ReplaceDictionaryValueBlock", inputs) == [
        ("updated_dictionary", {"a": 0, "b": 2}),
        ("old_value", [1]),
    ]


@pytest.mark.parametrize("name", ["RemoveFromDictionaryBlock", "ReplaceDictionaryValueBlock"])
def test_absent_key_is_refused(name: str) -> None:
    with pytest.raises(BlockError) as refused:
        emitted(name, {"dictionary": {"a": 1}, "key": "b", "value": 1})

    assert str(refused.value) == "The dictionary has no key 'b'."


@pytest.mark.parametrize(("dictionary", "empty"), [({}, True), ({"": None}, False)])
def test_dictionary_is_empty_only_without_entries(dictionary: dict[str, Any], empty: bool) -> None:
    assert emitted("DictionaryIsEmptyBlock", {"dictionary": dictionary}) == [("is_empty", empty)]
