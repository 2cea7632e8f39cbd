"""What somebody asks the market for, read from an address: every value is one of a list, or a short text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from store.categories import BY_SLUG

LONGEST_QUERY = 200
LONGEST_NAME = 150
RELEVANCE, TRENDING, NEW, RATING, RUNS, DOWNLOADS, UPDATED, NAME = (
    *("relevance", "trending", "new", "rating"),
    *("runs", "downloads", "updated", "name"),
)
SORTS: Mapping[str, str] = {
    RELEVANCE: "Best match",
    TRENDING: "Trending",
    RATING: "Best rated",
    RUNS: "Most runs",
    DOWNLOADS: "Most downloaded",
    NEW: "Newest",
    UPDATED: "Updated last",
    NAME: "By name",
}
STARS = (4, 3, 2)
NAMES = ("q", "category", "creator", "stars", "no_credentials", "free", "sort")
YES = frozenset({"1", "true", "yes", "on"})
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ue000-\uf8ff]+")


@dataclass(frozen=True)
class Wanted:
    """What is asked for; all of it, where nothing is said."""

    query: str = ""
    category: str = ""
    creator: str = ""
    stars: int = 0
    no_credentials: bool = False
    free: bool = False
    sort: str = ""
    rising: bool = False  # the sort turned round

    @property
    def order(self) -> str:
        """Return the sort that holds: the best match of a search, else what is trending."""
        if self.sort in SORTS and (self.query or self.sort != RELEVANCE):
            return self.sort
        return RELEVANCE if self.query else TRENDING

    @property
    def is_narrow(self) -> bool:
        """Return whether anything is asked for but an order."""
        return replace(self, sort="", rising=False) != Wanted()

    @property
    def address(self) -> str:
        """Return the query string that asks for the same, always spelled in one way."""
        found = {
            "q": self.query,
            "category": self.category,
            "creator": self.creator,
            "stars": str(self.stars or ""),
            "no_credentials": "1" if self.no_credentials else "",
            "free": "1" if self.free else "",
            "sort": self.sort if self.sort != Wanted(query=self.query).order else "",
        }
        return urlencode({name: value for name, value in found.items() if value})


def read(given: Mapping[str, str]) -> Wanted:
    """Return what the parameters of an address ask for. What makes no sense there is left out."""
    category, sort = given.get("category", ""), given.get("sort", "")
    stars = given.get("stars", "")
    return Wanted(
        query=clean(given.get("q", "")),
        category=category if category in BY_SLUG else "",
        creator=clean(given.get("creator", ""))[:LONGEST_NAME].casefold(),
        stars=int(stars) if stars in {str(one) for one in STARS} else 0,
        no_credentials=given.get("no_credentials", "").casefold() in YES,
        free=given.get("free", "").casefold() in YES,
        sort=sort if sort in SORTS else "",
    )


def clean(text: str) -> str:
    """Return a text as it is searched for: short, on one line, of letters that can be stored."""
    return " ".join(UNPRINTABLE.sub(" ", text).split())[:LONGEST_QUERY]
