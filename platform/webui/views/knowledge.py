"""A person's collections of texts: what agents keep, to find it again by what it means."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from knowledge import services
from knowledge.models import Collection
from webui.paging import page_of
from webui.values import full_text
from webui.views.pages import PageRequest, page, render

SIZE = 30
TEXTS = 20
LONGEST_SEARCH = 200


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the person's collections, those that changed last first."""
    mine = Collection.objects.visible_to(request.user).with_totals().order_by("-updated", "-pk")
    found = page_of(mine, request.GET, size=SIZE)
    return render(request, "account/knowledge/list.html", {"page": found})


@require_safe
@page
def show(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show the texts of a collection, newest first: all, or those that have some words."""
    collection = _collection(request, pk)
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    texts = collection.passages.defer("vector").order_by("-created", "-pk")
    if asked:
        texts = texts.filter(Q(text__icontains=asked) | Q(key__icontains=asked))
    found = page_of(texts, request.GET, size=TEXTS)
    context = {
        "collection": collection,
        "asked": asked,
        "page": found,
        "texts": [(one, full_text(one.metadata) if one.metadata else "") for one in found.items],
    }
    return render(request, "account/knowledge/collection.html", context)


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask once more; then delete the collection with all its texts."""
    collection = _collection(request, pk)
    if request.method == "GET":
        return render(request, "account/knowledge/delete.html", {"collection": collection})
    services.discard(collection)
    messages.success(request, f"“{collection.name}” is deleted.")
    return redirect("webui:knowledge")


def _collection(request: PageRequest, pk: UUID) -> Collection:
    rows = Collection.objects.visible_to(request.user).with_totals()
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such collection, or it is not yours.")
    return found
