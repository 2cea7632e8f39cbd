"""The ``@block`` decorator, and the BlockSpec that it makes of a function."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar, get_type_hints
from uuid import UUID

from blocks.sdk.context import RunContext
from blocks.sdk.pins import InputPins, OutputPins, PinName

Effect: TypeAlias = Literal["none", "idempotent", "external"]
"""What a second run would do: nothing anyone sees; the same again; something twice."""

Queue: TypeAlias = Literal["io", "cpu"]
"""``io`` blocks wait for something; ``cpu`` blocks compute, or run someone's code."""


class BlockKind(StrEnum):
    """What role a block plays in a graph. Values are the reference platform's ``uiType``."""

    STANDARD = "Standard"
    INPUT = "Input"
    OUTPUT = "Output"
    NOTE = "Note"
    WEBHOOK = "Webhook"
    WEBHOOK_MANUAL = "Webhook (manual)"
    AGENT = "Agent"
    AI = "AI"
    HUMAN_IN_THE_LOOP = "Human In The Loop"
    MCP_TOOL = "MCP Tool"
    UNKNOWN = "Unknown"


class Category(StrEnum):
    """Where the palette shows a block; the value is the category's description."""

    AI = "Blocks that use a language model"
    SOCIAL = "Blocks for social networks"
    TEXT = "Blocks that work on text"
    SEARCH = "Blocks that find things"
    BASIC = "Blocks that most agents need"
    INPUT = "Blocks that bring values into an agent"
    OUTPUT = "Blocks that bring values out of an agent"
    LOGIC = "Blocks that decide, compute and repeat"
    COMMUNICATION = "Blocks that send and receive messages"
    DEVELOPER_TOOLS = "Blocks for developers"
    DATA = "Blocks that read and shape data"
    HARDWARE = "Blocks that drive machines"
    AGENT = "Blocks that run other agents"
    CRM = "Blocks for customer relations"
    SAFETY = "Blocks that check what others do"
    PRODUCTIVITY = "Blocks for everyday work"
    ISSUE_TRACKING = "Blocks for issue trackers"
    MULTIMEDIA = "Blocks for pictures, sound and video"
    MARKETING = "Blocks for marketing"


class Emit(NamedTuple):
    """One value on one pin, for blocks whose output pins are known only when they run."""

    pin: PinName
    value: Any


Output: TypeAlias = OutputPins | Emit
BlockFunction: TypeAlias = Callable[..., Iterator[Output]]
Function = TypeVar("Function", bound=BlockFunction)


@dataclass(frozen=True, eq=False)
class BlockSpec:
    """A block as the platform knows it. Compare and look up by ``id``."""

    id: UUID
    name: str
    title: str
    description: str
    inputs: type[InputPins]
    outputs: type[OutputPins]
    function: BlockFunction
    categories: tuple[Category, ...] = ()
    kind: BlockKind = BlockKind.STANDARD
    static_output: bool = False
    effect: Effect = "none"
    queue: Queue = "io"
    examples: tuple[Sequence[InputPins | Output], ...] = ()
    legacy_ids: tuple[str, ...] = ()
    value_schema: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None
    takes_context: bool = field(default=False)

    @property
    def has_error_pin(self) -> bool:
        """True where a failure goes out on a pin named ``error``, besides the declared outputs."""
        return self.kind not in {BlockKind.INPUT, BlockKind.OUTPUT, BlockKind.AGENT}

    def run(self, inputs: InputPins, context: RunContext) -> Iterator[Emit]:
        """Run the block and yield each value it emits, one pin at a time, in order."""
        arguments = (inputs, context) if self.takes_context else (inputs,)
        for output in self.function(*arguments):
            if isinstance(output, Emit):
                yield output
            else:
                yield from (Emit(pin, value) for pin, value in output.emissions())


def block(
    *,
    id: str,
    name: str,
    categories: Sequence[Category] = (),
    kind: BlockKind = BlockKind.STANDARD,
    static_output: bool = False,
    effect: Effect = "none",
    queue: Queue = "io",
    examples: Sequence[Sequence[InputPins | Output]] = (),
    legacy_ids: Sequence[str] = (),
    value_schema: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None,
    title: str = "",
) -> Callable[[Function], Function]:
    """Register a generator function as a block and return it unchanged.

    The function takes its InputPins model and, if it needs the world, a RunContext; it yields
    OutputPins (or Emit). Its docstring is the block's description. ``id`` and ``name`` are for
    ever: saved graphs and other platforms' exports know the block by them. Each example is the
    inputs followed by what is yielded, and is run as a test. ``value_schema`` is for INPUT and
    OUTPUT blocks: extra JSON Schema for the agent's pin, made from the node's values.
    """

    def register(function: Function) -> Function:
        from blocks.sdk.registry import registry

        inputs, outputs, takes_context = _signature(function)
        registry.add(
            BlockSpec(
                id=UUID(id),
                name=name,
                title=title or humanise(name),
                description=inspect.getdoc(function) or "",
                inputs=inputs,
                outputs=outputs,
                function=function,
                categories=tuple(categories),
                kind=kind,
                static_output=static_output,
                effect=effect,
                queue=queue,
                examples=tuple(tuple(example) for example in examples),
                legacy_ids=tuple(legacy_ids),
                value_schema=value_schema,
                takes_context=takes_context,
            )
        )
        return function

    return register


def humanise(name: str) -> str:
    """Return a block's name as words: ``AddToListBlock`` is ``Add To List``."""
    return re.sub(
        r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name.removesuffix("Block")
    )


def _signature(function: BlockFunction) -> tuple[type[InputPins], type[OutputPins], bool]:
    """Return the pins' models and whether the function takes a context, from its annotations."""
    hints = get_type_hints(function)
    result = hints.pop("return", None)
    models = list(hints.values())
    if not models or not (isinstance(models[0], type) and issubclass(models[0], InputPins)):
        raise TypeError(f"{function!r} must take an InputPins model first")
    for candidate in getattr(result, "__args__", ()):
        if isinstance(candidate, type) and issubclass(candidate, OutputPins):
            return models[0], candidate, len(models) > 1
    return models[0], OutputPins, len(models) > 1
