"""The catalogue of blocks: what there is, and what each takes and gives."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from blocks.sdk import registry
from webui import catalogue
from webui.views.pages import PageRequest, page, render

LONGEST = 200  # characters of a search


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the blocks, or those that a search and a category leave."""
    search = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    categories = catalogue.categories(request.user)
    category = request.GET.get("category", "")
    category = category if category in dict(categories) else ""
    found = catalogue.found(request.user, search, category)
    context = {
        "blocks": found[: catalogue.MOST_LISTED],
        "count": len(found),
        "left_out": len(found) - catalogue.MOST_LISTED,
        "search": search,
        "category": category,
        "categories": categories,
    }
    return render(request, "blocks/list.html", context)


@require_safe
@page
def show(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show a block by its id, or by one that it had before; one of the person's APIs too."""
    spec = registry.find(registry.resolve(str(pk)))
    context = catalogue.own(request.user, pk) if spec is None else catalogue.shown(spec)
    if context is None:
        raise Http404("There is no such block here.")
    return render(request, "blocks/block.html", context)
