"""Pages of a list, without counting it: a person's runs may be very many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict

DEEPEST = 10_000  # pages; farther on, a search finds things sooner than a reader

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page:
    """Some items of a list, and the query strings of the pages beside them."""

    items: Sequence[Any]
    number: int = 1
    previous: str | None = None
    next: str | None = None

    @property
    def is_only(self) -> bool:
        return self.previous is None and self.next is None


def page_of(
    rows: QuerySet[Row] | Sequence[Any], query: QueryDict, *, size: int, name: str = "page"
) -> Page:
    """Return the page that the query names under ``name``; the first where it names none."""
    number = _number(query.get(name, ""))
    start = (number - 1) * size
    found = list(rows[start : start + size + 1])
    return Page(
        items=found[:size],
        number=number,
        previous=_with(query, name, number - 1) if number > 1 else None,
        next=_with(query, name, number + 1) if len(found) > size else None,
    )


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 6:
        return min(max(int(text), 1), DEEPEST)
    return 1


def _with(query: QueryDict, name: str, number: int) -> str:
    changed = query.copy()
    changed[name] = str(number)
    return f"?{changed.urlencode()}"
