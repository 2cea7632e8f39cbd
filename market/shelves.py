"""What stands together: the front page, one agent's page, what is like it."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from agents.graphs.models import GraphVersion
from market.ranking import alike
from market.search import ORDERS, cards
from market.wanted import DOWNLOADS, NEW, TRENDING
from store.categories import CATEGORIES, Category
from store.models import Listing, ListingVersion, Picture, VersionPicture

MOST_FEATURED = 3
ON_A_SHELF = 6
MOST_LIKE = 4
CANDIDATES = 100
LOOKED_THROUGH = 200


def listing(username: str, slug: str) -> Listing | None:
    """Return the listing at the address, with all that its page shows; None where nobody may see it."""
    rows = detailed(Listing.objects.public())
    return rows.filter(owner__username__iexact=username, slug=slug.lower()).first()


def detailed(rows: QuerySet[Listing]) -> QuerySet[Listing]:
    """Return the rows with all that one listing's page tells."""
    return rows.select_related(
        "active_version__graph_version__agent", "owner", "market", "owner__profile"
    ).defer(
        "active_version__internal_comments",
        "active_version__review_comments",
        "active_version__graph_version__document",
        "market__document",
        "owner__password",
    )


def featured() -> list[Listing]:
    """Return what staff put forward, as far as everybody may see it."""
    rows = cards(Listing.objects.public().filter(featured__isnull=False))
    rows = rows.select_related("active_version", "owner", "market", "featured")
    return list(rows.order_by("featured__position", "-featured__created")[:MOST_FEATURED])


def shelf(order: str, most: int = ON_A_SHELF) -> list[Listing]:
    """Return the first of all in that order."""
    rows = cards(Listing.objects.public().filter(market__isnull=False))
    return list(rows.order_by(*ORDERS[order])[:most])


def trending() -> list[Listing]:
    return shelf(TRENDING)


def newest() -> list[Listing]:
    return shelf(NEW)


def top_downloads(most: int) -> list[Listing]:
    rows = cards(Listing.objects.public().filter(market__downloads__gt=0))
    return list(rows.order_by(*ORDERS[DOWNLOADS])[:most])


def categories() -> list[Category]:
    """Return the categories in which there is something to see.

    Those of the hottest agents tell of nearly all; only the others are asked about one by one.
    """
    rows = Listing.objects.public().filter(market__isnull=False).order_by(*ORDERS[TRENDING])
    hottest = list(rows.values_list("market__categories", flat=True)[:LOOKED_THROUGH])
    seen = {slug for found in hottest for slug in found}
    if len(hottest) == LOOKED_THROUGH:
        seen |= {
            one.slug
            for one in CATEGORIES
            if one.slug not in seen
            and rows.filter(market__categories__contains=[one.slug]).exists()
        }
    return [one for one in CATEGORIES if one.slug in seen]


def versions(found: Listing) -> QuerySet[ListingVersion]:
    """Return the approved versions of a listing, the newest first."""
    rows = ListingVersion.objects.public().filter(listing=found).select_related("graph_version")
    return rows.defer("graph_version__document").order_by("-number")


def like(found: Listing, most: int = MOST_LIKE) -> list[Listing]:
    """Return public agents that have most in common with this one, those that do best first."""
    entry: Any = getattr(found, "market", None)
    if entry is None or not entry.traits:
        return []
    rows = Listing.objects.public().filter(market__categories__overlap=entry.categories)
    rows = rows.exclude(pk=found.pk).order_by(*ORDERS[TRENDING])[:CANDIDATES]
    near = rows.values_list("pk", "market__traits")
    ranked = sorted(
        (-alike(entry.traits, traits), place, pk) for place, (pk, traits) in enumerate(near)
    )
    wanted = [pk for *_, pk in ranked[:most]]
    known = cards(Listing.objects.public().filter(pk__in=wanted)).in_bulk()
    return [known[pk] for pk in wanted if pk in known]


def first_pictures(versions: Collection[Any]) -> dict[Any, Picture]:
    """Return the first picture of each of the versions that has one, in one query."""
    rows = VersionPicture.objects.filter(version__in=versions).order_by("version", "-place")
    # The first one is read last.
    return {row.version_id: row.picture for row in rows.select_related("picture")}


def graphs(versions: Collection[UUID]) -> list[GraphVersion]:
    """Return versions of graphs, without their documents: of public listings that show them."""
    if not versions:
        return []
    return list(GraphVersion.objects.filter(pk__in=versions).defer("document"))
