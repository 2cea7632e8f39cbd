"""A creator takes a version back: one that waits, or one that was approved."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from store import deciding, moderation
from store.errors import SubmissionClosed
from store.models import Listing, ListingVersion
from store.moderation import Action, Role, State


@transaction.atomic
def withdraw(user: User, pk: UUID) -> ListingVersion:
    """Return the version, which nobody gets any more; the approved one before it stands in for it.

    Raises NotFound, or SubmissionClosed for one that was rejected; then nothing changed.
    """
    version = deciding.locked(pk)
    deciding.check_may(Action.WITHDRAW, user, version.listing)
    before = version.state
    if before is State.WITHDRAWN:
        return version
    after = moderation.after(Action.WITHDRAW, before)
    if after is None:
        raise SubmissionClosed("This version was rejected: there is nothing to take back.")
    version.status = after
    version.save(update_fields=["status", "updated"])
    _stand_in(version.listing, version)
    deciding.note(
        Action.WITHDRAW, user, version.listing, Role.CREATOR, version=version, before=before
    )
    return version


def _stand_in(listing: Listing, gone: ListingVersion) -> None:
    """Let people get the newest version that is approved still, where they got the one that is gone."""
    if listing.active_version_id == gone.pk:
        listing.active_version = listing.versions.approved().order_by("-number").first()
        listing.save(update_fields=["active_version", "updated"])
