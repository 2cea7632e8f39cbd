"""Pages of lists in the market, each with one address."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import QueryDict

from market.search import Found
from market.wanted import Wanted
from webui.paging import Page

DEEPEST = 1000


def number_of(given: Mapping[str, str]) -> int:
    """Return the number of the page that an address names; the first where it names none."""
    text = given.get("page", "")
    if text.isascii() and text.isdigit() and len(text) < 6:
        return min(max(int(text), 1), DEEPEST)
    return 1


def page_of(found: Found, want: Wanted) -> Page:
    """Return what leads from a page of what was found to those beside it."""
    return _page(found.number, found.has_next, want.address)


def plain(query: QueryDict, number: int, has_next: bool) -> Page:
    """Return the same for a list that asks for little."""
    kept = {name: query[name] for name in ("q", "sort") if query.get(name)}
    return _page(number, has_next, urlencode(kept))


def _page(number: int, has_next: bool, address: str) -> Page:
    def at(one: int) -> str:
        return "?" + "&".join(part for part in (address, f"page={one}" if one > 1 else "") if part)

    return Page(
        items=(),
        number=number,
        previous=at(number - 1) if number > 1 else None,
        next=at(number + 1) if has_next else None,
    )
