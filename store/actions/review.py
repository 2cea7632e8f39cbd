"""What approving and rejecting have in common: both decide about a version that waits."""

from uuid import UUID

from django.utils.timezone import now

from accounts.models import User
from store import deciding, moderation
from store.deciding import Comments
from store.errors import (
    AlreadyDecided,
    ListingSuspended,
    NotDecidable,
    NotScreened,
    SubmissionChanged,
)
from store.models import ListingVersion
from store.moderation import Action, Role, State

DECIDED = {State.APPROVED: "approved", State.REJECTED: "rejected"}


def open_for(
    action: Action, user: User, pk: UUID, revision: int | None
) -> tuple[ListingVersion, Role, bool]:
    """Return the version locked, the role in which the person decides, and whether it is to be done.

    It is not where the same person decided the same before. ``revision`` is what was looked at.
    Raises NotFound, ModeratorsOnly, NotYours or NotDecidable.
    """
    version = deciding.locked(pk)
    role = deciding.check_may(action, user, version.listing)
    if version.state in DECIDED:
        wanted = State.APPROVED if action is Action.APPROVE else State.REJECTED
        if version.state is wanted and version.reviewer_id == user.pk:
            return version, role, False
        raise AlreadyDecided(
            f"This version was {DECIDED[version.state]} already, by {_who(version)}. Nothing changed."
        )
    suspended = version.listing.is_suspended
    if moderation.after(action, version.state, suspended=suspended) is None:
        if moderation.after(action, version.state) is not None:
            raise ListingSuspended
        raise NotDecidable(
            f"This version does not wait for anybody: it is {version.status.lower()}."
        )
    if revision is not None and revision != version.revision:
        raise SubmissionChanged
    if not version.is_screened:
        raise NotScreened
    return version, role, True


def decide(
    version: ListingVersion,
    action: Action,
    user: User,
    role: Role,
    comments: Comments,
) -> None:
    """Keep what was decided about an open version, and write it down."""
    before = version.state
    after = moderation.after(action, before, suspended=version.listing.is_suspended)
    assert after is not None
    version.status, version.reviewer, version.reviewed_at = after, user, now()
    version.review_comments = comments.public
    version.internal_comments = comments.internal
    version.save()
    deciding.note(
        action, user, version.listing, role, version=version, before=before, comments=comments
    )


def _who(version: ListingVersion) -> str:
    return version.reviewer.get_username() if version.reviewer else "somebody who is gone"
