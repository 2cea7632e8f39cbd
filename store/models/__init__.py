"""The tables of the store, one module for each area."""

from store.models.decision import Decision
from store.models.finding import Finding
from store.models.library import Folder, LibraryAgent, LibraryAgentQuerySet
from store.models.listing import Listing, ListingQuerySet
from store.models.picture import Picture, VersionPicture
from store.models.review import ListingRating, ListingReview, ListingReviewQuerySet, Reason, Report
from store.models.version import ListingVersion, ListingVersionQuerySet

__all__ = [
    "Decision",
    "Finding",
    "Folder",
    "LibraryAgent",
    "LibraryAgentQuerySet",
    "Listing",
    "ListingQuerySet",
    "ListingRating",
    "ListingReview",
    "ListingReviewQuerySet",
    "ListingVersion",
    "ListingVersionQuerySet",
    "Picture",
    "Reason",
    "Report",
    "VersionPicture",
]
