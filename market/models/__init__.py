"""What the market knows of its own: how to find listings, and how they do. Listings are the store's."""

from market.models.entry import COUNTED, Entry
from market.models.featured import FeaturedCreator, FeaturedListing
from market.models.rollup import Rollup
from market.models.term import SearchTerm
from market.models.word import Word

__all__ = [
    "COUNTED",
    "Entry",
    "FeaturedCreator",
    "FeaturedListing",
    "Rollup",
    "SearchTerm",
    "Word",
]
