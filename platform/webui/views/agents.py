"""The list of a person's agents, and the import of another one."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import F
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from agents.graphs import creation, services
from agents.graphs.thumbnails import thumbnails
from kernel.errors import TrellisError
from kernel.idempotency import KeyedRequest
from store.library.entries import entries_of
from store.library.updating import newer
from webui.agentlist import SHOWN, listed_agents, runs_under_way
from webui.forms.importing import ImportForm
from webui.paging import page_of
from webui.pictures import picture
from webui.views.pages import PageRequest, page, render

SIZE = 24
NEWEST = "new"
SORTS: Mapping[str, tuple[str, tuple[Any, ...]]] = {
    NEWEST: ("Newest first", ("-agent__created", "-pk")),
    "run": ("Last run first", (F("last_created").desc(nulls_last=True), "-pk")),
    "name": ("By name", (Lower("title"), "pk")),
}
MOST_PROBLEMS = 20
DOUBLE_CLICK = timedelta(seconds=10)  # later, the same file is meant to be imported again


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the agents, or those that a search finds, in the order that is asked for."""
    return _list(request, ImportForm())


@require_http_methods(["GET", "POST"])
@page
def import_file(request: PageRequest) -> HttpResponseBase:
    """Make an agent of the file sent, and show it; where that fails, say everything why."""
    if request.method == "GET":
        return redirect("webui:agents")
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=400)
    file = form.cleaned_data["file"]
    try:
        made = creation.once(
            request.user.pk,
            KeyedRequest.of_form(request.POST.get("click", ""), body=file),
            lambda pk: services.create_agent(request.user, file, imported=True, pk=pk),
            within=DOUBLE_CLICK,
        )
    except TrellisError as error:
        return _list(request, form, error, status=400)
    messages.success(request, f"“{made.thing.name}” is imported.")
    return redirect("webui:agent", made.thing.agent_id)


def _list(
    request: PageRequest, form: ImportForm, error: TrellisError | None = None, *, status: int = 200
) -> HttpResponse:
    search = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else NEWEST
    show = request.GET.get("show", "")
    show = show if show in SHOWN else ""
    rows = listed_agents(request.user, search, show).order_by(*SORTS[sort][1])
    found = page_of(rows, request.GET, size=SIZE)
    running = runs_under_way(request.user, [version.agent_id for version in found.items])
    kept = entries_of(request.user, found.items)
    drawn = thumbnails([entry.version for entry in kept if entry.can_access_graph])
    context = {
        "page": found,
        "agents": [
            (
                entry,
                picture(drawn[entry.version.pk]) if entry.can_access_graph else None,
                running.get(entry.version.agent_id, 0),
                newer(entry.kept) is not None,
            )
            for entry in kept
        ],
        "running": bool(running),
        "search": search,
        "show": show,
        "shown": list(SHOWN.items()),
        "sort": sort,
        "sorts": [(name, word) for name, (word, _) in SORTS.items()],
        "form": form,
        "click": uuid4(),
        "refusal": error,
        "problems": error.errors[:MOST_PROBLEMS] if error else (),
        "more_problems": max(len(error.errors) - MOST_PROBLEMS, 0) if error else 0,
    }
    return render(request, "agents/list.html", context, status=status)
