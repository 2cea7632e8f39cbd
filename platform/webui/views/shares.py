"""The links to one run: its owner makes them, and ends them."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from agents.executions import sharing
from agents.executions.api.shares import address
from agents.executions.models import Execution, Share
from kernel.errors import TrellisError
from webui.forms.shares import ShareForm
from webui.views.pages import PageRequest, page, render

MOST_ENDED = 20  # links that have ended and are still listed


@require_http_methods(["GET", "POST"])
@page
def index(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show the links to the run; make one, and show it this once."""
    execution = _run(request, pk)
    form = ShareForm(request.POST if request.method == "POST" else None)
    link = ""
    if request.method == "POST" and form.is_valid():
        try:
            link = address(request, sharing.share(execution, expires_at=form.expires_at).token)
        except TrellisError as error:
            form.add_error(None, error.message)
    mine = Share.objects.visible_to(request.user).filter(execution=execution).order_by("-created")
    context = {
        "execution": execution,
        "version": execution.graph_version,
        "form": form if form.errors else ShareForm(),
        "link": link,
        "living": mine.living(),
        "ended": [one for one in mine[: MOST_ENDED + sharing.MOST_SHARES] if not one.is_living],
    }
    status = 400 if form.errors else 200
    response = render(request, "runs/shares.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "POST"])
@page
def revoke(request: PageRequest, pk: UUID, share: UUID) -> HttpResponseBase:
    """End a link for good."""
    execution = _run(request, pk)
    mine = Share.objects.visible_to(request.user)
    found = mine.filter(pk=share, execution=execution).first()
    if found is None:
        raise Http404("This run has no such link.")
    if request.method == "POST":
        sharing.revoke(found)
        messages.success(request, "The link is revoked. It shows nothing any more.")
    return redirect("webui:shares", pk)


def _run(request: PageRequest, pk: UUID) -> Execution:
    rows = Execution.objects.visible_to(request.user).with_graph()
    found = rows.defer("inputs", "nodes_input_masks").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such run, or it is not yours.")
    return found
