"""Agents: list, import, see, export, save, activate, delete."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.filters import SearchFilter
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet

from accounts.models import User
from agents.graphs import creation, services
from agents.graphs.api.bodies import graph_of_body
from agents.graphs.api.preconditions import etag, wanted_numbers
from agents.graphs.api.serializers import (
    ActiveVersionSerializer,
    CreateGraph,
    ExportedGraphSerializer,
    GraphListQuerySerializer,
    GraphQuerySerializer,
    GraphSerializer,
    GraphSummarySerializer,
)
from agents.graphs.exchange import GraphFile
from agents.graphs.models import GraphVersion, GraphVersionQuerySet, load_graphs
from agents.graphs.settings import GraphSettings
from kernel.access import Scope
from kernel.api.access import needs
from kernel.api.idempotency import REPLAYED, keyed_request, parameter

GRAPH_OR_FILE = PolymorphicProxySerializer(
    component_name="GraphOrExportedGraph",
    serializers=[GraphSerializer, ExportedGraphSerializer],
    resource_type_field_name=None,
)


class GraphViewSet(ListModelMixin, GenericViewSet[GraphVersion]):
    """A person's agents, each by its active version."""

    access = {
        **dict.fromkeys(
            ("list", "retrieve", "versions", "version", "graph_settings"), needs(Scope.READ_GRAPH)
        ),
        "create": needs(Scope.WRITE_GRAPH),
        **dict.fromkeys(
            ("update", "destroy", "activate", "change_settings"),
            needs(Scope.READ_GRAPH, Scope.WRITE_GRAPH),
        ),
    }
    lookup_field = "agent_id"
    lookup_value_converter = "uuid"
    serializer_class = GraphSerializer
    filter_backends = [SearchFilter]
    search_fields = ["name", "description"]

    def get_queryset(self) -> GraphVersionQuerySet:
        mine = GraphVersion.objects.visible_to(self.request.user)
        return mine.select_related("agent__owner").defer("document")

    @property
    def user(self) -> User:
        """Return the caller, whom the permission classes have found to be signed in."""
        return cast(User, self.request.user)

    def paginate_queryset(self, queryset: Any) -> Any:
        page: Sequence[GraphVersion] | None = super().paginate_queryset(queryset)
        load_graphs(page or [])
        return page

    @extend_schema(
        parameters=[GraphListQuerySerializer], responses=GraphSummarySerializer(many=True)
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List agents, the one saved last first."""
        versions = self.get_queryset().active()
        if not _asked(GraphListQuerySerializer, request)["include_sub_agents"]:
            versions = versions.filter(agent__imported_with=None)
        return self._page(self.filter_queryset(versions))

    @extend_schema(
        parameters=[parameter("makes an agent", "that one")],
        request=CreateGraph,
        responses={201: GraphSerializer},
    )
    def create(self, request: Request) -> Response:
        """Make an agent from a graph in the exchange format, with the agents that it runs."""
        graph = graph_of_body(request.data)
        made = creation.once(
            self.user.pk,
            keyed_request(request),
            lambda pk: services.create_agent(self.user, graph, pk=pk),
        )
        location = reverse("graph-detail", args=[made.thing.agent_id], request=request)
        headers = {"Location": location, **(REPLAYED if made.replayed else {})}
        return _answer(made.thing, status=201, headers=headers)

    @extend_schema(parameters=[GraphQuerySerializer], responses=GRAPH_OR_FILE)
    def retrieve(self, request: Request, agent_id: UUID) -> Response:
        """See an agent's active version, or another one; or get it as a file."""
        asked = _asked(GraphQuerySerializer, request)
        version = services.find(self.user, agent_id, asked.get("version"))
        if asked["for_export"]:
            return Response(services.export(version), headers={"ETag": etag(version)})
        return _answer(version)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "If-Match",
                location=OpenApiParameter.HEADER,
                description="The `ETag` of what you read; a change since then is refused (412).",
            )
        ],
        request=GraphFile,
        responses=GraphSerializer,
    )
    def update(self, request: Request, agent_id: UUID) -> Response:
        """Save a new version; it becomes the active one unless `is_active` is false."""
        agent = services.find(self.user, agent_id).agent
        wanted = wanted_numbers(request.headers.get("If-Match"))
        return _answer(services.save_version(agent, graph_of_body(request.data), if_match=wanted))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, agent_id: UUID) -> Response:
        """Delete an agent. Its executions stay."""
        services.delete(services.find(self.user, agent_id).agent)
        return Response(status=204)

    @extend_schema(responses=GraphSummarySerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], filter_backends=[])
    def versions(self, request: Request, agent_id: UUID) -> Response:
        """List an agent's versions, newest first."""
        services.find(self.user, agent_id)
        self.ordering = "-version"
        return self._page(self.get_queryset().filter(agent_id=agent_id))

    @extend_schema(responses=GraphSerializer)
    @action(detail=True, methods=["get"], url_path="versions/<int:version>", url_name="version")
    def version(self, request: Request, agent_id: UUID, version: int) -> Response:
        """See one version of an agent."""
        return _answer(services.find(self.user, agent_id, version))

    @extend_schema(request=ActiveVersionSerializer, responses=GraphSerializer)
    @action(detail=True, methods=["put"], url_path="versions/active", url_name="active-version")
    def activate(self, request: Request, agent_id: UUID) -> Response:
        """Choose the version that runs when none is named."""
        asked = ActiveVersionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        agent = services.find(self.user, agent_id).agent
        return _answer(services.activate(agent, asked.validated_data["active_graph_version"]))

    @extend_schema(responses=GraphSettings)
    @action(detail=True, methods=["get"], url_path="settings", url_name="settings")
    def graph_settings(self, request: Request, agent_id: UUID) -> Response:
        """See what is set for an agent, for all of its versions."""
        services.find(self.user, agent_id)
        return Response(services.settings_of(agent_id).model_dump())

    @extend_schema(request=GraphSettings, responses=GraphSettings)
    @graph_settings.mapping.patch
    def change_settings(self, request: Request, agent_id: UUID) -> Response:
        """Set some of them; the change holds at once, for runs that are under way too."""
        agent = services.find(self.user, agent_id).agent
        return Response(services.change_settings(agent, request.data).model_dump())

    def _page(self, versions: QuerySet[GraphVersion]) -> Response:
        page = self.paginate_queryset(versions)
        return self.get_paginated_response(GraphSummarySerializer(page, many=True).data)


def _answer(
    version: GraphVersion, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(
        GraphSerializer(version).data,
        status=status,
        headers={"ETag": etag(version), **(headers or {})},
    )


def _asked(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the query's parameters. Raises ValidationError."""
    query = shape(data=request.query_params)
    query.is_valid(raise_exception=True)
    found: dict[str, Any] = query.validated_data
    return found
