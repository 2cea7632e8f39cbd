"""Keep how a listing is found in step with what it says.

`refresh` is called in the transaction of each decision about a listing. It reads what is public now, so
it may be called too often, late, or for anything. What it misses is found by `missing`, which a tick
asks; and nobody sees a listing by its entry alone.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import (
    SearchVector,
    SearchVectorCombinable,
    SearchVectorField,
)
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.timezone import now

from market import counting
from market.models import Entry, Word
from market.models.entry import LONGEST_TRAIT
from market.ranking import score
from market.spelling import variants, words
from store import announcing
from store.categories import names
from store.models import Listing, ListingRating, ListingVersion

LANGUAGE = "english"
PLAIN = (
    "simple"  # words as they are written: what somebody has begun to type is found by its beginning
)
LONGEST_INDEXED = 20_000  # characters of a description
MOST_TRAITS = 60
MOST_AT_ONCE = 500
PARTS = ("active_version", "owner")


class Gap(SearchVectorCombinable, Cast):
    """A word that nobody can ask for: phrases do not reach over it from one text into the next."""

    config = None  # as its neighbours have

    def __init__(self) -> None:
        super().__init__(Value("'\ue000':1"), SearchVectorField())


def listen() -> None:
    """Have the store's actions call `refresh`, and count what they tell of."""
    announcing.LISTENERS.append(refresh)
    announcing.RATING_LISTENERS.append(rated)
    announcing.INSTALL_LISTENERS.append(installed)


def rated(listings: Collection[UUID]) -> None:
    """Write the score of listings whose reviews have changed."""
    for row in ListingRating.objects.filter(pk__in=listings):
        Entry.objects.filter(pk=row.pk).update(**_stars(row))


def installed(listings: Collection[UUID]) -> None:
    """Count that each of the listings is in one more library."""
    counting.add({pk: {counting.INSTALL: 1} for pk in listings}, now())


def refresh(listings: Collection[UUID]) -> int:
    """Write how these listings are found, of those that are public; return how many are.

    Of the others the entry stays as it is: it holds their counts, and is shown to nobody.
    """
    rows = list(Listing.objects.public().filter(pk__in=listings).select_related(*PARTS))
    if rows:
        _write(rows)
    return len(rows)


def missing(most: int = MOST_AT_ONCE) -> list[UUID]:
    """Return public listings whose entry is not there or tells of another version."""
    return list(_stale().values_list("pk", flat=True)[:most])


def document(row: Listing) -> Any:
    """Return the expression of what a listing is found by, the heaviest words first."""
    version = _version(row)
    second = f"{version.sub_heading} {' '.join(names(version.categories))}"
    who = f"{row.owner.username} {row.owner.get_full_name()}"
    parts = [
        (version.name, "A", LANGUAGE),
        (second, "B", LANGUAGE),
        (version.description, "C", LANGUAGE),
        (version.instructions, "D", LANGUAGE),
        (f"{version.name} {row.slug.replace('-', ' ')}", "A", PLAIN),
        (second, "B", PLAIN),
        (who, "B", PLAIN),
    ]
    whole: Any = Gap()
    for text, weight, config in parts:
        part = SearchVector(Value(text[:LONGEST_INDEXED]), weight=weight, config=config)
        whole = whole + part + Gap()
    return whole


def _write(rows: Sequence[Listing]) -> None:
    published = _first_approvals(row.pk for row in rows)
    ratings = ListingRating.objects.in_bulk([row.pk for row in rows])
    for row in rows:
        version = _version(row)
        moment = version.reviewed_at or version.created
        found = {
            "categories": version.categories,
            "traits": traits(version),
            "needs_credentials": bool(version.manifest.get("credentials")),
            "is_free": is_free(version.manifest),
            "published_at": published.get(row.pk, moment),
            "updated_at": moment,
        }
        if row.pk in ratings:
            found |= _stars(ratings[row.pk])
        Entry.objects.update_or_create(pk=row.pk, defaults=found)
        Entry.objects.filter(pk=row.pk).update(document=document(row))
    known = {word for row in rows for word in words(_named(row))}
    Word.objects.bulk_create(
        [Word(text=word, variants=variants(word)) for word in sorted(known)],
        ignore_conflicts=True,
    )


def traits(version: ListingVersion) -> list[str]:
    """Return what makes an agent like others: its categories, and the blocks that it is made of."""
    found = [*version.categories, *version.manifest.get("blocks", {})]
    return [one[:LONGEST_TRAIT] for one in dict.fromkeys(found)][:MOST_TRAITS]


def is_free(manifest: dict[str, Any]) -> bool:
    """Return whether the agent asks no model, which somebody would have to pay for."""
    return not manifest.get("cost", {}).get("questions")


def _stars(row: ListingRating) -> dict[str, Any]:
    return {
        "rating_total": row.total,
        "rating_count": row.count,
        "score": score(row.total, row.count),
    }


def _named(row: Listing) -> str:
    version = _version(row)
    return f"{version.name} {version.sub_heading} {' '.join(names(version.categories))}"


def _version(row: Listing) -> ListingVersion:
    assert row.active_version is not None  # of what is public
    return row.active_version


def _first_approvals(listings: Iterable[UUID]) -> dict[UUID, Any]:
    rows = ListingVersion.objects.filter(listing__in=list(listings), reviewed_at__isnull=False)
    rows = rows.exclude(status="REJECTED").order_by("listing", "-reviewed_at")
    return dict(rows.values_list("listing", "reviewed_at"))  # the earliest is read last


def _stale() -> QuerySet[Listing]:
    entry = Entry.objects.filter(pk=OuterRef("pk"))
    rows = Listing.objects.public().alias(
        known=Subquery(entry.values("updated_at")[:1]),
        approved=Coalesce("active_version__reviewed_at", "active_version__created"),
    )
    return rows.filter(Q(known=None) | ~Q(known=F("approved")))
