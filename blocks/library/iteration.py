"""Blocks that repeat."""

from collections.abc import Iterator
from typing import Any

from blocks.sdk import BlockError, Category, InputPins, OutputPins, block, pin
from kernel.jsontypes import NotJSON, loads

MOST_ITEMS = 10_000
LONGEST_TEXT = 1024 * 1024


class StepThroughItemsInputs(InputPins):
    items: list[Any] = pin([], description="A list of items", placeholder="[1, 2, 3]")
    items_object: dict[str, Any] = pin({}, description="An object whose values are the items")
    items_str: str = pin("", description="A list or an object, as JSON text")


class StepThroughItemsOutputs(OutputPins):
    item: Any = pin(None, description="One item after another")
    key: Any = pin(None, description="The item's place in the list, from 0, or its key")


@block(
    id="f66a3543-28d3-4ab5-8945-9b336371e2ce",
    name="StepThroughItemsBlock",
    categories=[Category.LOGIC],
    legacy_ids=["f8e7d6c5-b4a3-2c1d-0e9f-8g7h6i5j4k3l"],
    examples=[
        (
            StepThroughItemsInputs(items=["a", "b"]),
            StepThroughItemsOutputs(item="a", key=0),
            StepThroughItemsOutputs(item="b", key=1),
        ),
        (
            StepThroughItemsInputs(items_object={"x": 1}, items_str='["c"]'),
            StepThroughItemsOutputs(item=1, key="x"),
            StepThroughItemsOutputs(item="c", key=0),
        ),
        (StepThroughItemsInputs(),),
    ],
)
def step_through(inputs: StepThroughItemsInputs) -> Iterator[StepThroughItemsOutputs]:
    """Hand on the items of a list or an object one by one, each with its place or key."""
    sources: list[list[Any] | dict[str, Any]] = [inputs.items, inputs.items_object]
    sources.append(_parsed(inputs.items_str) if inputs.items_str else [])
    count = sum(map(len, sources))
    if count > MOST_ITEMS:
        raise BlockError(f"There are {count:,} items; {MOST_ITEMS:,} is the most to step through.")
    for source in sources:
        pairs = source.items() if isinstance(source, dict) else enumerate(source)
        for key, item in pairs:
            yield StepThroughItemsOutputs(item=item, key=key)


def _parsed(text: str) -> list[Any] | dict[str, Any]:
    if len(text) > LONGEST_TEXT:
        raise BlockError(f"`items_str` has more than {LONGEST_TEXT:,} characters.")
    try:
        items = loads(text)
    except NotJSON as error:
        raise BlockError(f"`items_str`: {error} Write a list like [1, 2, 3].") from None
    if not isinstance(items, list | dict):
        raise BlockError("`items_str` is neither a list nor an object. Write it like [1, 2, 3].")
    return items
