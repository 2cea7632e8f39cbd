"""Read the catalogue of blocks."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from blocks.api.serializers import BlockSerializer, catalogue_entry
from blocks.openapi import services as apis
from blocks.sdk import BlockSpec, registry
from kernel.access import Scope
from kernel.api.access import needs
from kernel.errors import NotFound


class BlockNotFound(NotFound):
    """There is no block with this id."""

    code = "block_not_found"


class BlockViewSet(ViewSet):
    """The blocks that agents can be made of."""

    access = dict.fromkeys(("list", "retrieve"), needs(Scope.READ_BLOCK))
    lookup_field = "id"

    @extend_schema(responses=BlockSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Return every block: those of the software, and those of your own APIs."""
        own = apis.entries(request.user)
        return Response([*(catalogue_entry(spec) for spec in registry), *own])

    @extend_schema(responses=BlockSerializer)
    def retrieve(self, request: Request, id: str) -> Response:
        """Return one block, by its id or by one that it had before."""
        own = None if registry.find(registry.resolve(id)) else apis.entry(request.user, id)
        return Response(own or catalogue_entry(find_block(id)))


def find_block(block_id: Any) -> BlockSpec:
    """Return the block with this id or former id. Raises BlockNotFound."""
    spec = registry.find(registry.resolve(str(block_id)))
    if spec is None:
        raise BlockNotFound(f"There is no block with the id {str(block_id)[:100]!r}.")
    return spec
