"""A moderator hides a listing from everybody at once."""

from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from kernel.errors import Detail
from store import deciding, telling
from store.deciding import Comments
from store.errors import InvalidListing
from store.models import Listing
from store.models.listing import LONGEST_REASON
from store.moderation import Action


@transaction.atomic
def suspend(user: User, pk: UUID, *, reason: str, internal: str = "") -> Listing:
    """Return the listing, which nobody sees until it is restored. One that is suspended stays so.

    Raises NotFound, ModeratorsOnly, NotYours, or InvalidListing without a reason.
    """
    listing = Listing.objects.locked(pk)
    role = deciding.check_may(Action.SUSPEND, user, listing)
    if listing.is_suspended:
        return listing
    if not reason.strip():
        sentence = "Say in `reason` why it is suspended: its creator reads that."
        raise InvalidListing(sentence, errors=[Detail("required", sentence, "reason")])
    listing.suspended_at, listing.suspended_reason = now(), reason.strip()[:LONGEST_REASON]
    listing.save(update_fields=["suspended_at", "suspended_reason", "updated"])
    said = Comments(listing.suspended_reason, internal)
    deciding.note(Action.SUSPEND, user, listing, role, comments=said)
    telling.suspended(listing)
    return listing
