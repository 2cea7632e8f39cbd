"""Blocks that find, read, remove and replace one item of a list. The list itself stays as it is."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin
from blocks.sdk.equality import json_key


class FindInListInputs(InputPins):
    list_: list[Any] = pin(name="list", description="The list to search")
    value: Any = pin(description="The value to look for")


class FindInListOutputs(OutputPins):
    index: int = pin(0, description="Where the value first stands, counted from 0")
    found: bool = pin(False, description="Whether the list has the value")
    not_found_value: Any = pin(None, description="The value, if the list does not have it")


@block(
    id="5e2c6d0a-1e37-489f-b1d0-8e1812b23333",
    name="FindInListBlock",
    categories=[Category.BASIC],
    examples=[
        (
            FindInListInputs(list_=["a", "b", "b"], value="b"),
            FindInListOutputs(index=1, found=True),
        ),
        (
            FindInListInputs(list_=["a"], value="z"),
            FindInListOutputs(found=False, not_found_value="z"),
        ),
    ],
)
def find_in_list(inputs: FindInListInputs) -> Iterator[FindInListOutputs]:
    """Find where a value first stands in a list."""
    index = _find(inputs.list_, inputs.value)
    if index is None:
        yield FindInListOutputs(found=False, not_found_value=inputs.value)
    else:
        yield FindInListOutputs(index=index, found=True)


class GetListItemInputs(InputPins):
    list_: list[Any] = pin(name="list", description="The list to read from")
    index: int = pin(description="Which item, counted from 0; -1 is the last")


class GetListItemOutputs(OutputPins):
    item: Any = pin(None, description="The item")


@block(
    id="262ca24c-1025-43cf-a578-534e23234e97",
    name="GetListItemBlock",
    categories=[Category.BASIC],
    examples=[
        (GetListItemInputs(list_=["a", "b", "c"], index=1), GetListItemOutputs(item="b")),
        (GetListItemInputs(list_=["a", "b", "c"], index=-1), GetListItemOutputs(item="c")),
    ],
)
def get_list_item(inputs: GetListItemInputs) -> Iterator[GetListItemOutputs]:
    """Read one item of a list."""
    yield GetListItemOutputs(item=inputs.list_[_place(inputs.list_, inputs.index)])


class RemoveFromListInputs(InputPins):
    list_: list[Any] = pin(name="list", description="The list to remove from")
    value: Any = pin(None, description="The value whose first occurrence goes")
    index: int | None = pin(
        None, description="Which item goes, counted from 0; counts before the value"
    )
    return_item: bool = pin(False, description="Emit the removed item too")


class RemoveFromListOutputs(OutputPins):
    updated_list: list[Any] = pin([], description="A new list without the item")
    removed_item: Any = pin(None, description="The removed item, if it was asked for")


@block(
    id="d93c5a93-ac7e-41c1-ae5c-ef67e6e9b826",
    name="RemoveFromListBlock",
    categories=[Category.BASIC],
    examples=[
        (
            RemoveFromListInputs(list_=[1, 2, 3, 2], value=2),
            RemoveFromListOutputs(updated_list=[1, 3, 2]),
        ),
        (
            RemoveFromListInputs(list_=[1, 2, 3], index=-1, return_item=True),
            RemoveFromListOutputs(updated_list=[1, 2], removed_item=3),
        ),
    ],
)
def remove_from_list(inputs: RemoveFromListInputs) -> Iterator[RemoveFromListOutputs]:
    """Remove one item from a list, by its place or by its value."""
    items = list(inputs.list_)
    removed = items.pop(_place_to_remove(inputs))
    if inputs.return_item:
        yield RemoveFromListOutputs(updated_list=items, removed_item=removed)
    else:
        yield RemoveFromListOutputs(updated_list=items)


def _place_to_remove(inputs: RemoveFromListInputs) -> int:
    if inputs.index is not None:
        return _place(inputs.list_, inputs.index)
    if inputs.value is None:
        raise BlockError("Nothing says what to remove. Give `index` or `value`.")
    place = _find(inputs.list_, inputs.value)
    if place is None:
        raise BlockError("The list does not have the value that should be removed.")
    return place


class ReplaceListItemInputs(InputPins):
    list_: list[Any] = pin(name="list", description="The list with the item")
    index: int = pin(description="Which item to replace, counted from 0; -1 is the last")
    value: Any = pin(description="What to put in its place")


class ReplaceListItemOutputs(OutputPins):
    updated_list: list[Any] = pin([], description="A new list with the value in place")
    old_item: Any = pin(None, description="The item that was there")


@block(
    id="fbf62922-bea1-4a3d-8bac-23587f810b38",
    name="ReplaceListItemBlock",
    categories=[Category.BASIC],
    examples=[
        (
            ReplaceListItemInputs(list_=["a", "b"], index=0, value="z"),
            ReplaceListItemOutputs(updated_list=["z", "b"], old_item="a"),
        ),
    ],
)
def replace_list_item(inputs: ReplaceListItemInputs) -> Iterator[ReplaceListItemOutputs]:
    """Replace one item of a list by another value."""
    items = list(inputs.list_)
    place = _place(items, inputs.index)
    old, items[place] = items[place], inputs.value
    yield ReplaceListItemOutputs(updated_list=items, old_item=old)


def _find(items: list[Any], value: Any) -> int | None:
    """Return where the value first stands, or None."""
    wanted = json_key(value)
    return next((index for index, item in enumerate(items) if json_key(item) == wanted), None)


def _place(items: list[Any], index: int) -> int:
    """Return the index, counted from 0. Raises BlockError where the list has no such item."""
    place = index + len(items) if index < 0 else index
    if 0 <= place < len(items):
        return place
    raise BlockError(f"Index {index} is out of range: the list has {len(items)} items.")
