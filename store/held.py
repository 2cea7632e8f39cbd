"""What this app holds of people: what they publish, and what was decided about it."""

from collections.abc import Iterator
from functools import partial

from django.core.files.storage import storages

from accounts.holdings import (
    Holding,
    Opener,
    Progress,
    all_but,
    goes_with_others,
    only,
    register,
    stays,
)
from store.models import (
    Decision,
    Finding,
    Folder,
    LibraryAgent,
    Listing,
    ListingRating,
    ListingReview,
    ListingVersion,
    Picture,
    Report,
    VersionPicture,
)
from store.pictures import STORAGE, remove_some
from store.rating import forget
from uploads.errors import StorageUnavailable

OF_MODERATORS = ("reviewer_id", "internal_comments")


def content_of(picture: Picture) -> Iterator[tuple[str, Opener]]:
    """Yield the picture, as it is shown."""
    if picture.is_whole:
        yield f"{picture.pk}.webp", partial(storages[STORAGE].open, picture.place)


def erase(holding: Holding, person: int) -> Progress:
    """Remove some of the person's pictures: the content first, so that none is left without a row."""
    try:
        is_last = remove_some(person)
    except StorageUnavailable:
        return Progress.WAITS
    return Progress.DONE if is_last else Progress.MORE


register(
    Holding(Listing, owner="owner", shape=all_but()),
    Holding(
        ListingVersion,
        owner="listing__owner",
        also=("reviewer",),
        shape=all_but(*OF_MODERATORS),
        erase=goes_with_others,
    ),
    Holding(
        ListingVersion.sub_agents.through,
        owner="listingversion__listing__owner",
        why_not="named by the graphs of the versions",
        erase=goes_with_others,
    ),
    Holding(
        Finding,
        owner="version__listing__owner",
        shape=only("version_id", "code", "severity", "message", "where"),
        erase=goes_with_others,
    ),
    Holding(
        Decision,
        owner="listing__owner",
        also=("by",),
        # Not who decided, nor what moderators told each other.
        shape=only("created", "version_id", "action", "before", "after", "comments"),
        erase=stays,
    ),
    Holding(Folder, owner="owner", shape=only("id", "name", "created")),
    Holding(LibraryAgent, owner="owner", shape=all_but()),
    Holding(
        ListingRating,
        owner="listing__owner",
        shape=only("listing_id", "total", "count"),
        erase=goes_with_others,
    ),
    Holding(
        ListingReview,
        owner="author",
        shape=only("id", "listing_id", "version_id", "score", "comments", "created", "updated"),
        erase=forget,
    ),
    Holding(
        Report,
        owner="reporter",
        also=("resolved_by",),
        shape=only("id", "listing_id", "review_id", "reason", "text", "created"),
    ),
    Holding(
        Picture,
        owner="owner",
        shape=only("id", "digest", "width", "height", "created"),
        files=content_of,
        erase=erase,
    ),
    Holding(
        VersionPicture,
        owner="picture__owner",
        shape=only("version_id", "picture_id", "place"),
        erase=goes_with_others,
    ),
)
