"""A run as a secret link shows it, to anybody: what it gave and how it went, and nothing to do."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from agents.executions.api.shares import PRIVATE
from agents.executions.models import Execution, NodeExecution
from agents.executions.sharing import find_shared
from webui.outputs import count_left_out, output_values
from webui.paging import page_of
from webui.shared import place_of_output, steps
from webui.timeline import length_of
from webui.values import full_text
from webui.views.pages import render
from webui.views.run import SEALED, file_response
from webui.wholevalue import find_value

STEPS = 100
Parameters = ParamSpec("Parameters")
Shown = Callable[Concatenate[HttpRequest, Execution, Parameters], HttpResponse]


def shared(view: Shown[Parameters]) -> Callable[..., HttpResponseBase]:
    """Give the view the run of the link, and keep the address to whoever has it."""

    @wraps(view)
    def answer(
        request: HttpRequest, token: str, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponse:
        found = find_shared(token)
        if found is None:
            raise Http404("This link shows nothing. It may have expired, or been revoked.")
        response = view(request, found.execution, *args, **kwargs)
        for name, value in PRIVATE.items():
            response[name] = value
        return response

    return login_not_required(require_safe(answer))


@shared
def show(request: HttpRequest, execution: Execution) -> HttpResponse:
    """Show what the run gave, and how each of its nodes went."""
    started = NodeExecution.objects.filter(execution=execution, start_number__isnull=False)
    if execution.is_sealed:
        started = started.none()
    rows = page_of(started.defer("input_data").order_by("start_number"), request.GET, size=STEPS)
    values = execution.has_values
    context: Mapping[str, Any] = {
        "execution": execution,
        "version": execution.graph_version,
        "live": not execution.state.is_final,
        "outputs": output_values(execution) if values else {},
        "more_outputs": count_left_out(execution) if values else 0,
        "steps": steps(execution, rows.items),
        "page": rows,
        "length": length_of(execution),
    }
    return render(request, "shared/run.html", dict(context))


@shared
def file(request: HttpRequest, execution: Execution) -> HttpResponse:
    """Return the file that an output is or names."""
    found = find_value(execution, place_of_output(execution, request.GET))
    return file_response(found, execution, request.GET.get("name", ""))


@shared
def value(request: HttpRequest, execution: Execution) -> HttpResponse:
    """Return the whole of an output as plain text."""
    text = full_text(find_value(execution, place_of_output(execution, request.GET)))
    content = text.encode("utf-8", "replace")
    policy = {"Content-Security-Policy": SEALED}
    return HttpResponse(content, content_type="text/plain; charset=utf-8", headers=policy)
