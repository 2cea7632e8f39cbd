"""What a block's author imports."""

from blocks.sdk.block import block
from blocks.sdk.context import Agents, Decision, Events, Files, Reviews, RunContext, Store
from blocks.sdk.errors import BlockError, EventTimedOut, InvalidPins, TransientBlockError
from blocks.sdk.pins import InputPins, OutputPins, PinName, pin
from blocks.sdk.registry import Registry, registry
from blocks.sdk.spec import BlockKind, BlockSpec, Category, Effect, Emit, Output

__all__ = [
    "Agents",
    "BlockError",
    "BlockKind",
    "BlockSpec",
    "Category",
    "Decision",
    "Effect",
    "Emit",
    "EventTimedOut",
    "Events",
    "Files",
    "InputPins",
    "InvalidPins",
    "Output",
    "OutputPins",
    "PinName",
    "Registry",
    "Reviews",
    "RunContext",
    "Store",
    "TransientBlockError",
    "block",
    "pin",
    "registry",
]
