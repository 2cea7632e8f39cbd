"""What waits for a person: the list, and the page on which it is decided."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from agents.engine.ids import NodeId
from agents.executions import reviewing
from agents.executions.models import Review
from agents.executions.reviewing import ReviewDecided, ReviewWithdrawn
from kernel.errors import TrellisError
from webui.forms.review import ReviewForm
from webui.paging import page_of
from webui.values import full_text
from webui.views.pages import PageRequest, page, render

SIZE = 30


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show what waits for the person, newest first; or what was decided."""
    asked = request.GET.get("status", "")
    status = asked if asked in Review.Status.values else Review.Status.WAITING
    rows = _reviews(request).filter(status=status).defer("payload", "data")
    context = {
        "page": page_of(rows.order_by("-created", "-pk"), request.GET, size=SIZE),
        "statuses": Review.Status.values,
        "asked": status,
    }
    return render(request, "reviews/list.html", context)


@require_http_methods(["GET", "POST"])
@page
def review(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Show the review; approve or reject it."""
    found = _review(request, pk)
    if request.method != "POST":
        return _page(request, found, ReviewForm(found))
    if request.POST.get("decision") not in {"approve", "reject"}:
        raise BadRequest("The decision is neither `approve` nor `reject`.")
    form = ReviewForm(found, request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    try:
        decided = reviewing.decide(found, by=request.user, **form.decision())
    except (ReviewDecided, ReviewWithdrawn):
        return _page(request, _review(request, pk), form, status=409)
    except TrellisError as error:
        form.add_error("data" if "data" in form.fields else None, error.message)
        return _page(request, found, form, status=400)
    messages.success(request, f"{decided.get_status_display()}. The run goes on.")
    return redirect("webui:run", decided.execution_id)


@require_safe
@page
def value(request: PageRequest, pk: UUID) -> HttpResponse:
    """Return the whole of the data as plain text: as it was asked about, or as it was decided."""
    found = _review(request, pk)
    text = full_text(found.data if "decided" in request.GET else found.payload)
    policy = {"Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'"}
    content = text.encode("utf-8", "replace")
    return HttpResponse(content, content_type="text/plain; charset=utf-8", headers=policy)


def _page(
    request: PageRequest, found: Review, form: ReviewForm, *, status: int = 200
) -> HttpResponse:
    node = found.execution.graph_version.graph.nodes.get(NodeId(found.node_id))
    context = {
        "review": found,
        "run": found.execution,
        "node": node.title if node and not found.execution.is_sealed else "",
        "form": form,
        "too_late": status == 409,
    }
    response = render(request, "reviews/review.html", context, status=status)
    response["Cache-Control"] = "no-store"  # the back button must not offer a decision again
    return response


def _reviews(request: PageRequest) -> QuerySet[Review]:
    rows = Review.objects.visible_to(request.user)
    return rows.select_related("execution__graph_version", "decided_by").defer(
        "execution__inputs", "execution__nodes_input_masks", "execution__graph_version__document"
    )


def _review(request: PageRequest, pk: UUID) -> Review:
    found = _reviews(request).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such review, or it is not yours.")
    return found
