"""APIs: import them, list them, import them anew, delete them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.people import person
from blocks.openapi import services
from blocks.openapi.api.serializers import (
    ApiDetailSerializer,
    ApiSerializer,
    DocumentSerializer,
    ImportSerializer,
)
from blocks.openapi.models import Api
from kernel.access import Scope
from kernel.api.access import needs

CHANGE = needs(Scope.READ_BLOCK, Scope.WRITE_GRAPH)


class ApiViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet[Api]):
    """A person's APIs: each operation of one is a block."""

    access = {
        **dict.fromkeys(("list", "retrieve"), needs(Scope.READ_BLOCK)),
        **dict.fromkeys(("create", "update", "destroy"), CHANGE),
    }
    lookup_value_converter = "uuid"
    serializer_class = ApiSerializer

    def get_queryset(self) -> QuerySet[Api]:
        return Api.objects.visible_to(self.request.user)

    @extend_schema(responses=ApiDetailSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show an API with its blocks."""
        return Response(ApiDetailSerializer(self.get_object()).data)

    @extend_schema(request=ImportSerializer, responses={201: ApiDetailSerializer})
    def create(self, request: Request) -> Response:
        """Import an OpenAPI document, 3.0 or 3.1: each of its operations becomes a block."""
        asked = _asked(ImportSerializer, request.data)
        content, source = _content(asked)
        api = services.add(
            person(request),
            content,
            source=source,
            server_url=asked.get("server_url", ""),
            name=asked.get("name", ""),
        )
        where = reverse("api-detail", args=[api.pk], request=request)
        return Response(ApiDetailSerializer(api).data, status=201, headers={"Location": where})

    @extend_schema(request=DocumentSerializer, responses=ApiDetailSerializer)
    def update(self, request: Request, pk: UUID) -> Response:
        """Import a document as the new version of an API.

        What did not change keeps its block. Graphs with blocks of an earlier version run as before.
        """
        api = self.get_object()
        asked = _asked(DocumentSerializer, request.data)
        content, source = _content(asked)
        renewed = services.renew(api, content, source=source, server_url=asked.get("server_url"))
        return Response(ApiDetailSerializer(renewed).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete an API. Its blocks leave the catalogue; graphs that have them run as before."""
        services.remove(self.get_object())
        return Response(status=204)


def _content(asked: dict[str, Any]) -> tuple[bytes, str]:
    """Return the document, and where it was fetched from."""
    if url := asked.get("url"):
        return services.fetch(url), url
    return str(asked["document"]).encode("utf-8", "replace"), ""


def _asked(shape: Any, data: Any) -> dict[str, Any]:
    asked = shape(data=data)
    asked.is_valid(raise_exception=True)
    found: dict[str, Any] = asked.validated_data
    return found
