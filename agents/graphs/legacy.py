"""What older exports wrote differently."""

from collections.abc import Iterable, Mapping
from typing import Any

from agents.engine.pins import base
from blocks.sdk import BlockKind, registry

READ_SPREADSHEET = "acf7625e-d2cb-4941-bfeb-2819fc6fc015"
COMBINE_TEXTS = "e30a4d42-7b7d-4e6a-b36e-1f9b8e3b7d85"
_RENAMED_PINS: Mapping[str, Mapping[str, str]] = {
    # once ten pins, now items of one list
    COMBINE_TEXTS: {f"input{number}": f"input_$_{number - 1}" for number in range(1, 11)},
}


def present_block_id(block_id: str) -> str:
    """Return the id in use today for the id that a file names."""
    return registry.resolve(block_id)


def present_input_pin(block_id: str, pin: str) -> str:
    """Return today's name of an input pin of the block with this present id."""
    return _RENAMED_PINS.get(block_id, {}).get(pin, pin)


def reads_row_by_row(block_id: str, values: Mapping[str, Any], pins: Iterable[str]) -> bool:
    """Return whether a node read its table row by row, as the block once always did.

    ``pins`` are the output pins that links leave. Today a value chooses between ``row`` and
    ``rows``; files older than that have ``row`` linked and do not have the value.
    """
    if block_id != READ_SPREADSHEET or "produce_singular_result" in values:
        return False
    linked = {base(pin) for pin in pins}
    return "row" in linked and "rows" not in linked


def present_defaults(block_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a node's values under today's names of their pins."""
    present = {present_input_pin(block_id, pin): value for pin, value in values.items()}
    spec = registry.find(block_id)
    if spec is not None and spec.kind is BlockKind.AGENT and "inputs" not in present:
        present["inputs"] = present.pop("data", {})
    return present
