"""What an MCP server offers, for whoever puts one of its tools into a graph."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.people import person
from agents.executions.mcpcalls import RunMcp
from blocks.library.web_requests import headers_of
from blocks.sdk.errors import BlockError
from credentials import services as credentials
from kernel.access import Scope
from kernel.api.access import needs
from kernel.api.fields import json_field
from kernel.api.members import KnownMembers
from kernel.errors import TrellisError


class McpServerUnusable(TrellisError):
    """The MCP server cannot be asked for its tools."""

    code = "mcp_server_unusable"
    status = 422


class McpServerSerializer(KnownMembers):
    """Which server, and what to show to it."""

    server_url = serializers.CharField(max_length=2000)
    credential = serializers.UUIDField(
        required=False, allow_null=True, help_text="The id of a credential of the provider `mcp`."
    )


class McpToolSerializer(serializers.Serializer[Any]):
    """A tool of an MCP server."""

    name = serializers.CharField()
    description = serializers.CharField()
    input_schema = json_field({"type": "object"}, help_text="JSON Schema of its arguments")


class McpToolsView(APIView):
    """The tools of an MCP server."""

    access = {"post": needs(Scope.READ_BLOCK, Scope.EXECUTE_BLOCK, Scope.READ_INTEGRATIONS)}

    @extend_schema(request=McpServerSerializer, responses=McpToolSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Ask an MCP server for its tools."""
        asked = McpServerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        url, id = asked.validated_data["server_url"], asked.validated_data.get("credential")
        try:
            tools = RunMcp().tools(url, secrets=_secrets(request, url, id))
        except BlockError as error:
            raise McpServerUnusable(str(error)) from None
        shown: Any = McpToolSerializer(tools, many=True)
        return Response(shown.data)


def _secrets(request: Request, url: str, id: UUID | None) -> Any:
    """Return what says which headers go to the server. Raises CredentialGone or WrongHost."""
    if id is None:
        return None
    chosen = credentials.use(person(request).pk, id)
    if chosen.provider != "mcp":
        raise McpServerUnusable(f"{chosen.title!r} is no credential of an MCP server.")
    chosen.check(url)
    return headers_of(chosen)
