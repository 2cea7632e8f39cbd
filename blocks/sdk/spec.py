"""What a block is to the platform: its BlockSpec."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple, TypeAlias
from uuid import UUID

from blocks.sdk.context import RunContext
from blocks.sdk.credentials import Credentials
from blocks.sdk.http import HttpResponse
from blocks.sdk.models import Answer
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


@dataclass(frozen=True)
class Webhook:
    """Whose calls begin a run at a block of the kinds WEBHOOK and WEBHOOK_MANUAL."""

    provider: str
    type: str
    """What is watched, in the provider's words."""
    resource_format: str = ""
    """The name of what is watched, made of inputs: ``{repo}``."""
    event_filter_input: PinName | None = None
    """The input that has a yes or no for each event; without one, every call is wanted."""
    event_format: str = "{event}"

    def wanted(self, inputs: Mapping[str, Any]) -> list[str] | None:
        """Return the events that the inputs ask for, as the provider names them; None for all."""
        if self.event_filter_input is None:
            return None
        chosen = inputs.get(self.event_filter_input)
        chosen = chosen if isinstance(chosen, Mapping) else {}
        return [self.event_format.format(event=name) for name, on in chosen.items() if on is True]


Output: TypeAlias = OutputPins | Emit
BlockFunction: TypeAlias = Callable[..., Iterator[Output]]


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
    sensitive: bool = False
    """Whether an agent may want a person to allow each run of it."""
    examples: tuple[Sequence[InputPins | Output], ...] = ()
    answers: Mapping[str, HttpResponse] = field(default_factory=dict)
    """What other hosts answer in the examples, by address."""
    example_credentials: Mapping[str, Credentials] = field(default_factory=dict)
    """What is chosen for the credentials pins in the examples."""
    replies: tuple[str | Answer, ...] = ()
    """What models say in the examples, in each from the first one on."""
    knowledge: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Which texts are there in the examples, by collection and key."""
    legacy_ids: tuple[str, ...] = ()
    value_schema: Callable[[Mapping[str, Any]], dict[str, Any]] | None = None
    takes_context: bool = False
    webhook: Webhook | None = None
    retry: Mapping[str, Any] | None = None
    timeout_seconds: float | None = None

    @property
    def has_error_pin(self) -> bool:
        """True where a failure goes out on a pin named ``error``, besides the declared outputs."""
        return self.kind not in {BlockKind.INPUT, BlockKind.OUTPUT, BlockKind.AGENT}

    def run(self, inputs: InputPins, context: RunContext | None) -> Iterator[Emit]:
        """Run the block and yield each value it emits, one pin at a time, in order.

        A block that does not take a context needs none.
        """
        arguments = (inputs, context) if self.takes_context else (inputs,)
        for output in self.function(*arguments):
            if isinstance(output, Emit):
                yield output
            else:
                yield from (Emit(pin, value) for pin, value in output.emissions())
