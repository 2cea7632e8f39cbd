"""The front page, searches, and creators."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from market import counting, creators, search, shelves, wanted
from store.categories import BY_SLUG, CATEGORIES
from webui.market import agents, covers, creator_cards, pages, structured
from webui.views.market.public import found_or_404, public, show

SIZE = 24
TOP = 20
MOST_CREATORS = 4


@public
def front(request: HttpRequest) -> HttpResponse:
    """Show what is put forward, what is trending, what is new, and what there is."""
    featured = shelves.featured()
    trending, newest = shelves.trending(), shelves.newest()
    drawn = covers([*featured, *trending, *newest])
    context = {
        "featured": agents(featured, drawn),
        "trending": agents(trending, drawn),
        "newest": agents(newest, drawn),
        "categories": shelves.categories(),
        "creators": creator_cards(creators.featured(MOST_CREATORS)),
        "structured": structured.site(),
    }
    return show(request, "front.html", context, path=reverse("webui:market"))


@public
def index(request: HttpRequest) -> HttpResponse:
    """Show the agents that are wanted, with what matches marked; or say what may have been meant."""
    want = wanted.read(request.GET.dict())
    number = pages.number_of(request.GET)
    found = search.find(want, number, SIZE)
    if number == 1:
        counting.searched(want.query, request, found=bool(found.listings))
    suggested = "" if found.total else search.suggestion(want)
    drawn = covers(found.listings)
    marked = search.marks(found.listings, want.query)
    context = {
        "want": want,
        "found": found,
        "agents": agents(found.listings, drawn, marked),
        "page": pages.page_of(found, want),
        "categories": CATEGORIES,
        "sorts": [(name, word) for name, word in wanted.SORTS.items() if _makes_sense(name, want)],
        "stars": wanted.STARS,
        "suggestion": suggested,
        "suggested": replace(want, query=suggested).address if suggested else "",
        "category": BY_SLUG.get(want.category),
    }
    path = f"{reverse('webui:market-search')}{'?' if want.address else ''}{want.address}"
    return show(request, "search.html", context, path=path)


@public
def top(request: HttpRequest) -> HttpResponse:
    """Show what is downloaded most."""
    listings = shelves.top_downloads(TOP)
    context = {"agents": agents(listings, covers(listings))}
    return show(request, "top.html", context, path=reverse("webui:market-top"))


@public
def creator_list(request: HttpRequest) -> HttpResponse:
    """Show the people whose agents everybody may see."""
    query = wanted.clean(request.GET.get("q", ""))
    sort = request.GET.get("sort", "")
    sort = sort if sort in creators.SORTS else creators.RUNS
    number = pages.number_of(request.GET)
    found = creators.find(query, sort, number, SIZE)
    context = {
        "creators": creator_cards(found.creators),
        "page": pages.plain(request.GET, number, found.has_next),
        "search": query,
        "sort": sort,
        "sorts": creators.SORTS.items(),
    }
    return show(request, "creators.html", context, path=reverse("webui:market-creators"))


@public
def creator(request: HttpRequest, username: str) -> HttpResponse:
    """Show somebody, and the agents of theirs that everybody may see."""
    person = found_or_404(creators.creator(username))
    want = wanted.Wanted(creator=person.username.casefold(), sort=wanted.RUNS)
    number = pages.number_of(request.GET)
    found = search.find(want, number, SIZE)
    path = reverse("webui:market-creator", args=[person.username.lower()])
    context = {
        "person": person,
        "profile": getattr(person, "profile", None),
        "categories": [
            BY_SLUG[slug] for slug in creators.top_categories(person) if slug in BY_SLUG
        ],
        "agents": agents(found.listings, covers(found.listings)),
        "page": pages.plain(request.GET, number, found.has_next),
        "structured": structured.creator(person),
    }
    return show(request, "creator.html", context, path=path)


def _makes_sense(sort: str, want: wanted.Wanted) -> bool:
    return sort != wanted.RELEVANCE or bool(want.query)
