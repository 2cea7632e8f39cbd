"""What this app holds of people: that staff put somebody forward. Counts and searches name nobody."""

from accounts.holdings import Holding, all_but, goes_with_others, register
from market.models import Entry, FeaturedCreator, FeaturedListing

register(
    Holding(
        Entry,
        owner="listing__owner",
        shape=all_but("document"),
        erase=goes_with_others,
    ),
    Holding(FeaturedListing, owner="listing__owner", shape=all_but(), erase=goes_with_others),
    Holding(FeaturedCreator, owner="creator", shape=all_but()),
)
