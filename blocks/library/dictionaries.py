"""Blocks for dictionaries (JSON objects). None changes the dictionary it was given.

Keys are texts, as in JSON: a key given as a whole number finds the entry of that name.
"""

import re
from collections.abc import Iterator
from typing import Any

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin
from kernel.jsontypes import NotJSON, loads


class CreateDictionaryInputs(InputPins):
    values: dict[str, Any] = pin(description="The entries: link or set one value for each key")


class CreateDictionaryOutputs(OutputPins):
    dictionary: dict[str, Any] = pin({}, description="The dictionary")


@block(
    id="b924ddf4-de4f-4b56-9a85-358930dcbc91",
    name="CreateDictionaryBlock",
    categories=[Category.DATA],
    examples=[
        (
            CreateDictionaryInputs(values={"name": "Ada", "age": 36}),
            CreateDictionaryOutputs(dictionary={"name": "Ada", "age": 36}),
        ),
        (CreateDictionaryInputs(values={}), CreateDictionaryOutputs(dictionary={})),
    ],
)
def create_dictionary(inputs: CreateDictionaryInputs) -> Iterator[CreateDictionaryOutputs]:
    """Make a dictionary of keys and their values."""
    yield CreateDictionaryOutputs(dictionary=inputs.values)


class AddToDictionaryInputs(InputPins):
    dictionary: dict[str, Any] = pin({}, description="Where to add; empty if not given")
    key: str = pin("", description="The key of one new entry; without it, only entries are added")
    value: Any = pin(None, description="The value of that entry; without it, nothing is added")
    entries: dict[str, Any] = pin({}, description="More entries to add", advanced=True)


class AddToDictionaryOutputs(OutputPins):
    updated_dictionary: dict[str, Any] = pin({}, description="A new dictionary with the entries")


@block(
    id="31d1064e-7446-4693-a7d4-65e5ca1180d1",
    name="AddToDictionaryBlock",
    categories=[Category.BASIC],
    examples=[
        (
            AddToDictionaryInputs(dictionary={"a": 1}, key="b", value=2),
            AddToDictionaryOutputs(updated_dictionary={"a": 1, "b": 2}),
        ),
        (
            AddToDictionaryInputs(dictionary={"a": 1}, entries={"a": 0, "c": 3}),
            AddToDictionaryOutputs(updated_dictionary={"a": 0, "c": 3}),
        ),
    ],
)
def add_to_dictionary(inputs: AddToDictionaryInputs) -> Iterator[AddToDictionaryOutputs]:
    """Add entries to a dictionary. An entry whose key is there already takes its place."""
    one = {inputs.key: inputs.value} if inputs.key and inputs.value is not None else {}
    yield AddToDictionaryOutputs(updated_dictionary=inputs.dictionary | one | inputs.entries)


class FindInDictionaryInputs(InputPins):
    input: Any = pin(description="A dictionary, a list, or the JSON text of one")
    key: str | int = pin(description="The key to look up, or the place in a list, counted from 0")


class FindInDictionaryOutputs(OutputPins):
    output: Any = pin(None, description="The value found")
    missing: Any = pin(None, description="What was searched, if it does not have the key")


@block(
    id="0e50422c-6dee-4145-83d6-3a5a392f65de",
    name="FindInDictionaryBlock",
    categories=[Category.BASIC],
    legacy_ids=["b2g2c3d4-5e6f-7g8h-9i0j-k1l2m3n4o5p6"],
    examples=[
        (FindInDictionaryInputs(input={"a": 1}, key="a"), FindInDictionaryOutputs(output=1)),
        (
            FindInDictionaryInputs(input={"a": 1}, key="b"),
            FindInDictionaryOutputs(missing={"a": 1}),
        ),
        (FindInDictionaryInputs(input=["x", "y"], key=1), FindInDictionaryOutputs(output="y")),
        (
            FindInDictionaryInputs(input=[{"a": 1}, {"b": 2}, {"a": 3}], key="a"),
            FindInDictionaryOutputs(output=[1, 3]),
        ),
        (
            FindInDictionaryInputs(input='{"a": [true]}', key="a"),
            FindInDictionaryOutputs(output=[True]),
        ),
    ],
)
def find_in_dictionary(inputs: FindInDictionaryInputs) -> Iterator[FindInDictionaryOutputs]:
    """Look up a key in a dictionary or a place in a list.

    A key that is no number, looked up in a list, collects that key from each dictionary in it.
    """
    value = _parsed(inputs.input) if isinstance(inputs.input, str) else inputs.input
    place = _place(inputs.key)
    if isinstance(value, dict) and str(inputs.key) in value:
        yield FindInDictionaryOutputs(output=value[str(inputs.key)])
    elif isinstance(value, list) and place is None:
        found = [item[inputs.key] for item in value if _has(item, inputs.key)]
        yield FindInDictionaryOutputs(output=found)
    elif isinstance(value, list) and place is not None and 0 <= place < len(value):
        yield FindInDictionaryOutputs(output=value[place])
    else:
        yield FindInDictionaryOutputs(missing=inputs.input)


