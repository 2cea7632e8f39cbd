"""Tell creators what moderators decided."""

from accounts.notifications import NotificationType
from notifications.services import Note, tell
from store.models import Listing, ListingVersion

PAGE = "/creator/listings/"


def approved(version: ListingVersion) -> None:
    title = f"{version.name} is in the store"
    _tell(version.listing, NotificationType.AGENT_APPROVED, title, version.review_comments)


def rejected(version: ListingVersion) -> None:
    title = f"{version.name} was not taken into the store"
    _tell(version.listing, NotificationType.AGENT_REJECTED, title, version.review_comments)


def suspended(listing: Listing) -> None:
    title = f"{_name(listing)} was taken out of the store"
    _tell(listing, NotificationType.AGENT_REJECTED, title, listing.suspended_reason)


def restored(listing: Listing) -> None:
    title = f"{_name(listing)} is in the store again"
    _tell(listing, NotificationType.AGENT_APPROVED, title, "")


def _name(listing: Listing) -> str:
    newest = listing.active_version or listing.versions.order_by("-number").first()
    return newest.name if newest else listing.slug


def _tell(listing: Listing, kind: NotificationType, title: str, text: str) -> None:
    link = f"{PAGE}{listing.pk}/"
    tell(Note(listing.owner_id, kind, title, text, link, about=f"listing {listing.pk}"))
