"""`/api/v1/market/`: the same public agents, as the AutoGPT Platform's market service told of them.

That service let anybody ask for submissions in any state. Here `submission_status` may be said and
changes nothing: there is nothing but what is approved.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.api.numbered import page_of
from market import counting, export, search, shelves, wanted
from market.api.base import PublicView, found_listing, found_version
from market.api.serializers import (
    MarketAgentDetailsSerializer,
    MarketAgentsSerializer,
    MarketCategoriesSerializer,
    MarketItemsSerializer,
)
from market.api.store import PAGE, file_of, pictures_of
from store.models import Listing

SORTS = {
    "createdAt": wanted.NEW,
    "updatedAt": wanted.UPDATED,
    "name": wanted.NAME,
    "downloads": wanted.DOWNLOADS,
    "views": wanted.TRENDING,
    "runs": wanted.RUNS,
    "rating": wanted.RATING,
    "rank": wanted.RELEVANCE,
}
MOST_LETTERS = 2000
TOP = 10
ORDER = [
    OpenApiParameter("sort_by", str, enum=sorted(SORTS)),
    OpenApiParameter("sort_order", str, enum=["asc", "desc"]),
    OpenApiParameter(
        "submission_status", str, description="Changes nothing: only what is approved is here."
    ),
]
VERSION = OpenApiParameter("version", int, description="The newest, where nothing is said.")


class MarketAgentsView(PublicView):
    """List public agents."""

    @extend_schema(
        operation_id="market_agents_list",
        parameters=[
            OpenApiParameter("name", str),
            OpenApiParameter("keyword", str),
            OpenApiParameter("category", str),
            OpenApiParameter("description", str),
            *ORDER,
            *PAGE,
        ],
        responses=MarketAgentsSerializer,
    )
    def get(self, request: Request) -> Response:
        """List public agents, the newest first."""
        asked = request.query_params
        words = " ".join(asked.get(one, "") for one in ("name", "keyword", "description"))
        given = {"q": words, "category": asked.get("category", "")}
        want = _in_order(wanted.read(given), asked, wanted.NEW)
        found = search.find(want, *page_of(asked))
        counting.searched(want.query, request._request, found=bool(found.listings))
        return Response(
            MarketAgentsSerializer({"agents": pictures_of(found.listings), **_page(found)}).data
        )


class MarketSearchView(PublicView):
    """Find public agents by words."""

    @extend_schema(
        parameters=[
            OpenApiParameter("query", str, required=True),
            OpenApiParameter("categories", str, many=True, description="The first one counts."),
            OpenApiParameter(
                "description_threshold", int, description="So many letters of a description."
            ),
            *ORDER,
            *PAGE,
        ],
        responses=MarketItemsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Find public agents, the best match first."""
        asked = request.query_params
        categories = [*asked.getlist("categories"), *asked.getlist("categories[]"), ""]
        given = {"q": asked.get("query", ""), "category": categories[0]}
        want = _in_order(wanted.read(given), asked, "")
        found = search.find(want, *page_of(asked))
        counting.searched(want.query, request._request, found=bool(found.listings))
        told = {
            "items": pictures_of(found.listings),
            "suggestion": "" if found.total else search.suggestion(want),
            **_page(found),
        }
        context = {"letters": _letters(asked.get("description_threshold", ""))}
        return Response(MarketItemsSerializer(told, context=context).data)


class MarketAgentView(PublicView):
    """See a public agent by its id."""

    @extend_schema(
        operation_id="market_agent_retrieve",
        parameters=[VERSION],
        responses=MarketAgentDetailsSerializer,
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """See a public agent, with its graph where that is for everybody."""
        return _detailed(request, pk, counting.VIEW)


class MarketAgentDownloadView(PublicView):
    """Get a public agent with its graph."""

    @extend_schema(parameters=[VERSION], responses=MarketAgentDetailsSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Get a public agent with its graph; refused where that is kept."""
        return _detailed(request, pk, counting.DOWNLOAD)


class MarketAgentFileView(PublicView):
    """Get a public agent as a file."""

    @extend_schema(parameters=[VERSION], responses={(200, "application/json"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> Any:
        """Get a public agent as a file; refused where its graph is kept."""
        asked = request.query_params.get("version", "")
        version = _version(pk, asked)
        name = f"agent_{pk}_v{version.number if asked else 'latest'}.json"
        return file_of(request, version, name)


class TopDownloadsView(PublicView):
    """See what is downloaded most."""

    @extend_schema(responses=MarketAgentsSerializer)
    def get(self, request: Request) -> Response:
        """List the agents that are downloaded most."""
        return _short_list(shelves.top_downloads(TOP))


class FeaturedAgentsView(PublicView):
    """See what staff put forward."""

    @extend_schema(
        parameters=[OpenApiParameter("category", str, description="Changes nothing.")],
        responses=MarketAgentsSerializer,
    )
    def get(self, request: Request) -> Response:
        """List what staff put forward."""
        return _short_list(shelves.featured())


class MarketCategoriesView(PublicView):
    """See what there are public agents about."""

    @extend_schema(responses=MarketCategoriesSerializer)
    def get(self, request: Request) -> Response:
        """List the categories in which there is a public agent."""
        found = [one.slug for one in shelves.categories()]
        return Response(MarketCategoriesSerializer({"unique_categories": found}).data)


def _in_order(want: wanted.Wanted, asked: Any, usual: str) -> wanted.Wanted:
    sort = SORTS.get(asked.get("sort_by", ""), usual)
    return replace(want, sort=sort, rising=asked.get("sort_order", "").lower() == "asc")


def _page(found: search.Found) -> dict[str, int]:
    return {
        "total_count": found.total,
        "page": found.number,
        "page_size": found.size,
        "total_pages": found.pages,
    }


def _letters(text: str) -> int:
    return min(max(int(text), 1), MOST_LETTERS) if text.isascii() and text.isdigit() else 60


def _short_list(listings: list[Listing]) -> Response:
    shown = pictures_of(listings)
    pages = {"total_count": len(shown), "page": 1, "page_size": TOP, "total_pages": 1}
    return Response(MarketAgentsSerializer({"agents": shown, **pages}).data)


def _version(pk: UUID, number: str) -> Any:
    if number.isascii() and number.isdigit() and len(number) < 9:
        return found_version(listing=pk, number=int(number))
    return found_version(listing=pk, active_of__isnull=False)


def _detailed(request: Request, pk: UUID, what: str) -> Response:
    found = found_listing(shelves.detailed(Listing.objects.public().filter(pk=pk)))
    version = _version(pk, request.query_params.get("version", ""))
    if what == counting.DOWNLOAD or export.may_download(version):
        graph = export.exported(version)
    else:
        graph = None
    counting.count(what, found, request._request)
    context = {"graph": graph, "letters": MOST_LETTERS}
    return Response(MarketAgentDetailsSerializer(found, context=context).data)
