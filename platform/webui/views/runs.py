"""The monitor: all runs of a person, as they go."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from agents.executions import waiting
from agents.executions.models import Execution
from agents.executions.models.execution import ExecutionQuerySet
from agents.executions.services import stop_execution
from webui.asked import uuid_of
from webui.monitor import PERIODS, STATUSES, UNFINISHED, RunFilter, agents_to_choose
from webui.paging import page_of
from webui.views.pages import PageRequest, page, render

SIZE = 30
MOST_STOPPED = 200  # by one request


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the runs that are asked for, newest first, and what the unfinished ones wait for."""
    asked = RunFilter.of(request.GET)
    rows = asked.narrow(_runs(request)).with_graph().defer("inputs", "nodes_input_masks")
    found = page_of(rows.order_by("-created", "-pk"), request.GET, size=SIZE)
    lines = waiting.lines(found.items)
    context = {
        "page": found,
        "runs": [(run, lines.get(run.pk, "")) for run in found.items],
        "asked": asked,
        "statuses": [(one, asked.query(status=one)) for one in ("", UNFINISHED, *STATUSES)],
        "periods": [(key, name) for key, (name, _) in PERIODS.items()],
        "agents": agents_to_choose(request.user, asked.agent),
        "unfinished": bool(lines),
        "stops_all": bool(lines) and not found.is_only,
        "query": asked.query(),
    }
    return render(request, "runs/list.html", context)


@require_http_methods(["GET", "POST"])
@page
def stop(request: PageRequest) -> HttpResponseBase:
    """Stop the runs that were chosen, or, once that is confirmed, all that a filter finds."""
    asked = RunFilter.of(request.POST)
    back = reverse("webui:runs") + asked.query()
    if request.method == "GET":
        return redirect("webui:runs")
    rows = _runs(request).live()
    if "all" not in request.POST:
        chosen = [
            pk for text in request.POST.getlist("run")[:MOST_STOPPED] if (pk := uuid_of(text))
        ]
        _stop(request, rows.filter(pk__in=chosen), of=len(chosen))
        return redirect(back)
    rows = asked.narrow(rows)
    if "sure" in request.POST:
        _stop(request, rows.order_by("created"), of=MOST_STOPPED)
        return redirect(back)
    count = rows[: MOST_STOPPED + 1].count()
    context = {
        "asked": asked,
        "agent": dict(agents_to_choose(request.user, asked.agent)).get(str(asked.agent)),
        "count": min(count, MOST_STOPPED),
        "more": count > MOST_STOPPED,
        "back": back,
    }
    return render(request, "runs/stop.html", context)


def _stop(request: PageRequest, rows: ExecutionQuerySet, *, of: int) -> None:
    stopped = sum(stop_execution(pk) for pk in rows.values_list("pk", flat=True)[:of])
    if not of:
        messages.warning(request, "Choose the runs to stop first.")
    elif stopped == 1:
        messages.success(request, "One run is stopped.")
    elif stopped:
        messages.success(request, f"{stopped} runs are stopped.")
    else:
        messages.info(request, "They had ended already.")


def _runs(request: PageRequest) -> ExecutionQuerySet:
    """Return the runs that people started; runs that runs started are on their pages."""
    return Execution.objects.visible_to(request.user).filter(parent=None)
