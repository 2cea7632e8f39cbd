"""A moderator lets a suspended listing be seen again."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from store import deciding, telling
from store.deciding import Comments
from store.models import Listing
from store.moderation import Action


@transaction.atomic
def restore(user: User, pk: UUID, *, comments: str = "") -> Listing:
    """Return the listing, which is seen again as far as a version of it is approved.

    Raises NotFound, ModeratorsOnly or NotYours.
    """
    listing = Listing.objects.locked(pk)
    role = deciding.check_may(Action.RESTORE, user, listing)
    if not listing.is_suspended:
        return listing
    listing.suspended_at, listing.suspended_reason = None, ""
    listing.save(update_fields=["suspended_at", "suspended_reason", "updated"])
    deciding.note(Action.RESTORE, user, listing, role, comments=Comments(comments))
    telling.restored(listing)
    return listing
