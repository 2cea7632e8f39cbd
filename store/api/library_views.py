"""People's libraries: list, see, collect, set, update, fork, take out; and their folders."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.viewsets import GenericViewSet, ViewSet

from accounts.people import person
from agents.graphs.models import load_graphs
from kernel.access import Scope
from kernel.api.access import needs
from kernel.errors import NotFound
from store.actions import collect as collecting
from store.actions import fork as forking
from store.actions import update as updates
from store.api.library_serializers import (
    SORTS,
    ChangeLibraryAgentSerializer,
    CollectSerializer,
    FolderNameSerializer,
    FolderSerializer,
    LibraryAgentSerializer,
    LibraryAgentsSerializer,
    LibraryQuerySerializer,
    statuses,
)
from store.api.numbered import numbered
from store.library import entries, keeping
from store.library.entries import Entry
from store.models import Folder, LibraryAgent

READ = needs(Scope.READ_GRAPH)
WRITE = needs(Scope.READ_GRAPH, Scope.WRITE_LIBRARY)


class LibraryAgentViewSet(ViewSet):
    """A person's library: their own agents, and those that they collected."""

    access = {
        **dict.fromkeys(("list", "retrieve", "favorites", "by_graph", "of_listing"), READ),
        **dict.fromkeys(("create", "partial_update", "destroy", "take_update"), WRITE),
        "fork": needs(Scope.READ_GRAPH, Scope.WRITE_GRAPH, Scope.WRITE_LIBRARY),
    }
    lookup_value_converter = "uuid"

    @extend_schema(parameters=[LibraryQuerySerializer], responses=LibraryAgentsSerializer)
    def list(self, request: Request) -> Response:
        """List the agents of the library, or those that are wanted."""
        return _page(request)

    @extend_schema(parameters=[LibraryQuerySerializer], responses=LibraryAgentsSerializer)
    @action(detail=False, methods=["get"])
    def favorites(self, request: Request) -> Response:
        """List the favourites."""
        return _page(request, is_favorite=True)

    @extend_schema(responses=LibraryAgentSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """See an agent of the library."""
        return _told(request, entries.find(person(request), pk))

    @extend_schema(responses=LibraryAgentSerializer)
    @action(detail=False, methods=["get"], url_path="by-graph/<uuid:graph_id>")
    def by_graph(self, request: Request, graph_id: UUID) -> Response:
        """See the entry of an agent, by the agent's id."""
        return _told(request, entries.find_agent(person(request), graph_id))

    @extend_schema(responses=LibraryAgentSerializer)
    @action(detail=False, methods=["get"], url_path="marketplace/<uuid:version_id>")
    def of_listing(self, request: Request, version_id: UUID) -> Response:
        """See the entry of an agent that was collected, by the id of a version in the store."""
        rows = LibraryAgent.objects.visible_to(request.user).collected()
        agent = rows.filter(listing__versions=version_id).values_list("agent", flat=True).first()
        if agent is None:
            raise NotFound("This agent of the store is not in your library.")
        return _told(request, entries.find_agent(person(request), agent))

    @extend_schema(
        request=CollectSerializer,
        responses={200: LibraryAgentSerializer, 201: LibraryAgentSerializer},
    )
    def create(self, request: Request) -> Response:
        """Take an agent of the store into the library; whoever has it gets their entry."""
        asked = CollectSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        user = person(request)
        kept, is_new = collecting.collect(user, asked.validated_data["store_listing_version_id"])
        entry = entries.find_agent(user, kept.agent_id)
        where = reverse("library-agent-detail", args=[kept.pk], request=request)
        return _told(request, entry, status=201 if is_new else 200, headers={"Location": where})

    @extend_schema(request=ChangeLibraryAgentSerializer, responses=LibraryAgentSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Set whether it is a favourite, archived, in a folder, and takes new versions by itself."""
        user = person(request)
        entry = entries.find(user, pk)
        asked = ChangeLibraryAgentSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        said = dict(asked.validated_data)
        if "folder_id" in said:
            folder = said.pop("folder_id")
            said["folder"] = folder and keeping.folder_of(user, folder)
        if "auto_update_version" in said:
            said["auto_update"] = said.pop("auto_update_version")
        keeping.change(entry, **said)
        return _told(request, entries.find(user, pk))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Take a collected agent out of the library. Its runs stay."""
        collecting.discard(entries.find(person(request), pk).kept)
        return Response(status=204)

    @extend_schema(request=CollectSerializer, responses=LibraryAgentSerializer)
    @action(detail=True, methods=["post"], url_path="update", url_name="update")
    def take_update(self, request: Request, pk: UUID) -> Response:
        """Take the newest version, which is named by its id: what somebody looked at is taken."""
        user = person(request)
        entry = entries.find(user, pk)
        asked = CollectSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        updates.update(entry.kept, asked.validated_data["store_listing_version_id"])
        return _told(request, entries.find(user, pk))

    @extend_schema(request=None, responses={201: LibraryAgentSerializer})
    @action(detail=True, methods=["post"])
    def fork(self, request: Request, pk: UUID) -> Response:
        """Make an agent of one's own from one whose graph may be seen."""
        user = person(request)
        made = forking.fork(user, entries.find(user, pk).version)
        entry = entries.find_agent(user, made.agent_id)
        where = reverse("library-agent-detail", args=[entry.kept.pk], request=request)
        return _told(request, entry, status=201, headers={"Location": where})


class FolderViewSet(ListModelMixin, GenericViewSet[Folder]):
    """The folders of a person's library."""

    access = {"list": READ, **dict.fromkeys(("create", "partial_update", "destroy"), WRITE)}
    serializer_class = FolderSerializer
    lookup_value_converter = "uuid"

    def get_queryset(self) -> QuerySet[Folder]:
        return Folder.objects.visible_to(self.request.user)

    @extend_schema(request=FolderNameSerializer, responses={201: FolderSerializer})
    def create(self, request: Request) -> Response:
        """Make a folder."""
        made = keeping.make_folder(person(request), _name(request))
        return Response(FolderSerializer(made).data, status=201)

    @extend_schema(request=FolderNameSerializer, responses=FolderSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Give a folder another name."""
        folder = keeping.folder_of(person(request), pk)
        return Response(FolderSerializer(keeping.rename_folder(folder, _name(request))).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a folder; its agents stay in the library."""
        keeping.folder_of(person(request), pk).delete()
        return Response(status=204)


def _name(request: Request) -> str:
    asked = FolderNameSerializer(data=request.data)
    asked.is_valid(raise_exception=True)
    return str(asked.validated_data["name"])


def _page(request: Request, **set_to: Any) -> Response:
    asked = LibraryQuerySerializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    said = {**asked.validated_data, **set_to}
    user = person(request)
    rows = entries.listed(user).order_by(*SORTS[said["sort_by"]])
    if words := said.get("search_term"):
        rows = rows.filter(entries.matching(words))
    else:
        rows = rows.filter(agent__imported_with=None)
    if said["is_favorite"] is not None:
        rows = rows.filter(Q(is_favorite=said["is_favorite"]))
    if said["is_archived"] is not None:
        rows = rows.filter(Q(is_archived=said["is_archived"]))
    if folder := said.get("folder_id"):
        rows = rows.filter(Q(folder_id=folder))
    page = numbered(rows.select_related("agent__owner").defer("document"), said)
    load_graphs(page.rows)
    found = entries.entries_of(user, page.rows)
    told = {"agents": found, "pagination": page.pagination}
    context = {"statuses": statuses(user, found)}
    return Response(LibraryAgentsSerializer(told, context=context).data)


def _told(request: Request, entry: Entry, **answer: Any) -> Response:
    context = {"statuses": statuses(request.user, [entry])}
    return Response(LibraryAgentSerializer(entry, context=context).data, **answer)
