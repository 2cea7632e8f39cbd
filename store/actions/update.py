"""A user takes a newer version of an agent that they collected."""

from uuid import UUID

from django.db import transaction

from audit import trail
from audit.actions import Action
from store.library.errors import NothingNewer, UpdateChanged
from store.library.updating import newer
from store.models import LibraryAgent, Listing


@transaction.atomic
def update(entry: LibraryAgent, version_id: UUID) -> LibraryAgent:
    """Return the entry at the version, which is the newest and the one that the user looked at.

    Raises NothingNewer, also where the listing was suspended meanwhile, or UpdateChanged; then
    nothing changed. A second time it changes nothing.
    """
    if entry.listing_id is None:
        raise NothingNewer
    Listing.objects.select_for_update(no_key=True).get(pk=entry.listing_id)
    rows = LibraryAgent.objects.select_related("listing__active_version", "version", "listing")
    entry = rows.select_for_update(of=("self",)).get(pk=entry.pk)
    if entry.version_id == version_id:
        return entry
    found = newer(entry)
    if found is None:
        raise NothingNewer
    if found.pk != version_id:
        raise UpdateChanged
    entry.version = found
    entry.save(update_fields=["version", "updated"])
    trail.record(
        Action.AGENT_UPDATED,
        owner=entry.owner_id,
        thing=entry,
        details={"version": found.number},
    )
    return entry
