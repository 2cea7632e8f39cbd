"""A moderator returns a version to its creator, with the reasons."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from kernel.errors import Detail
from store import telling
from store.actions import review
from store.deciding import Comments
from store.errors import InvalidListing
from store.models import ListingVersion
from store.moderation import Action


@transaction.atomic
def reject(
    user: User, pk: UUID, *, comments: Comments, revision: int | None = None
) -> ListingVersion:
    """Return the version, which goes back to its creator; an approved one before it stays.

    Raises NotFound, ModeratorsOnly, NotYours, NotDecidable, or InvalidListing without a word for the
    creator; then nothing changed.
    """
    version, role, is_new = review.open_for(Action.REJECT, user, pk, revision)
    if not is_new:
        return version
    if not comments.public.strip():
        sentence = "Tell the creator in `comments` what to change."
        raise InvalidListing(sentence, errors=[Detail("required", sentence, "comments")])
    review.decide(version, Action.REJECT, user, role, comments)
    telling.rejected(version)
    return version
