"""The block that calls a tool of an MCP server."""

from collections.abc import Iterator
from typing import Any

from blocks.library.web_requests import headers_of
from blocks.sdk import (
    BlockError,
    BlockKind,
    Category,
    InputPins,
    OutputPins,
    RunContext,
    block,
    pin,
)
from blocks.sdk.credentials import ChosenCredential, credentials_pin


class McpToolInputs(InputPins):
    server_url: str = pin(
        description="Where the server is, by Streamable HTTP; or `stdio:` and the name of one that "
        "this instance starts itself",
        placeholder="https://mcp.example.org/mcp",
    )
    credentials: ChosenCredential = credentials_pin(
        "mcp",
        kinds=["api_key", "host_scoped", "oauth2"],
        discriminator="server_url",
        required=False,
        description="What the server wants to be shown, if anything",
    )
    selected_tool: str = pin("", description="The name of the tool")
    tool_input_schema: dict[str, Any] = pin(
        default_factory=dict, hidden=True, description="What the tool takes, as the server said"
    )
    tool_arguments: dict[str, Any] = pin(
        default_factory=dict, description="What to give to the tool, by name"
    )


class McpToolOutputs(OutputPins):
    result: Any = pin(None, description="What the tool gives: a value, or a list of several")


@block(
    id="a0a4b1c2-d3e4-4f56-a7b8-c9d0e1f2a3b4",
    name="MCPToolBlock",
    title="MCP Tool",
    categories=[Category.DEVELOPER_TOOLS],
    kind=BlockKind.MCP_TOOL,
    effect="external",
)
def call_tool(inputs: McpToolInputs, context: RunContext) -> Iterator[McpToolOutputs]:
    """Call a tool of a server that speaks the Model Context Protocol.

    The server must be on the public internet, or allowed by whoever runs this instance, who may list
    programs that are servers, too. A text that the tool gives comes out as the value that it is,
    where it is JSON. A tool that says that it failed is an error.
    """
    if not inputs.selected_tool:
        raise BlockError("`selected_tool` is empty. Name the tool that is to be called.")
    chosen = context.credentials.find()
    if chosen is not None:
        chosen.check(inputs.server_url)
    result = context.mcp.call(
        inputs.server_url,
        inputs.selected_tool,
        inputs.tool_arguments,
        secrets=headers_of(chosen) if chosen else None,
    )
    yield McpToolOutputs(result=result)
