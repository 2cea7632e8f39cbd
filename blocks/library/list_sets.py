"""Blocks that join, flatten and compare whole lists. None changes the lists it was given."""

from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import Any

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin
from blocks.sdk.equality import json_key, unique


class ConcatenateListsInputs(InputPins):
    lists: list[list[Any]] = pin(description="The lists to join, in order")
    deduplicate: bool = pin(False, description="Keep each value once", advanced=True)
    remove_none: bool = pin(False, description="Leave empty (null) items out", advanced=True)


class ConcatenateListsOutputs(OutputPins):
    concatenated_list: list[Any] = pin([], description="All items in one list")
    length: int = pin(0, description="How many items it has")


@block(
    id="3cf9298b-5817-4141-9d80-7c2cc5199c8e",
    name="ConcatenateListsBlock",
    categories=[Category.BASIC],
    examples=[
        (
            ConcatenateListsInputs(lists=[[1, 2], [], [2]]),
            ConcatenateListsOutputs(concatenated_list=[1, 2, 2], length=3),
        ),
        (
            ConcatenateListsInputs(lists=[[1, None], [1]], deduplicate=True, remove_none=True),
            ConcatenateListsOutputs(concatenated_list=[1], length=1),
        ),
    ],
)
def concatenate_lists(inputs: ConcatenateListsInputs) -> Iterator[ConcatenateListsOutputs]:
    """Join lists end to end."""
    items = list(chain.from_iterable(inputs.lists))
    if inputs.remove_none:
        items = [item for item in items if item is not None]
    if inputs.deduplicate:
        items = unique(items)
    yield ConcatenateListsOutputs(concatenated_list=items, length=len(items))


class FlattenListInputs(InputPins):
    nested_list: list[Any] = pin(description="A list that may hold lists, which may hold lists…")
    max_depth: int = pin(
        -1, description="How many levels of lists to open; -1 opens them all", advanced=True
    )


class FlattenListOutputs(OutputPins):
    flattened_list: list[Any] = pin([], description="The items without their inner lists")
    length: int = pin(0, description="How many items it has")
    original_depth: int = pin(1, description="How deeply the list was nested; a plain list is 1")


@block(
    id="cc45bb0f-d035-4756-96a7-fe3e36254b4d",
    name="FlattenListBlock",
    categories=[Category.BASIC],
    examples=[
        (
            FlattenListInputs(nested_list=["a", ["b", ["c"]]]),
            FlattenListOutputs(flattened_list=["a", "b", "c"], length=3, original_depth=3),
        ),
        (
            FlattenListInputs(nested_list=["a", ["b", ["c"]]], max_depth=1),
            FlattenListOutputs(flattened_list=["a", "b", ["c"]], length=3, original_depth=3),
        ),
    ],
)
def flatten_list(inputs: FlattenListInputs) -> Iterator[FlattenListOutputs]:
    """Take the items out of the lists inside a list, at all levels or only the outer ones."""
    if inputs.max_depth < -1:
        raise BlockError(f"`max_depth` is {inputs.max_depth}. Use 0 or more, or -1 for all levels.")
    flattened = level = inputs.nested_list
    depth = 1
    while any(isinstance(item, list) for item in level):
        level = _open_once(level)
        if inputs.max_depth == -1 or depth <= inputs.max_depth:
            flattened = level
        depth += 1
    yield FlattenListOutputs(flattened_list=flattened, length=len(flattened), original_depth=depth)


def _open_once(items: list[Any]) -> list[Any]:
    """Return the items with the outermost inner lists opened."""
    return [inner for item in items for inner in (item if isinstance(item, list) else [item])]


class InterleaveListsInputs(InputPins):
    lists: list[list[Any]] = pin(description="The lists to take turns from")


class InterleaveListsOutputs(OutputPins):
    interleaved_list: list[Any] = pin([], description="One item of each list in turn")
    length: int = pin(0, description="How many items it has")


@block(
    id="9f616084-1d9f-4f8e-bc00-5b9d2a75cd75",
    name="InterleaveListsBlock",
    categories=[Category.BASIC],
    examples=[
        (
            InterleaveListsInputs(lists=[[1, 2, 3], ["a", "b"]]),
            InterleaveListsOutputs(interleaved_list=[1, "a", 2, "b", 3], length=5),
        ),
    ],
)
def interleave_lists(inputs: InterleaveListsInputs) -> Iterator[InterleaveListsOutputs]:
    """Take one item from each list in turn, until all are used up."""
    missing = object()
    turns = zip_longest(*inputs.lists, fillvalue=missing)
    items = [item for turn in turns for item in turn if item is not missing]
    yield InterleaveListsOutputs(interleaved_list=items, length=len(items))


