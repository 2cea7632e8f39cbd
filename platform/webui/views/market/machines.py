"""What programs read: feeds, the sitemap, robots.txt. There is no session in any of these."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import GenericSitemap, Sitemap, views
from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from kernel.links import absolute
from market import addresses, creators, search
from market.public import conditional
from market.wanted import NEW, Wanted
from store.categories import BY_SLUG
from store.markdown import plain
from store.models import Listing
from webui.views.market.public import NOWHERE

MOST = 30
ON_A_MAP = 5000


class NewAgents(Feed):  # type: ignore[type-arg]
    """The agents that were published last, of all, of a category or of a creator."""

    feed_type = Atom1Feed
    link = "/market/"

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return conditional(request, super().__call__(request, *args, **kwargs))

    def get_object(self, request: HttpRequest, category: str = "", username: str = "") -> Wanted:
        """Return what the feed is of. Raises Http404 where that is nothing."""
        if category and category not in BY_SLUG:
            raise Http404(NOWHERE)
        if username and creators.creator(username) is None:
            raise Http404(NOWHERE)
        return Wanted(category=category, creator=username.casefold(), sort=NEW)

    def title(self, wanted: Wanted) -> str:
        if wanted.category:
            return f"New agents: {BY_SLUG[wanted.category].name}"
        return f"New agents by {wanted.creator}" if wanted.creator else "New agents"

    def subtitle(self, wanted: Wanted) -> str:
        return "What was published last in the market."

    def items(self, wanted: Wanted) -> Any:
        rows = search.ordered(search.narrowed(wanted), wanted)
        return rows.select_related("active_version", "owner", "market")[:MOST]

    def item_title(self, listing: Listing) -> str:
        return _storable(_version(listing).name)

    def item_description(self, listing: Listing) -> str:
        version = _version(listing)
        return _storable(version.sub_heading or plain(version.description))

    def item_link(self, listing: Listing) -> str:
        return str(absolute(addresses.agent(listing)))

    def item_guid(self, listing: Listing) -> str:
        return f"urn:uuid:{listing.active_version_id}"

    def item_author_name(self, listing: Listing) -> str:
        return listing.owner.get_username()

    def item_pubdate(self, listing: Listing) -> Any:
        return listing.market.published_at

    def item_updateddate(self, listing: Listing) -> Any:
        return listing.market.updated_at

    def item_categories(self, listing: Listing) -> list[str]:
        return list(_version(listing).categories)


class Agents(GenericSitemap):  # type: ignore[type-arg]
    """Every public agent."""

    limit = ON_A_MAP

    def __init__(self) -> None:
        rows = Listing.objects.public().filter(market__isnull=False)
        rows = rows.select_related("owner", "market").order_by("pk")
        super().__init__({"queryset": rows})

    def location(self, item: Any) -> str:
        return addresses.agent(item)

    def lastmod(self, item: Any) -> Any:
        return item.market.updated_at


class Creators(Sitemap):  # type: ignore[type-arg]
    """Everybody whose agents are public."""

    limit = ON_A_MAP

    def items(self) -> Any:
        return creators.everybody()

    def location(self, item: Any) -> str:
        return addresses.creator(item)


class Pages(Sitemap):  # type: ignore[type-arg]
    """The pages that are always there."""

    def items(self) -> list[str]:
        return ["webui:market", "webui:market-search", "webui:market-creators", "webui:market-top"]

    def location(self, item: str) -> str:
        return reverse(item)


@login_not_required
@require_safe
def sitemap(request: HttpRequest, section: str = "") -> HttpResponseBase:
    """Return the map of all pages for everybody, or where its parts are."""
    maps: dict[str, Any] = {"pages": Pages(), "agents": Agents(), "creators": Creators()}
    if section:
        response = views.sitemap(request, maps, section=section)
    else:
        response = views.index(request, maps, sitemap_url_name="webui:sitemap-part")
    return conditional(request, response.render())


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponseBase:
    """Return where robots may go: the market, and nothing that is somebody's."""
    lines = [
        "User-agent: *",
        "Allow: /market/",
        "Allow: /static/",
        "Allow: /$",
        "Disallow: /",
        f"Sitemap: {absolute(reverse('webui:sitemap'))}",
        "",
    ]
    return conditional(request, HttpResponse("\n".join(lines), content_type="text/plain"))


def _version(listing: Listing) -> Any:
    return listing.active_version


def _storable(text: str) -> str:
    """Return the text without what XML has no room for."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")


feed = login_not_required(require_safe(NewAgents()))
