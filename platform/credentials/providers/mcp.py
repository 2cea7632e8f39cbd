"""A server that speaks the Model Context Protocol."""

from credentials.kinds import Kind
from credentials.provider import Provider

provider = Provider(
    name="mcp",
    title="MCP server",
    kinds=(Kind.API_KEY, Kind.HOST_SCOPED, Kind.OAUTH2),
    help_url="https://modelcontextprotocol.io/",
    base_url="https://localhost/mcp",
    keyless=True,
    discovers=True,
)
