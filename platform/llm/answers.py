"""What models are asked and what they say, in plain Python."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from kernel.jsontypes import dumps

Message = Mapping[str, Any]
"""``{"role", "content"}``, and ``tool_calls`` or ``tool_call_id``, as OpenAI writes them. Anthropic's
blocks ``tool_use`` and ``tool_result`` are read, too."""

Listener = Callable[[str], None]
"""Is told each piece of an answer as it comes."""


@dataclass(frozen=True)
class Tool:
    """Something that a model may ask for."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON Schema of an object."""


@dataclass(frozen=True)
class ToolCall:
    """What a model asked for."""

    id: str
    name: str
    arguments: Mapping[str, Any]

    @property
    def message(self) -> dict[str, Any]:
        """Return the call as it stands in a message."""
        function = {"name": self.name, "arguments": dumps(dict(self.arguments))}
        return {"id": self.id, "type": "function", "function": function}


@dataclass(frozen=True)
class Usage:
    """What was used: tokens as the provider counts them, and what that costs, in cents.

    ``cents`` is None where nobody knows the price, as for a model on a machine of one's own.
    """

    requests: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    cents: Decimal | None = None

    def __add__(self, other: "Usage") -> "Usage":
        """Return what both used; a price that nobody knows adds nothing to one that is known."""
        known = [one for one in (self.cents, other.cents) if one is not None]
        return Usage(
            self.requests + other.requests,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            sum(known, Decimal()) if known else None,
        )


@dataclass(frozen=True)
class Question:
    """One request to a model."""

    messages: Sequence[Message]
    max_tokens: int | None = None
    json: bool = False
    """Whether the answer is to be a JSON object; not every model can be made to."""
    tools: Sequence[Tool] = ()
    parallel_tools: bool | None = None


@dataclass(frozen=True)
class Answer:
    """What a model said."""

    text: str
    calls: Sequence[ToolCall] = ()
    usage: Usage = field(default_factory=Usage)
    provider: str = ""
    model: str = ""
    cut_off: bool = False
    """Whether it ended because it was as long as it may be."""

    @property
    def message(self) -> dict[str, Any]:
        """Return the answer as it stands in a conversation."""
        said: dict[str, Any] = {"role": "assistant", "content": self.text}
        if self.calls:
            said |= {
                "content": self.text or None,
                "tool_calls": [one.message for one in self.calls],
            }
        return said


Use = Literal["document", "query"]
"""What a vector is for: to be found, or to find others by."""


@dataclass(frozen=True)
class Embeddings:
    """Vectors that a model made of texts, one for each, all equally long."""

    vectors: Sequence[Sequence[float]]
    usage: Usage = field(default_factory=Usage)
    provider: str = ""
    model: str = ""