def _parsed(text: str) -> Any:
    try:
        return loads(text)
    except NotJSON as error:
        raise BlockError(f"`input` is a text, but not of JSON. {error}") from None


def _place(key: str | int) -> int | None:
    """Return the place in a list that the key means, or None for the name of an entry."""
    if isinstance(key, int):
        return key
    return int(key) if re.fullmatch("-?[0-9]{1,15}", key) else None


def _has(item: Any, key: str | int) -> bool:
    return isinstance(item, dict) and key in item


class RemoveFromDictionaryInputs(InputPins):
    dictionary: dict[str, Any] = pin(description="The dictionary to remove from")
    key: str | int = pin(description="The key of the entry that goes")
    return_value: bool = pin(False, description="Emit the removed value too")


class RemoveFromDictionaryOutputs(OutputPins):
    updated_dictionary: dict[str, Any] = pin({}, description="A new dictionary without the entry")
    removed_value: Any = pin(None, description="The removed value, if it was asked for")


@block(
    id="46afe2ea-c613-43f8-95ff-6692c3ef6876",
    name="RemoveFromDictionaryBlock",
    categories=[Category.BASIC],
    examples=[
        (
            RemoveFromDictionaryInputs(dictionary={"a": 1, "b": 2}, key="a"),
            RemoveFromDictionaryOutputs(updated_dictionary={"b": 2}),
        ),
        (
            RemoveFromDictionaryInputs(dictionary={"a": 1}, key="a", return_value=True),
            RemoveFromDictionaryOutputs(updated_dictionary={}, removed_value=1),
        ),
    ],
)
def remove_from_dictionary(
    inputs: RemoveFromDictionaryInputs,
) -> Iterator[RemoveFromDictionaryOutputs]:
    """Remove one entry from a dictionary."""
    key = _existing(inputs.dictionary, inputs.key)
    rest = {name: value for name, value in inputs.dictionary.items() if name != key}
    if inputs.return_value:
        removed = inputs.dictionary[key]
        yield RemoveFromDictionaryOutputs(updated_dictionary=rest, removed_value=removed)
    else:
        yield RemoveFromDictionaryOutputs(updated_dictionary=rest)


class ReplaceDictionaryValueInputs(InputPins):
    dictionary: dict[str, Any] = pin(description="The dictionary with the entry")
    key: str | int = pin(description="The key of the entry")
    value: Any = pin(description="Its new value")


class ReplaceDictionaryValueOutputs(OutputPins):
    updated_dictionary: dict[str, Any] = pin({}, description="A new dictionary with the value")
    old_value: Any = pin(None, description="The value that was there")


@block(
    id="27e31876-18b6-44f3-ab97-f6226d8b3889",
    name="ReplaceDictionaryValueBlock",
    categories=[Category.BASIC],
    examples=[
        (
            ReplaceDictionaryValueInputs(dictionary={"a": 1, "b": 2}, key="a", value=9),
            ReplaceDictionaryValueOutputs(updated_dictionary={"a": 9, "b": 2}, old_value=1),
        ),
    ],
)
def replace_dictionary_value(
    inputs: ReplaceDictionaryValueInputs,
) -> Iterator[ReplaceDictionaryValueOutputs]:
    """Give an entry that a dictionary has another value."""
    key = _existing(inputs.dictionary, inputs.key)
    yield ReplaceDictionaryValueOutputs(
        updated_dictionary=inputs.dictionary | {key: inputs.value},
        old_value=inputs.dictionary[key],
    )


class DictionaryIsEmptyInputs(InputPins):
    dictionary: dict[str, Any] = pin(description="The dictionary to look at")


class DictionaryIsEmptyOutputs(OutputPins):
    is_empty: bool = pin(False, description="Whether the dictionary has no entries")


@block(
    id="a3cf3f64-6bb9-4cc6-9900-608a0b3359b0",
    name="DictionaryIsEmptyBlock",
    categories=[Category.BASIC],
    examples=[
        (DictionaryIsEmptyInputs(dictionary={}), DictionaryIsEmptyOutputs(is_empty=True)),
        (DictionaryIsEmptyInputs(dictionary={"a": None}), DictionaryIsEmptyOutputs(is_empty=False)),
    ],
)
def dictionary_is_empty(inputs: DictionaryIsEmptyInputs) -> Iterator[DictionaryIsEmptyOutputs]:
    """Tell whether a dictionary has no entries."""
    yield DictionaryIsEmptyOutputs(is_empty=not inputs.dictionary)


def _existing(dictionary: dict[str, Any], key: str | int) -> str:
    """Return the key as the dictionary has it. Raises BlockError where it does not."""
    if str(key) in dictionary:
        return str(key)
    raise BlockError(f"The dictionary has no key {key!r}.")
