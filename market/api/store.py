"""The public half of `/api/v1/store/`: agents and creators, as the AutoGPT Platform's clients ask for them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.numbered import page_of
from kernel.errors import NotFound
from kernel.jsontypes import dumps
from market import counting, creators, export, search, shelves, wanted
from market.api.base import PublicView, found_listing, found_version, pictured
from market.api.paging import pagination
from market.api.serializers import (
    CreatorDetailsSerializer,
    CreatorsSerializer,
    StoreAgentDetailsSerializer,
    StoreAgentsSerializer,
)
from store.models import Listing

PAGE = [
    OpenApiParameter("page", int, description="From 1."),
    OpenApiParameter("page_size", int, description="1 to 100; 20 where nothing is said."),
]
SORTS: Mapping[str, str] = {
    "runs": wanted.RUNS,
    "rating": wanted.RATING,
    "name": wanted.NAME,
    "updated_at": wanted.UPDATED,
    "created_at": wanted.NEW,
    "downloads": wanted.DOWNLOADS,
    "trending": wanted.TRENDING,
}
YES = {"1", "true", "yes"}


class StoreAgentsView(PublicView):
    """List public agents, or those that are wanted."""

    @extend_schema(
        operation_id="store_agents_list",
        parameters=[
            OpenApiParameter("search_query", str),
            OpenApiParameter("category", str),
            OpenApiParameter("creator", str, description="A username, in any case."),
            OpenApiParameter("featured", bool, description="Only what staff put forward."),
            OpenApiParameter("sorted_by", str, enum=sorted(SORTS)),
            OpenApiParameter("no_credentials", bool, description="Only what asks for none."),
            OpenApiParameter("free", bool, description="Only what asks no model."),
            *PAGE,
        ],
        responses=StoreAgentsSerializer,
    )
    def get(self, request: Request) -> Response:
        """List public agents; with words, the best match first, else what is trending."""
        asked = request.query_params
        number, size = page_of(asked)
        want = asked_for(asked)
        featured = asked.get("featured", "").lower() in YES
        found = search.find(want, number, size, among=_featured if featured else None)
        counting.searched(want.query, request._request, found=bool(found.listings))
        told = {"agents": pictures_of(found.listings), "pagination": pagination(found)}
        return Response(StoreAgentsSerializer(told).data)


class StoreAgentView(PublicView):
    """See a public agent by its creator and its name in addresses."""

    @extend_schema(operation_id="store_agent_retrieve", responses=StoreAgentDetailsSerializer)
    def get(self, request: Request, username: str, slug: str) -> Response:
        """See a public agent."""
        rows = Listing.objects.public().filter(owner__username__iexact=username)
        return detailed(request, rows.filter(slug=slug.lower()))


class StoreVersionView(PublicView):
    """See a public agent by the id of a version of it."""

    @extend_schema(operation_id="store_version_retrieve", responses=StoreAgentDetailsSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """See the agent that the version is of, as it is now."""
        version = found_version(pk=pk)
        return detailed(request, Listing.objects.public().filter(pk=version.listing_id))


class StoreDownloadView(PublicView):
    """Get an agent as a file."""

    @extend_schema(responses={(200, "application/json"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> Any:
        """Get the version's graph as a file that an import takes; refused where it is kept."""
        return file_of(request, found_version(pk=pk))


class CreatorsView(PublicView):
    """List people whose agents are public."""

    @extend_schema(
        operation_id="store_creators_list",
        parameters=[
            OpenApiParameter("search_query", str),
            OpenApiParameter("featured", bool, description="Only whom staff put forward."),
            OpenApiParameter("sorted_by", str, enum=sorted(creators.SORTS)),
            *PAGE,
        ],
        responses=CreatorsSerializer,
    )
    def get(self, request: Request) -> Response:
        """List creators, those whose agents run most first."""
        asked = request.query_params
        number, size = page_of(asked)
        sort = asked.get("sorted_by", creators.RUNS)
        query = wanted.clean(asked.get("search_query", ""))
        featured = asked.get("featured", "").lower() in YES
        found = creators.find(query, sort, number, size, featured=featured)
        owners = [one.pk for one in found.creators]
        told = {"creators": found.creators, "pagination": pagination(found)}
        context = {"featured": creators.is_featured(owners)}
        return Response(CreatorsSerializer(told, context=context).data)


class CreatorView(PublicView):
    """See somebody whose agents are public."""

    @extend_schema(operation_id="store_creator_retrieve", responses=CreatorDetailsSerializer)
    def get(self, request: Request, username: str) -> Response:
        """See a creator."""
        found = creators.creator(username)
        if found is None:
            raise NotFound("Nobody of this name has anything in the store.")
        context = {"featured": creators.is_featured([found.pk])}
        return Response(CreatorDetailsSerializer(found, context=context).data)


def asked_for(asked: Any) -> wanted.Wanted:
    """Return what the parameters of this API ask for."""
    names = {"q": "search_query", "sort": "sorted_by"}
    given = {name: str(asked.get(names.get(name, name), "")) for name in wanted.NAMES}
    given["sort"] = SORTS.get(given["sort"], "")
    return wanted.read(given)


def detailed(request: Request, rows: Any) -> Response:
    """Return the answer about the one listing, and count the look at it. Raises NotFound."""
    found = found_listing(pictured(shelves.detailed(rows)))
    counting.count(counting.VIEW, found, request._request)
    context = {
        "versions": list(shelves.versions(found)),
        "can_download": export.may_download(found.active_version),  # type: ignore[arg-type]
    }
    return Response(StoreAgentDetailsSerializer(found, context=context).data)


def file_of(request: Request, version: Any, name: str = "") -> HttpResponse:
    """Return the version as a file, and count that it was taken. Raises GraphNotShown."""
    content = dumps(export.exported(version)).encode()
    counting.count(counting.DOWNLOAD, version.listing, request._request)
    response = HttpResponse(content, content_type="application/json")
    name = name or f"{version.listing.slug}_v{version.number}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def pictures_of(listings: Any) -> list[Listing]:
    """Return the listings of a page in their order, with pictures."""
    pks = [one.pk for one in listings]
    known = pictured(search.cards(Listing.objects.public().filter(pk__in=pks))).defer(None)
    found: dict[Any, Listing] = known.in_bulk()
    return [found[pk] for pk in pks if pk in found]


def _featured(rows: Any) -> Any:
    return rows.filter(featured__isnull=False)
