"""A user who ran an agent says what they think of it; its creator answers."""

from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from agents.engine.states import ExecutionStatus
from agents.executions.models import Execution
from audit import trail
from audit.actions import Action
from kernel.errors import NotFound
from store import rating
from store.library.errors import NotRun, OwnListing
from store.models import Listing, ListingReview, ListingVersion

MISSING = "There is no such agent in the store, or no review of yours."


@transaction.atomic
def rate(
    user: User, listing: Listing, *, score: int, comments: str = "", version: UUID | None = None
) -> tuple[ListingReview, bool]:
    """Return the user's review of the listing as it now is, and whether it is new.

    ``version`` is the version of the listing that it is about, by default the active one. Raises
    NotFound, OwnListing or NotRun; then nothing changed.
    """
    about = _version(listing, version)
    if listing.owner_id == user.pk:
        raise OwnListing
    if not has_run(user, listing):
        raise NotRun
    figures = rating.locked(listing.pk)
    found = ListingReview.objects.filter(listing=listing, author=user).first()
    review = found or ListingReview(listing=listing, author=user)
    before = rating.counted(found)
    review.score, review.comments, review.version = score, comments.strip(), about
    review.save()
    rating.move(figures, before, rating.counted(review))
    trail.record(
        Action.LISTING_REVIEWED,
        owner=user.pk,
        thing=review,
        details={"listing": str(listing.pk), "score": score},
    )
    return review, found is None


def has_run(user: User, listing: Listing) -> bool:
    """Return whether the user ran the agent to its end."""
    ended = Execution.objects.filter(owner=user, agent=listing.agent_id, parent=None)
    return ended.filter(status=ExecutionStatus.COMPLETED).exists()


@transaction.atomic
def take_back(user: User, listing: Listing) -> None:
    """Delete the user's review of the listing. Raises NotFound."""
    found = ListingReview.objects.filter(listing=listing, author=user).first()
    if found is None:
        raise NotFound(MISSING)
    rating.remove(found)
    trail.record(
        Action.LISTING_REVIEW_REMOVED,
        owner=user.pk,
        thing=found,
        details={"listing": str(listing.pk)},
    )


def require_creator(user: User, review: ListingReview) -> None:
    """Raise NotFound where the review is not of an agent of the user's."""
    if review.listing.owner_id != user.pk:
        raise NotFound("There is no such review.")


@transaction.atomic
def answer(user: User, review: ListingReview, text: str) -> ListingReview:
    """Return the review with the creator's answer, or without one where the text is empty.

    Raises NotFound for anybody else.
    """
    rows = ListingReview.objects.select_for_update(of=("self",)).select_related("listing")
    found = rows.filter(pk=review.pk, listing__owner=user).first()
    if found is None:
        raise NotFound("There is no such review of an agent of yours.")
    found.answer = text.strip()
    found.answered_at = now() if found.answer else None
    ListingReview.objects.filter(pk=found.pk).update(
        answer=found.answer, answered_at=found.answered_at
    )  # `updated` is when its author changed it
    trail.record(Action.LISTING_REVIEW_ANSWERED, owner=user.pk, thing=found)
    return found


def _version(listing: Listing, version: UUID | None) -> ListingVersion:
    wanted = version or listing.active_version_id
    rows = ListingVersion.objects.public().filter(listing=listing)
    found = rows.filter(pk=wanted).first() if wanted else None
    if found is None:
        raise NotFound(f"This agent has no version `{wanted}` in the store.")
    return found
