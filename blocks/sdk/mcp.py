"""What a block asks of servers that speak the Model Context Protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from blocks.sdk.errors import BlockError
from blocks.sdk.http import HeadersFor


class McpFailed(BlockError):
    """The MCP server cannot do what it was asked for, or does not speak the protocol."""

    code = "mcp_failed"


class McpToolFailed(BlockError):
    """The tool of the MCP server says that it failed."""

    code = "mcp_tool_failed"


@dataclass(frozen=True)
class McpTool:
    """A tool that a server offers."""

    name: str
    description: str = ""
    input_schema: Mapping[str, Any] = field(default_factory=dict)


class Mcp(Protocol):
    """Servers of the Model Context Protocol.

    ``https://…`` is asked by Streamable HTTP through the guarded client; ``stdio:name`` is a program
    that whoever runs the instance listed.
    """

    def tools(self, url: str, *, secrets: HeadersFor | None = None) -> list[McpTool]:
        """Return the server's tools. Raises McpFailed or RequestFailed."""

    def call(
        self,
        url: str,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        secrets: HeadersFor | None = None,
    ) -> Any:
        """Return what the tool gives. Raises McpToolFailed, McpFailed or RequestFailed."""
