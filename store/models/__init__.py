"""The tables of the store, one module for each area."""

from store.models.decision import Decision
from store.models.finding import Finding
from store.models.listing import Listing, ListingQuerySet
from store.models.picture import Picture, VersionPicture
from store.models.version import ListingVersion, ListingVersionQuerySet

__all__ = [
    "Decision",
    "Finding",
    "Listing",
    "ListingQuerySet",
    "ListingVersion",
    "ListingVersionQuerySet",
    "Picture",
    "VersionPicture",
]
