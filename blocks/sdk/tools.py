"""Nodes that a block's model may use: those that links from the block's pin ``tools`` lead to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from blocks.sdk.errors import BlockError
from llm.answers import Tool


class ToolUnusable(BlockError):
    """The node cannot be run within another one."""

    code = "tool_unusable"


@dataclass(frozen=True)
class ToolNode:
    """A node as a model sees it."""

    node_id: str
    name: str
    description: str
    fields: Mapping[str, str]
    """The node's pin for each parameter."""
    parameters: Mapping[str, Any]
    """JSON Schema of an object."""

    @property
    def function(self) -> Tool:
        return Tool(self.name, self.description, self.parameters)

    def pin_of(self, parameter: str) -> str:
        """Return the output pin that a value for this parameter goes out on."""
        return f"tools_^_{self.node_id}_~_{self.fields[parameter]}"


class Tools(Protocol):
    """The tools of a node."""

    def all(self) -> Sequence[ToolNode]:
        """Return them, in the order of the links."""

    def run(self, tool: ToolNode, values: Mapping[str, Any]) -> Mapping[str, Sequence[Any]]:
        """Run a tool's block in place, with values by parameter; return what it emits, by pin.

        Raises ToolUnusable for one that waits, computes or acts on the world: links can run those.
        """
