"""Pinned outputs: recorded values that a node gives instead of running its block.

An editor pins what a node gave (``metadata.pinned``: values by output pin) and goes on with the rest
of the graph. In a graph that is built with its pins (`Graph.build` with ``with_pins``) such a node
has a block that takes anything and emits these values, each time the node gets its inputs; so every
other rule treats it as it treats any node. Outputs and notes cannot be pinned: they give nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from blocks.sdk import BlockKind, BlockSpec, Emit, InputPins, OutputPins, PinName

if TYPE_CHECKING:
    from agents.engine.graph import Node

PINNED = "pinned"  # the key of a node's metadata
ERROR_PIN = "error"
NEVER_PINNED = frozenset({BlockKind.OUTPUT, BlockKind.NOTE})
BLOCK_ID = UUID("5a1d7c0e-62a3-4a0c-9a51-3f0b8c2d6e94")

Pinned = Mapping[str, list[Any]]


class Anything(InputPins):
    """Whatever arrives."""


class Recorded(OutputPins):
    """Whatever was recorded."""


def pinned_values(node: "Node") -> Pinned | None:
    """Return the values that the node gives instead of running; None where it is not pinned.

    What cannot be read as values by pin counts as not pinned.
    """
    given = node.metadata.get(PINNED)
    if node.kind in NEVER_PINNED or not isinstance(given, Mapping):
        return None
    values = {pin: list(some) for pin, some in given.items() if isinstance(some, list)}
    return values or None


def with_pinned(node: "Node") -> "Node":
    """Return the node as it is in a run that respects pins."""
    values = pinned_values(node)
    if values is None:
        return node
    is_input = node.kind is BlockKind.INPUT
    return replace(
        node,
        block=_block(node, values),
        input_default=node.input_default if is_input else {},  # nobody reads them
        pinned=values,
    )


def _block(node: "Node", values: Pinned) -> BlockSpec:
    real = node.block
    return BlockSpec(
        id=BLOCK_ID,
        name="PinnedOutputs",
        title=real.title if real else "Unknown block",
        description="Gives what was pinned.",
        inputs=Anything,
        outputs=Recorded,
        function=_giving(values),
        kind=BlockKind.INPUT if node.kind is BlockKind.INPUT else BlockKind.STANDARD,
        static_output=real.static_output if real else False,
    )


def _giving(values: Pinned) -> Callable[[InputPins], Iterator[Emit]]:
    """Return the block's function. An error comes last, because it ends the node."""
    pins = sorted(values, key=lambda pin: pin == ERROR_PIN)
    emitted = [Emit(PinName(pin), value) for pin in pins for value in values[pin]]
    return lambda inputs: iter(emitted)
