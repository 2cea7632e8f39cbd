"""New versions of what people collected: offered to all, and taken at once by those who want that.

A version that asks for more than the one that somebody has (another host, credential, code …) is never
taken without them.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import now

from store import announcing, manifest
from store.models import LibraryAgent, Listing, ListingVersion


def newer(entry: LibraryAgent) -> ListingVersion | None:
    """Return the version that the entry could be at, where that is another one than it has."""
    listing = entry.listing
    if listing is None or listing.is_suspended or listing.deleted_at is not None:
        return None
    active = listing.active_version
    if active is None or not active.is_available or active.pk == entry.version_id:
        return None
    has = entry.version
    return active if has is None or active.number > has.number or not has.is_available else None


def changes(entry: LibraryAgent, version: ListingVersion) -> dict[str, Any]:
    """Return how the abilities of a version differ from those of the one that the entry is at."""
    return dict(manifest.diff(_manifest(entry.version), version.manifest))


def asks_for_more(entry: LibraryAgent, version: ListingVersion) -> bool:
    """Return whether the version can do something that the entry's cannot."""
    return manifest.asks_for_more(_manifest(entry.version), version.manifest)


def follow() -> None:
    """Hear of what is approved."""
    announcing.LISTENERS.append(take)


def take(listings: Collection[UUID]) -> None:
    """Move the entries that want new versions to the active ones that ask for nothing more."""
    public = Listing.objects.public().filter(pk__in=listings).select_related("active_version")
    for listing in public:
        new = listing.active_version
        if new is None:
            continue
        wanting = LibraryAgent.objects.collected().filter(listing=listing, auto_update=True)
        wanting = wanting.filter(~Q(version=new)).filter(version__number__lt=new.number)
        held = ListingVersion.objects.filter(pk__in=wanting.values("version").distinct())
        fine = [one.pk for one in held if not manifest.asks_for_more(one.manifest, new.manifest)]
        if fine:
            rows = LibraryAgent.objects.filter(pk__in=wanting.values("pk"), version__in=fine)
            rows.update(version=new, updated=now())


def _manifest(version: ListingVersion | None) -> dict[str, Any]:
    return version.manifest if version else {}
