"""A user points moderators at a listing, or at a review of one."""

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from audit import trail
from audit.actions import Action
from store.library.errors import TooManyReports
from store.models import Listing, ListingReview, Report

DAY = timedelta(days=1)
MOST_PER_DAY = 20


@transaction.atomic
def report(
    user: User,
    listing: Listing,
    *,
    reason: str,
    text: str = "",
    review: ListingReview | None = None,
) -> tuple[Report, bool]:
    """Return the user's open report of the listing, or of a review of it, and whether it is new.

    A second one changes the first. Raises TooManyReports; then nothing was reported.
    """
    User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)  # they are counted
    found = Report.objects.filter(
        reporter=user, listing=listing, review=review, resolved_at=None
    ).first()
    if found is None and _sent_today(user) >= MOST_PER_DAY:
        raise TooManyReports
    made = found or Report(reporter=user, listing=listing, review=review)
    made.reason, made.text = reason, text.strip()
    made.save()
    if found is None:
        trail.record(
            Action.LISTING_REPORTED,
            owner=user.pk,
            thing=made,
            details={"listing": str(listing.pk), "review": str(review.pk) if review else None},
        )
    return made, found is None


def _sent_today(user: User) -> int:
    return Report.objects.filter(reporter=user, created__gt=now() - DAY).count()
