"""The sum and the count of a listing's scores, kept right by whoever writes its reviews."""

from uuid import UUID

from django.db import transaction

from accounts.holdings import BATCH, Holding, Progress
from store import announcing
from store.models import ListingRating, ListingReview


def locked(listing: UUID) -> ListingRating:
    """Return the listing's figures with their row locked: its reviews are written one at a time.

    Only in a transaction, and before the reviews themselves are read.
    """
    rows = ListingRating.objects.select_for_update(no_key=True)
    found = rows.filter(pk=listing).first()
    if found is None:
        ListingRating.objects.bulk_create([ListingRating(pk=listing)], ignore_conflicts=True)
        found = rows.get(pk=listing)
    return found


def move(rating: ListingRating, before: int | None, after: int | None) -> None:
    """Count a score instead of another one; None for none. Whoever shows ratings hears of it."""
    if before == after:
        return
    rating.total += (after or 0) - (before or 0)
    rating.count += (after is not None) - (before is not None)
    rating.save(update_fields=["total", "count"])
    announcing.rated(rating.pk)


def counted(review: ListingReview | None) -> int | None:
    """Return the score that the review adds; None where there is none or nobody sees it."""
    return None if review is None or review.hidden_at is not None else review.score


@transaction.atomic
def remove(review: ListingReview) -> None:
    """Delete a review, and count it no more. Again, it changes nothing."""
    rating = locked(review.listing_id)
    found = ListingReview.objects.filter(pk=review.pk).first()
    if found is not None:
        before = counted(found)
        found.delete()
        move(rating, before, None)


def forget(holding: Holding, person: int) -> Progress:
    """Remove some of the reviews of a person who is being erased."""
    some = list(holding.rows(person)[:BATCH])
    for review in some:
        remove(review)
    return Progress.MORE if len(some) == BATCH else Progress.DONE
