"""Knowledge: look at collections and their texts, and delete them. Blocks add and search."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.access import Scope
from kernel.api.access import needs
from knowledge import services
from knowledge.api.serializers import CollectionSerializer, EntrySerializer
from knowledge.models import Collection


class CollectionViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Collection]):
    """A person's collections of texts, which agents find again by what they mean."""

    access = {
        **dict.fromkeys(("list", "retrieve", "entries"), needs(Scope.READ_GRAPH)),
        "destroy": needs(Scope.READ_GRAPH, Scope.WRITE_GRAPH),
    }
    serializer_class = CollectionSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Collection]:
        return Collection.objects.visible_to(self.request.user).with_totals()

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a collection with all its texts."""
        services.discard(self.get_object())
        return Response(status=204)

    @extend_schema(responses=EntrySerializer(many=True))
    @action(detail=True, methods=["get"])
    def entries(self, request: Request, pk: str) -> Response:
        """List the texts of a collection, newest first."""
        found: Any = self.get_object().passages.defer("vector")
        page = self.paginate_queryset(found)
        return self.get_paginated_response(EntrySerializer(page, many=True).data)