class ZipListsInputs(InputPins):
    lists: list[list[Any]] = pin(description="The lists whose items belong together")
    pad_to_longest: bool = pin(
        False,
        description="Fill up shorter lists instead of stopping at the shortest",
        advanced=True,
    )
    fill_value: Any = pin(None, description="What shorter lists are filled up with", advanced=True)


class ZipListsOutputs(OutputPins):
    zipped_list: list[list[Any]] = pin([], description="The first items, then the second items, …")
    length: int = pin(0, description="How many groups it has")


@block(
    id="0d0e684f-5cb9-4c4b-b8d1-47a0860e0c07",
    name="ZipListsBlock",
    categories=[Category.BASIC],
    examples=[
        (
            ZipListsInputs(lists=[["a", "b", "c"], [1, 2]]),
            ZipListsOutputs(zipped_list=[["a", 1], ["b", 2]], length=2),
        ),
        (
            ZipListsInputs(lists=[["a", "b"], [1]], pad_to_longest=True, fill_value=0),
            ZipListsOutputs(zipped_list=[["a", 1], ["b", 0]], length=2),
        ),
    ],
)
def zip_lists(inputs: ZipListsInputs) -> Iterator[ZipListsOutputs]:
    """Group the items that stand at the same place in several lists."""
    if inputs.pad_to_longest:
        groups = [list(group) for group in zip_longest(*inputs.lists, fillvalue=inputs.fill_value)]
    else:
        groups = [list(group) for group in zip(*inputs.lists, strict=False)]
    yield ZipListsOutputs(zipped_list=groups, length=len(groups))


class ListDifferenceInputs(InputPins):
    list_a: list[Any] = pin(description="The list to keep items of")
    list_b: list[Any] = pin(description="The list whose items are left out")
    symmetric: bool = pin(
        False, description="Add the items of the second list that the first lacks", advanced=True
    )


class ListDifferenceOutputs(OutputPins):
    difference: list[Any] = pin([], description="The items that only one of the lists has")
    length: int = pin(0, description="How many items it has")


@block(
    id="05309873-9d61-447e-96b5-b804e2511829",
    name="ListDifferenceBlock",
    categories=[Category.BASIC],
    examples=[
        (
            ListDifferenceInputs(list_a=[1, 2, 3], list_b=[2, 4]),
            ListDifferenceOutputs(difference=[1, 3], length=2),
        ),
        (
            ListDifferenceInputs(list_a=[1, 2, 3], list_b=[2, 4], symmetric=True),
            ListDifferenceOutputs(difference=[1, 3, 4], length=3),
        ),
    ],
)
def list_difference(inputs: ListDifferenceInputs) -> Iterator[ListDifferenceOutputs]:
    """Keep the items of one list that another does not have."""
    difference = _without(inputs.list_a, inputs.list_b)
    if inputs.symmetric:
        difference += _without(inputs.list_b, inputs.list_a)
    yield ListDifferenceOutputs(difference=difference, length=len(difference))


class ListIntersectionInputs(InputPins):
    list_a: list[Any] = pin(description="One list; its order is kept")
    list_b: list[Any] = pin(description="The other list")


class ListIntersectionOutputs(OutputPins):
    intersection: list[Any] = pin([], description="The items that both lists have, each once")
    length: int = pin(0, description="How many items it has")


@block(
    id="b6eb08b6-dbe3-411b-b9b4-2508cb311a1f",
    name="ListIntersectionBlock",
    categories=[Category.BASIC],
    examples=[
        (
            ListIntersectionInputs(list_a=[3, 1, 2, 1], list_b=[1, 3, 5]),
            ListIntersectionOutputs(intersection=[3, 1], length=2),
        ),
    ],
)
def list_intersection(inputs: ListIntersectionInputs) -> Iterator[ListIntersectionOutputs]:
    """Keep what two lists have in common, each value once."""
    wanted = {json_key(item) for item in inputs.list_b}
    common = unique(item for item in inputs.list_a if json_key(item) in wanted)
    yield ListIntersectionOutputs(intersection=common, length=len(common))


def _without(items: list[Any], unwanted: list[Any]) -> list[Any]:
    keys = {json_key(item) for item in unwanted}
    return [item for item in items if json_key(item) not in keys]
