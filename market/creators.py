"""People whose agents everybody may see, with how these do together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast, Coalesce, NullIf

from accounts.models import User
from market.search import MOST_COUNTED
from store.models import Listing

AGENTS, RATING, RUNS = "num_agents", "agent_rating", "agent_runs"
SORTS: Mapping[str, str] = {
    RUNS: "Most runs",
    RATING: "Best rated",
    AGENTS: "Most agents",
}
MOST_CATEGORIES = 5


@dataclass(frozen=True)
class Creators:
    """A page of creators, and how many there are."""

    creators: Sequence[Any]
    total: int
    number: int
    size: int
    has_next: bool

    @property
    def pages(self) -> int:
        return -(-self.total // self.size)


def creators() -> QuerySet[Any]:
    """Return everybody who has a public listing, with sums over these alone."""
    mine = Q(listings__in=Listing.objects.public())
    rows = User.objects.filter(listings__in=Listing.objects.public().values("pk"))
    stars = Sum("listings__market__rating_total", filter=mine)
    ratings = Sum("listings__market__rating_count", filter=mine)
    return (
        rows.annotate(
            num_agents=Count("listings"),
            agent_runs=Coalesce(Sum("listings__market__runs"), 0),
            rated=Coalesce(Sum("listings__market__rating_count"), 0),
            agent_rating=Coalesce(
                Cast(stars, FloatField()) / NullIf(Cast(ratings, FloatField()), 0.0), 0.0
            ),
        )
        .select_related("profile", "avatar")
        .defer("password", "avatar__content")
    )


def everybody() -> QuerySet[User]:
    """Return the same people with their names alone."""
    rows = User.objects.filter(listings__in=Listing.objects.public()).distinct()
    return rows.only("pk", "username").order_by("pk")


def find(
    query: str = "", sort: str = RUNS, number: int = 1, size: int = 20, *, featured: bool = False
) -> Creators:
    """Return a page of creators in the order, those that have the words in what they say of themselves."""
    rows = creators()
    if query:
        words = Q(username__icontains=query) | Q(first_name__icontains=query)
        rows = rows.filter(words | Q(profile__description__icontains=query))
    if featured:
        rows = rows.filter(featured_creator__isnull=False)
    order = sort if sort in SORTS else RUNS
    start = (number - 1) * size
    found = list(rows.order_by(F(order).desc(), "username")[start : start + size + 1])
    if found and len(found) <= size:
        total = start + len(found)
    else:
        total = len(rows.order_by().values_list("pk")[: MOST_COUNTED + 1])
    return Creators(found[:size], min(total, MOST_COUNTED), number, size, len(found) > size)


def creator(username: str) -> Any | None:
    """Return the creator of that name, in any case; None where nobody of that name has anything public."""
    return creators().filter(username__iexact=username).first()


def featured(most: int) -> list[Any]:
    """Return the creators that staff put forward, as far as they have anything public."""
    rows = creators().filter(featured_creator__isnull=False)
    return list(rows.order_by("featured_creator__position", "username")[:most])


def top_categories(owner: User) -> list[str]:
    """Return what the creator's public agents are about, the most frequent first."""
    counts: dict[str, int] = {}
    rows = Listing.objects.public().filter(owner=owner)
    for [categories] in rows.values_list("active_version__categories")[:MOST_COUNTED]:
        for one in categories:
            counts[one] = counts.get(one, 0) + 1
    return sorted(counts, key=lambda one: (-counts[one], one))[:MOST_CATEGORIES]


def is_featured(owners: Collection[int]) -> set[int]:
    """Return those of the people whom staff put forward."""
    from market.models import FeaturedCreator

    rows = FeaturedCreator.objects.filter(creator__in=owners)
    return set(rows.values_list("creator_id", flat=True))
