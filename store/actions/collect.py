"""A user takes an agent of the store into the library, or out of it again."""

from uuid import UUID

from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from audit import trail
from audit.actions import Action
from kernel.errors import NotFound
from store import announcing
from store.library.entries import own_entry
from store.library.errors import NotCollected
from store.models import LibraryAgent, ListingVersion


@transaction.atomic
def collect(user: User, version_id: UUID) -> tuple[LibraryAgent, bool]:
    """Return the user's entry for a version that everybody may have, and whether it is new.

    Nothing is copied: the entry is at the version. Whoever has the agent already keeps the entry as it
    is; creators have their own. Raises NotFound.
    """
    version = (
        ListingVersion.objects.public().select_related("listing").filter(pk=version_id).first()
    )
    if version is None:
        raise NotFound(f"There is no agent `{version_id}` in the store.")
    listing = version.listing
    if listing.owner_id == user.pk:
        return own_entry(user, listing.agent_id), False
    entry = LibraryAgent(owner=user, agent_id=listing.agent_id, listing=listing, version=version)
    made = LibraryAgent.objects.bulk_create([entry], ignore_conflicts=True)[0]
    found = LibraryAgent.objects.select_for_update().get(owner=user, agent_id=listing.agent_id)
    is_first = found.pk == made.pk
    if not is_first and found.deleted_at is None:
        return found, False
    if not is_first:  # it was taken out once
        found.version, found.deleted_at, found.is_archived = version, None, False
        found.save()
    trail.record(
        Action.AGENT_COLLECTED,
        owner=user.pk,
        thing=found,
        details={"listing": str(listing.pk), "version": version.number},
    )
    if is_first:
        announcing.installed(listing.pk)
    return found, True


@transaction.atomic
def discard(entry: LibraryAgent) -> None:
    """Take a collected agent out of the library. Its runs stay; again, it changes nothing.

    Raises NotCollected for the person's own agents.
    """
    if entry.listing_id is None:
        raise NotCollected
    rows = LibraryAgent.objects.filter(pk=entry.pk, deleted_at=None)
    if rows.update(deleted_at=now(), folder=None, is_favorite=False):
        trail.record(Action.AGENT_REMOVED, owner=entry.owner_id, thing=entry)
