"""Find listings by words, and in orders. Every question begins with what everybody may see.

Words are found by PostgreSQL's full text (`Entry.document`, an index). How well they match is looked at
for the `MOST_RANKED` hottest of those that match: reading the texts of a hundred thousand would take
seconds, and nobody reads so far. Matches are marked for the page that is shown, and for nothing else.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import F, Func, QuerySet, TextField, Value
from django.db.models.functions import Left, Lower, Replace
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from market.indexing import LANGUAGE, PLAIN
from market.models import Word
from market.ranking import relevance
from market.spelling import LONGEST, nearest, variants, words
from market.wanted import (
    DOWNLOADS,
    NAME,
    NEW,
    RATING,
    RELEVANCE,
    RUNS,
    TRENDING,
    UPDATED,
    Wanted,
)
from store.models import Listing

MOST_RANKED = 500
MOST_COUNTED = 1000
MOST_TRIED = 5  # other spellings that are searched for
LONGEST_MARKED = 5000  # characters of a description that are looked through for matches
ORDERS: Mapping[str, tuple[str, ...]] = {
    TRENDING: ("-market__heat", "-market__listing"),
    RATING: ("-market__score", "-market__listing"),
    RUNS: ("-market__runs", "-market__listing"),
    DOWNLOADS: ("-market__downloads", "-market__listing"),
    NEW: ("-market__published_at", "-market__listing"),
    UPDATED: ("-market__updated_at", "-market__listing"),
    NAME: ("name_in_order", "pk"),
}
BEGINNING = re.compile(r"(?<!\w)\w+\Z")
OPERATORS = re.compile(r"[\"-]|\bor\b", re.IGNORECASE)
# Letters that no text has (`wanted.clean` and `_marked` take them out): where a match begins and ends.
START, STOP = "\ue000", "\ue001"
GAP = " … "


Narrowing = Callable[["QuerySet[Listing]"], "QuerySet[Listing]"]


@dataclass(frozen=True)
class Found:
    """A page of what was found, and how many there are."""

    listings: Sequence[Listing]
    total: int
    number: int = 1
    size: int = 20
    has_next: bool = False
    is_capped: bool = False  # there are more than `total`
    suggestion: str = ""
    marks: Mapping[UUID, "Marks"] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        return -(-self.total // self.size)


@dataclass(frozen=True)
class Marks:
    """The texts of a listing with what matches marked: HTML that is safe in a page."""

    name: SafeString
    sub_heading: SafeString
    description: SafeString


def find(
    wanted: Wanted, number: int = 1, size: int = 20, *, among: Narrowing | None = None
) -> Found:
    """Return a page of the listings that are wanted, in the order that is wanted."""
    rows = narrowed(wanted) if among is None else among(narrowed(wanted))
    start = (number - 1) * size
    if wanted.order == RELEVANCE:
        ranked, is_capped = _ranked(rows, wanted.query)
        pks = ranked[start : start + size]
        found = cards(Listing.objects.public().filter(pk__in=pks)).in_bulk()
        listings = [found[pk] for pk in pks if pk in found]
        return Found(listings, len(ranked), number, size, start + size < len(ranked), is_capped)
    listings = list(cards(ordered(rows, wanted))[start : start + size + 1])
    total = _count(rows, number, size, len(listings))
    return Found(
        listings[:size],
        min(total, MOST_COUNTED),
        number,
        size,
        len(listings) > size,
        total > MOST_COUNTED,
    )


def narrowed(wanted: Wanted) -> QuerySet[Listing]:
    """Return the public listings that are asked for, in no order."""
    rows: Any = Listing.objects.public().filter(market__isnull=False)
    if wanted.query:
        rows = rows.filter(market__document=match(wanted.query))
    if wanted.category:
        rows = rows.filter(market__categories__contains=[wanted.category])
    if wanted.creator:
        rows = rows.filter(owner__username__iexact=wanted.creator)
    if wanted.stars:
        rows = rows.filter(market__score__gte=wanted.stars, market__rating_count__gt=0)
    if wanted.no_credentials:
        rows = rows.filter(market__needs_credentials=False)
    if wanted.free:
        rows = rows.filter(market__is_free=True)
    return rows  # type: ignore[no-any-return]


def ordered(rows: QuerySet[Listing], wanted: Wanted) -> QuerySet[Listing]:
    """Return the rows in the order that is wanted, and listings that are equal in a fixed one."""
    order = ORDERS[TRENDING if wanted.order == RELEVANCE else wanted.order]
    if wanted.order == NAME:
        rows = rows.alias(name_in_order=Lower("active_version__name"))
    found = rows.order_by(*order)
    return found.reverse() if wanted.rising else found


def cards(rows: QuerySet[Listing]) -> QuerySet[Listing]:
    """Return the rows with what a card shows of each: no query for each of them."""
    return rows.select_related("active_version", "owner", "market").defer(
        "active_version__description",
        "active_version__instructions",
        "active_version__manifest",
        "active_version__internal_comments",
        "active_version__review_comments",
        "active_version__changes_summary",
        "market__document",
        "market__traits",
        "owner__password",
    )


def match(query: str) -> Any:
    """Return what PostgreSQL searches for: all the words, and of the last one perhaps the beginning.

    People search while they type, so a word that has only begun finds what begins like it.
    """
    whole: Any = SearchQuery(query, search_type="websearch", config=LANGUAGE)
    if OPERATORS.search(query):
        return whole
    beginning = BEGINNING.search(query)
    if beginning is None:
        return whole
    begun: Any = SearchQuery(f"'{beginning.group()}':*", search_type="raw", config=PLAIN)
    before = query[: beginning.start()].strip()
    if before:
        begun = SearchQuery(before, search_type="websearch", config=LANGUAGE) & begun
    return whole | begun


def suggestion(wanted: Wanted) -> str:
    """Return the same words in a spelling that finds something public; empty where there is none."""
    asked = words(wanted.query)
    if not asked or OPERATORS.search(wanted.query):
        return ""
    near = {word: _near(word) for word in asked if len(word) <= LONGEST}
    tried = 0
    for rank in range(MOST_TRIED):
        spelled = [_at(near.get(word, []), rank, word) for word in asked]
        text = " ".join(spelled)
        if spelled != asked and tried < MOST_TRIED:
            tried += 1
            if narrowed(Wanted(query=text)).exists():
                return text
    return ""


def marks(listings: Sequence[Listing], query: str) -> dict[UUID, Marks]:
    """Return the texts of the listings with what matches marked, in one query."""
    if not listings or not query:
        return {}
    asked = match(query)
    rows: Any = Listing.objects.public().filter(pk__in=[one.pk for one in listings])
    rows = rows.annotate(
        marked_name=_headline("active_version__name", asked, whole=True),
        marked_sub_heading=_headline("active_version__sub_heading", asked, whole=True),
        marked_description=_headline("active_version__description", asked, whole=False),
    ).values_list("pk", "marked_name", "marked_sub_heading", "marked_description")
    return {pk: Marks(*(_marked(text) for text in texts)) for pk, *texts in rows}


def _ranked(rows: QuerySet[Listing], query: str) -> tuple[list[UUID], bool]:
    """Return the listings that match, the best first, and whether there are more than were looked at."""
    hottest = rows.order_by(*ORDERS[TRENDING])[: MOST_RANKED + 1]
    rank = SearchRank(F("market__document"), match(query), cover_density=True, normalization=1)
    found = list(hottest.values_list("pk", rank, "market__score", "market__runs"))
    is_capped, found = len(found) > MOST_RANKED, found[:MOST_RANKED]
    ranked = sorted(
        (-relevance(float(text), score, runs), place, pk)
        for place, (pk, text, score, runs) in enumerate(found)
    )
    return [pk for *_, pk in ranked], is_capped


def _count(rows: QuerySet[Listing], number: int, size: int, on_page: int) -> int:
    """Return how many rows there are, or one more than are counted."""
    if on_page <= size and (on_page or number == 1):  # the last page says it
        return min((number - 1) * size + on_page, MOST_COUNTED + 1)
    return len(rows.order_by().values_list("pk")[: MOST_COUNTED + 1])


def _near(word: str) -> list[str]:
    known = Word.objects.filter(variants__overlap=variants(word)).values_list("text", flat=True)
    return nearest(word, known[:200])


def _at(near: Sequence[str], rank: int, word: str) -> str:
    return near[min(rank, len(near) - 1)] if near else word


def _headline(name: str, query: Any, *, whole: bool) -> Any:
    text = Left(name, LONGEST_MARKED)
    options: dict[str, Any] = (
        {"highlight_all": True}
        if whole
        else {"max_words": 30, "min_words": 12, "max_fragments": 2, "fragment_delimiter": GAP}
    )
    clean = _without_marks(text if whole else _without_signs(text))
    return SearchHeadline(clean, query, config=LANGUAGE, start_sel=START, stop_sel=STOP, **options)


def _without_marks(text: Any) -> Any:
    """Return the expression without the letters that mark matches, whoever wrote them there."""
    return Replace(Replace(text, Value(START), Value("")), Value(STOP), Value(""))


def _without_signs(text: Any) -> Any:
    """Return the expression without the signs of Markdown that say how words look."""
    signs = (Value(r"[*_`#|]+"), Value(""), Value("g"))
    return Func(text, *signs, function="regexp_replace", output_field=TextField())


def _marked(text: str) -> SafeString:
    """Return HTML: the text escaped, then its marks as elements."""
    html = str(escape(text)).replace(START, "<mark>").replace(STOP, "</mark>")
    return mark_safe(html)  # noqa: S308 - escaped on the line above
