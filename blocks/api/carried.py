"""Blocks that graphs carry along: operations of APIs that the reader need not have imported."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from blocks.api.serializers import BlockSerializer
from blocks.openapi.describing import described
from blocks.openapi.spec import carried
from kernel.access import Scope
from kernel.api.access import needs
from kernel.api.fields import json_field
from kernel.api.members import KnownMembers

MOST = 500
CAME_WITH = (
    "It came with this agent and is none of your APIs. It runs as it is; import the API to build "
    "more with it."
)


class CarriedSerializer(serializers.Serializer[Any]):
    """A node's block, as far as the node says it itself."""

    block_id = serializers.CharField(max_length=100)
    operation = json_field({"type": "object"}, help_text="The member `operation` of the node.")


class CarriedBlocksSerializer(KnownMembers):
    """Nodes whose blocks are in nobody's catalogue that the reader sees."""

    nodes = serializers.ListField(child=CarriedSerializer(), max_length=MOST)


class CarriedBlocksView(APIView):
    """The blocks that nodes bring along."""

    access = {"post": needs(Scope.READ_BLOCK)}

    @extend_schema(request=CarriedBlocksSerializer, responses=BlockSerializer(many=True))
    def post(self, request: Request) -> Response:
        """Describe the blocks that nodes of a graph carry. Those that cannot be read are left out."""
        asked = CarriedBlocksSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        found: dict[str, Any] = {}
        for node in asked.validated_data["nodes"]:
            spec = carried(node["block_id"], node["operation"])
            if spec is not None:
                entry = described(spec)
                found[entry["id"]] = entry | {
                    "description": "\n\n".join(filter(None, [entry["description"], CAME_WITH])),
                    "superseded": True,
                }
        return Response(list(found.values()))
