"""A creator's listings: what became of them, a new version, and what a moderator will see of it.

The form keeps a draft. Its page then shows what the agent can do and what was found in it; from there
it is sent.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from kernel.errors import NotFound, TrellisError
from store import manifest, markdown, pictures, screening, wording
from store.actions.edit import edit as change
from store.actions.submit import send as send_version
from store.actions.submit import submit
from store.actions.withdraw import withdraw as take_back
from store.models import Listing, ListingVersion
from webui.forms.listings import ListingForm
from webui.paging import page_of
from webui.views.pages import PageRequest, page, render

SIZE = 20


@require_safe
@page
def index(request: PageRequest) -> HttpResponseBase:
    """Show the person's listings, those that changed last first."""
    mine = Listing.objects.visible_to(request.user).order_by("-updated", "pk")
    found = page_of(mine.prefetch_related("versions"), request.GET, size=SIZE)
    rows = [(one, _newest(one)) for one in found.items]
    return render(request, "creator/list.html", {"page": found, "rows": rows})


@require_safe
@page
def show(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Show a listing: its newest version with what it can do and what was found, and the others."""
    listing = Listing.objects.visible_to(request.user).filter(pk=pk).first()
    if listing is None:
        raise NotFound(f"There is no listing `{pk}`, or it is not yours.")
    newest = _newest(listing)
    active = listing.active_version
    context: dict[str, Any] = {
        "listing": listing,
        "version": newest,
        "is_public": Listing.objects.public().filter(pk=pk).exists(),
        "others": [one for one in listing.versions.order_by("-number") if one != newest],
    }
    if newest is not None:
        compared = active is not None and active.pk != newest.pk
        differs = manifest.diff(active.manifest, newest.manifest) if active and compared else {}
        context |= {
            "sections": wording.sections(newest.manifest),
            "cost": wording.cost(newest.manifest),
            "changes": list(wording.changes(differs)),
            "findings": newest.findings.all(),
            "description": markdown.html(newest.description),
            "pictures": newest.shown_pictures.all(),
        }
    return render(request, "creator/listing.html", context)


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask what is to be said of an agent's active version, and keep it as a draft."""
    version = graphs.find(request.user, pk)
    listing = Listing.objects.visible_to(request.user).filter(agent_id=pk).first()
    before = _newest(listing) if listing else None
    if before is not None and before.state in {"DRAFT", "PENDING"}:
        return redirect("webui:edit-submission", before.pk)
    said = before or ListingVersion(
        listing=listing or Listing(owner=request.user, agent_id=pk),
        graph_version=version,
        name=version.name,
        description=version.description,
    )
    return _ask(request, said, version, is_new=True)


@require_http_methods(["GET", "POST"])
@page
def edit(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Change a version that nobody has decided about."""
    version = _own(request, pk)
    active = graphs.find(request.user, version.listing.agent_id)
    return _ask(request, version, active, is_new=False)


@require_POST
@page
def send(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Send a draft to the moderators."""
    version = _own(request, pk)
    try:
        send_version(request.user, version.pk)
    except TrellisError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "It is sent. You are told when it is decided.")
    return redirect("webui:listing", version.listing_id)


@require_http_methods(["GET", "POST"])
@page
def withdraw(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask first, and then take a version back."""
    version = _own(request, pk)
    if request.method == "GET":
        return render(request, "creator/withdraw.html", {"version": version})
    try:
        take_back(request.user, version.pk)
    except TrellisError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, "It is taken back.")
    return redirect("webui:listing", version.listing_id)


def _ask(
    request: PageRequest, said: ListingVersion, graph: GraphVersion, *, is_new: bool
) -> HttpResponseBase:
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ListingForm(said, *sent)
    present = [] if said._state.adding else _shown(said)
    if sent and form.is_valid():
        try:
            kept = _keep(request, form, said, graph, present, is_new=is_new)
        except TrellisError as error:
            _tell(form, error)
        else:
            messages.success(request, "It is kept. Look at it, then send it.")
            return redirect("webui:listing", kept.listing_id)
    context = {"form": form, "graph": graph, "version": said, "is_new": is_new, "present": present}
    return render(request, "creator/form.html", context, status=400 if form.errors else 200)


@transaction.atomic
def _keep(
    request: PageRequest,
    form: ListingForm,
    said: ListingVersion,
    graph: GraphVersion,
    present: list[UUID],
    *,
    is_new: bool,
) -> ListingVersion:
    file = form.cleaned_data["picture"]
    added = pictures.keep(request.user, file).pk if file else None
    words: dict[str, Any] = {
        "fields": form.said,
        "version": graph.version,
        "shown": form.shown(present, added),
        "shows_graph": form.cleaned_data["shows_graph"],
    }
    kept = (
        submit(request.user, graph.agent_id, draft=True, **words)
        if is_new
        else change(request.user, said.pk, **words)
    )
    screening.screen(kept.pk)  # so that its creator sees it at once
    return kept


def _own(request: PageRequest, pk: UUID) -> ListingVersion:
    mine = ListingVersion.objects.visible_to(request.user).select_related("listing")
    found = mine.filter(pk=pk).first()
    if found is None:
        raise NotFound(f"There is no version `{pk}` of a listing, or it is not yours.")
    return found


def _newest(listing: Listing) -> ListingVersion | None:
    return max(listing.versions.all(), key=lambda one: one.number, default=None)


def _shown(version: ListingVersion) -> list[UUID]:
    return list(version.shown_pictures.values_list("picture_id", flat=True))


def _tell(form: ListingForm, error: TrellisError) -> None:
    """Put what is wrong beside its field, where the form has it."""
    for problem in error.errors:
        form.add_error(problem.attr if problem.attr in form.fields else None, problem.detail)
    if not error.errors:
        form.add_error(None, error.message)
