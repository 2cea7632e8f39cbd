"""An agent of the market: its page, its file, its picture."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse

from kernel.jsontypes import dumps
from market import addresses, cards, counting, export, shelves
from store.models import ListingVersion
from webui.market import agents, covers, drawing, plainly, stars, structured
from webui.views.market.public import NOWHERE, found_or_404, public, show

MOST_VERSIONS = 20
SEALED = "default-src 'none'; sandbox"


@public
def agent(request: HttpRequest, username: str, slug: str) -> HttpResponse:
    """Show what an agent does, what it can do, how it does, and how to get it."""
    listing = found_or_404(shelves.listing(username, slug))
    counting.count(counting.VIEW, listing, request)
    version = listing.active_version
    like = shelves.like(listing)
    context: dict[str, Any] = {
        "listing": listing,
        "version": version,
        "entry": listing.market,
        "stars": stars(listing.market.rating),
        "pictures": [
            (one.picture, addresses.picture(one.picture))
            for one in version.shown_pictures.select_related("picture")
        ],
        "drawn": drawing(version.graph_version) if listing.shows_graph else None,
        "abilities": plainly.told(version.manifest),
        "cost": plainly.cost(version.manifest),
        "versions": shelves.versions(listing)[:MOST_VERSIONS],
        "can_download": export.may_download(version),
        "like": agents(like, covers(like)),
        "creator_url": addresses.creator(listing.owner),
        "avatar": addresses.avatar(listing.owner),
        "card": addresses.whole(addresses.card(version)),
        "structured": structured.agent(listing),
    }
    return show(request, "agent.html", context, path=addresses.agent(listing))


@public
def download(request: HttpRequest, username: str, slug: str) -> HttpResponse:
    """Return the agent as a file; where its graph is kept there is none."""
    listing = found_or_404(shelves.listing(username, slug))
    if not export.may_download(listing.active_version):
        raise Http404("This agent's creator keeps its graph. Take it into your library instead.")
    content = dumps(export.exported(listing.active_version)).encode()
    counting.count(counting.DOWNLOAD, listing, request)
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{listing.slug}.json"'
    return response


@public
def card(request: HttpRequest, pk: UUID, digest: str) -> HttpResponse:
    """Return the picture that other sites show beside a link to an agent."""
    rows = ListingVersion.objects.public().select_related("listing__owner", "graph_version")
    version = rows.filter(pk=pk).first()
    if version is None or digest != cards.digest(version):
        raise Http404(NOWHERE)
    response = HttpResponse(cards.picture(version), content_type=cards.MEDIA_TYPE)
    response["Content-Security-Policy"] = SEALED
    return response
