"""Cards of agents and creators: what is drawn, and what is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agents.graphs.models import GraphVersion
from agents.graphs.thumbnails import thumbnails
from market import addresses, shelves
from market.search import Marks
from store.categories import BY_SLUG
from store.models import Listing
from webui.pictures import Picture, picture

COLOURS = 6


@dataclass(frozen=True)
class Cover:
    """What a card shows of an agent: a picture, its graph, or a letter on a colour."""

    address: str = ""
    drawn: Picture | None = None
    letter: str = ""
    colour: int = 0


@dataclass(frozen=True)
class Card:
    """An agent in a list."""

    listing: Listing
    version: Any
    entry: Any
    url: str
    creator_url: str
    cover: Cover
    categories: Sequence[str]
    stars: "Stars"
    marks: Marks | None


@dataclass(frozen=True)
class Stars:
    """An average in words and in fifths of a bar."""

    words: str
    eighths: int

    @property
    def full(self) -> str:
        return f"stars--{self.eighths}"


def agents(
    listings: Sequence[Listing],
    drawn: Mapping[UUID, Cover],
    marked: Mapping[UUID, Marks] | None = None,
) -> list[Card]:
    """Return the cards of the listings."""
    return [
        Card(
            listing,
            one := listing.active_version,
            listing.market,
            addresses.agent(listing),
            addresses.creator(listing.owner),
            drawn.get(listing.pk, Cover()),
            [BY_SLUG[slug].name for slug in one.categories if slug in BY_SLUG] if one else [],
            stars(listing.market.rating),
            (marked or {}).get(listing.pk),
        )
        for listing in listings
    ]


def covers(listings: Sequence[Listing]) -> dict[UUID, Cover]:
    """Return what the listings' cards show, in three queries for all of them at the most."""
    versions = {one.active_version_id: one for one in listings}
    shown = {pk: addresses.picture(one) for pk, one in shelves.first_pictures(versions).items()}
    open_ones = [
        one.active_version.graph_version_id
        for one in versions.values()
        if one.active_version and one.shows_graph and one.active_version_id not in shown
    ]
    graphs = thumbnails(shelves.graphs(open_ones))
    found = {}
    for pk, listing in versions.items():
        version: Any = listing.active_version
        drawn = graphs.get(version.graph_version_id) if listing.shows_graph else None
        letter = next((sign for sign in version.name if sign.isalnum()), "·").upper()
        found[listing.pk] = Cover(
            shown.get(pk, ""), picture(drawn) if drawn else None, letter, _colour(version.name)
        )
    return found


def drawing(version: GraphVersion) -> Picture | None:
    """Return the drawn graph of a version."""
    return picture(thumbnails([version])[version.pk])


def creator_cards(people: Sequence[Any]) -> list[tuple[Any, str, str | None, Stars]]:
    """Return people with their addresses, pictures and stars."""
    return [
        (one, addresses.creator(one), addresses.avatar(one), stars(one.agent_rating))
        for one in people
    ]


def stars(average: float) -> Stars:
    """Return how an average looks: in halves of stars."""
    return Stars(f"{average:.1f}", round(average * 2))


def _colour(name: str) -> int:
    return sum(name.encode("utf-8", "replace")) % COLOURS
