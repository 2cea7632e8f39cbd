"""Blocks that make and extend lists. None changes the list it was given."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import Category, InputPins, OutputPins, block, pin
from kernel.jsontypes import dumps

CHARACTERS_PER_TOKEN = 4
"""What a language model's token holds on average; counting exactly would need its vocabulary."""


class CreateListInputs(InputPins):
    values: list[Any] = pin(description="The items, in order")
    max_size: int | None = pin(
        None, description="Emit lists of at most this many items; 0 is no limit", advanced=True
    )
    max_tokens: int | None = pin(
        None,
        description="Emit lists of about this many tokens, at 4 characters each; 0 is no limit",
        advanced=True,
    )


class CreateListOutputs(OutputPins):
    list_: list[Any] = pin([], name="list", description="The list, or one part of it after another")


@block(
    id="a912d5c7-6e00-4542-b2a9-8034136930e4",
    name="CreateListBlock",
    categories=[Category.DATA],
    examples=[
        (CreateListInputs(values=["a", 1, None]), CreateListOutputs(list_=["a", 1, None])),
        (
            CreateListInputs(values=[1, 2, 3], max_size=2),
            CreateListOutputs(list_=[1, 2]),
            CreateListOutputs(list_=[3]),
        ),
        (CreateListInputs(values=[]), CreateListOutputs(list_=[])),
    ],
)
def create_list(inputs: CreateListInputs) -> Iterator[CreateListOutputs]:
    """Make a list of values, whole or cut into parts by number of items or size in tokens.

    An item that alone exceeds the limit of tokens makes a part of its own.
    """
    part: list[Any] = []
    tokens = 0
    for value in inputs.values:
        size = _tokens(value) if inputs.max_tokens else 0
        if part and (
            _exceeds(len(part) + 1, inputs.max_size) or _exceeds(tokens + size, inputs.max_tokens)
        ):
            yield CreateListOutputs(list_=part)
            part, tokens = [], 0
        part.append(value)
        tokens += size
    if part or not inputs.values:
        yield CreateListOutputs(list_=part)


def _exceeds(amount: int, limit: int | None) -> bool:
    return limit is not None and 0 < limit < amount


def _tokens(value: Any) -> int:
    """Return about how many tokens the value is: its text, or its JSON."""
    text = value if isinstance(value, str) else dumps(value)
    return -(-len(text) // CHARACTERS_PER_TOKEN)


class AddToListInputs(InputPins):
    list_: list[Any] = pin([], name="list", description="The list to add to; empty if not given")
    entry: Any = pin(None, description="One item to add")
    entries: list[Any] = pin([], description="Items to add, before the one item", advanced=True)
    position: int | None = pin(
        None, description="Where to insert, counted from 0 (from the end if negative); else the end"
    )


class AddToListOutputs(OutputPins):
    updated_list: list[Any] = pin([], description="A new list with the items added")


@block(
    id="aeb08fc1-2fc1-4141-bc8e-f758f183a822",
    name="AddToListBlock",
    categories=[Category.BASIC],
    examples=[
        (AddToListInputs(list_=[1], entry=2), AddToListOutputs(updated_list=[1, 2])),
        (
            AddToListInputs(list_=["a", "d"], entries=["b"], entry="c", position=1),
            AddToListOutputs(updated_list=["a", "b", "c", "d"]),
        ),
    ],
)
def add_to_list(inputs: AddToListInputs) -> Iterator[AddToListOutputs]:
    """Add items to a list, at its end or at a position.

    Link the updated list back to this block's list to collect what a loop brings.
    """
    added = inputs.entries + ([] if inputs.entry is None else [inputs.entry])
    position = len(inputs.list_) if inputs.position is None else inputs.position
    yield AddToListOutputs(
        updated_list=inputs.list_[:position] + added + inputs.list_[position:],
    )


class ListIsEmptyInputs(InputPins):
    list_: list[Any] = pin(name="list", description="The list to look at")


class ListIsEmptyOutputs(OutputPins):
    is_empty: bool = pin(False, description="Whether the list has no items")


@block(
    id="896ed73b-27d0-41be-813c-c1c1dc856c03",
    name="ListIsEmptyBlock",
    categories=[Category.BASIC],
    examples=[
        (ListIsEmptyInputs(list_=[]), ListIsEmptyOutputs(is_empty=True)),
        (ListIsEmptyInputs(list_=[None]), ListIsEmptyOutputs(is_empty=False)),
    ],
)
def list_is_empty(inputs: ListIsEmptyInputs) -> Iterator[ListIsEmptyOutputs]:
    """Tell whether a list has no items."""
    yield ListIsEmptyOutputs(is_empty=not inputs.list_)


class ReverseListOrderInputs(InputPins):
    input_list: list[Any] = pin(description="The list to turn round")


class ReverseListOrderOutputs(OutputPins):
    reversed_list: list[Any] = pin([], description="A new list, last item first")


@block(
    id="422cb708-3109-4277-bfe3-bc2ae5812777",
    name="ReverseListOrderBlock",
    categories=[Category.BASIC],
    examples=[
        (
            ReverseListOrderInputs(input_list=[1, 2, 3]),
            ReverseListOrderOutputs(reversed_list=[3, 2, 1]),
        ),
    ],
)
def reverse_list_order(inputs: ReverseListOrderInputs) -> Iterator[ReverseListOrderOutputs]:
    """Put the items of a list in the opposite order."""
    yield ReverseListOrderOutputs(reversed_list=inputs.input_list[::-1])
