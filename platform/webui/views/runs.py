"""The list of a person's runs."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from agents.engine.states import ExecutionStatus
from agents.executions.models import Execution
from webui.paging import page_of
from webui.views.pages import PageRequest, page, render

SIZE = 30


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the runs, newest first; only those of one status where one is asked for."""
    statuses = [status.value for status in ExecutionStatus]
    asked = request.GET.get("status", "")
    rows = Execution.objects.visible_to(request.user).with_graph().filter(parent=None)
    if asked in statuses:
        rows = rows.filter(status=asked)
    rows = rows.defer("inputs", "nodes_input_masks").order_by("-created", "-pk")
    context = {
        "page": page_of(rows, request.GET, size=SIZE),
        "statuses": statuses,
        "asked": asked if asked in statuses else "",
    }
    return render(request, "runs/list.html", context)
