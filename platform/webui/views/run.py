"""One run: how it goes, what it gave, what each node did."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_safe

from agents.engine.states import ExecutionStatus
from agents.executions.idempotency import once
from agents.executions.models import Execution
from agents.executions.retention import kept_until
from agents.executions.services import (
    delete_execution,
    replay_execution,
    retry_execution,
    stop_execution,
)
from agents.executions.waiting import waiting as what_waits
from blocks.sdk import BlockError
from kernel.errors import TrellisError
from kernel.idempotency import KeyedRequest
from webui.kinds import PICTURES, ending_of, read_file
from webui.outputs import count_left_out, output_values
from webui.paging import page_of
from webui.runs import (
    input_values,
    node_runs,
    open_ids,
    open_reviews,
    output_nodes,
    started_rows,
)
from webui.timeline import beginning, length_of
from webui.values import full_text
from webui.views.pages import PageRequest, page, render
from webui.wholevalue import find_value

SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'"  # whatever it is, it cannot run
OPAQUE = "application/octet-stream"  # so that browsers keep it and do not show it
NODE_RUNS = 50
MOST_WAITING = 20
DOUBLE_CLICK = timedelta(seconds=10)  # later, the same button is meant to start another run


@require_safe
@page
def show(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show the run as it is; its page's script then follows what happens."""
    execution = _run(request, pk)
    seq = execution.last_seq
    started = started_rows(execution)
    rows = page_of(started.none() if execution.is_sealed else started, request.GET, size=NODE_RUNS)
    context: dict[str, Any] = {
        "execution": execution,
        "version": execution.graph_version,
        "nodes": node_runs(execution, rows.items, seq),
        "page": rows,
        "inputs": input_values(execution),
        "kept": kept_until(execution),
        "length": length_of(execution),
        **_outputs(execution),
        **_waiting(execution),
        "click": uuid4(),
        "can_retry": execution.parent is None
        and execution.has_values
        and execution.state in {ExecutionStatus.FAILED, ExecutionStatus.TERMINATED},
        "can_replay": execution.has_values
        and not execution.is_sealed
        and execution.graph_version.agent.deleted_at is None,
        "parent": execution.parent and execution.parent.execution_id,
        "feed": _feed(execution, seq, follows=rows.next is None),
    }
    response = render(request, "runs/run.html", context)
    response["Cache-Control"] = "no-store"  # the back button must not bring back an old state
    return response


@require_http_methods(["GET", "POST"])
@page
def stop(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Cancel the run; one that has ended stays as it is."""
    execution = _run(request, pk)
    if request.method == "POST" and not stop_execution(execution.pk):
        messages.info(request, "The run had ended already.")
    return redirect("webui:run", pk)


@require_http_methods(["GET", "POST"])
@page
def retry(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Let the run go on where it broke off, or say why it cannot."""
    execution = _run(request, pk)
    if request.method == "POST":
        try:
            retry_execution(execution.pk)
        except TrellisError as error:
            messages.error(request, error.message)
    return redirect("webui:run", pk)


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask first, and then delete the run."""
    execution = _run(request, pk)
    if request.method == "GET":
        return render(request, "runs/delete.html", {"execution": execution})
    try:
        delete_execution(execution.pk)
    except TrellisError as error:
        messages.error(request, error.message)
        return redirect("webui:run", pk)
    messages.success(request, "The run is deleted.")
    return redirect("webui:runs")


@require_http_methods(["GET", "POST"])
@page
def replay(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Start a new run from a node on, and show it; the same click starts it once."""
    execution = _run(request, pk)
    if request.method == "GET":
        return redirect("webui:run", pk)
    node = request.POST.get("from_node", "")
    try:
        click = KeyedRequest.of("page", str(pk), request.POST.get("click", ""), body=node)
        started = once(
            request.user.pk,
            KeyedRequest(f"page:{click.digest}", click.digest),
            lambda run: replay_execution(execution, owner=request.user, from_node=node, pk=run),
            within=DOUBLE_CLICK,
        )
    except TrellisError as error:
        messages.error(request, error.message)
        return redirect("webui:run", pk)
    return redirect("webui:run", started.thing.pk)


@require_safe
@page
def waiting(request: PageRequest, pk: UUID) -> HttpResponse:
    """Return the part of the run's page that says what waits for what."""
    execution = _run(request, pk)
    return render(request, "runs/waiting.html", {"execution": execution, **_waiting(execution)})


@require_safe
@page
def outputs(request: PageRequest, pk: UUID) -> HttpResponse:
    """Return the part of the run's page that shows what it brought out so far."""
    execution = _run(request, pk)
    return render(request, "runs/outputs.html", {"execution": execution, **_outputs(execution)})


@require_safe
@page
def file(request: PageRequest, pk: UUID) -> HttpResponse:
    """Return the file that a value is or names: a picture to be shown, anything else to be kept."""
    execution = _run(request, pk)
    found = find_value(execution, request.GET)
    return file_response(found, execution, request.GET.get("name", ""))


def file_response(found: Any, execution: Execution, name: str) -> HttpResponse:
    """Return the file that a value of the run is or names. Raises Http404."""
    try:
        content, note = read_file(found, execution)
    except BlockError as error:
        raise Http404(str(error)) from None
    shows = note.media_type in PICTURES
    response = HttpResponse(content, content_type=note.media_type if shows else OPAQUE)
    called = f"{slugify(name)[:80] or 'output'}{ending_of(note)}"
    response["Content-Disposition"] = content_disposition_header(not shows, called) or "attachment"
    response["Content-Security-Policy"] = SEALED
    return response


@require_safe
@page
def value(request: PageRequest, pk: UUID) -> HttpResponse:
    """Return the whole of a value as plain text, whatever it is."""
    found = find_value(_run(request, pk), request.GET)
    text = full_text(found).encode("utf-8", "replace")
    policy = {"Content-Security-Policy": SEALED}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=policy)


def _run(request: PageRequest, pk: UUID) -> Execution:
    rows = Execution.objects.visible_to(request.user).with_graph()
    rows = rows.select_related("parent", "graph_version__agent").defer(
        "inputs", "nodes_input_masks", "parent__input_data", "parent__sleeps"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such run, or it is not yours.")
    return found


def _outputs(execution: Execution) -> dict[str, Any]:
    has_values = execution.has_values
    return {
        "live": not execution.state.is_final,
        "outputs": output_values(execution) if has_values else {},
        "more_outputs": count_left_out(execution) if has_values else 0,
    }


def _waiting(execution: Execution) -> dict[str, Any]:
    found = what_waits(execution, quiet=True)
    for one in found:
        one["moment"] = one["since"] and datetime.fromisoformat(one["since"])
    return {
        "live": not execution.state.is_final,
        "waiting": found[:MOST_WAITING],
        "more_waiting": len(found[MOST_WAITING:]),
        "reviews": open_reviews(execution)[:MOST_WAITING],
    }


def _feed(execution: Execution, seq: int, *, follows: bool) -> dict[str, Any]:
    """Return what the page's script needs to follow the run from where the page stands."""
    graph = execution.graph_version.graph
    nodes = [] if execution.is_sealed else list(graph.nodes.values())
    return {
        "run": str(execution.pk),
        "status": execution.status,
        "since": seq,
        "startedAt": execution.started_at and execution.started_at.isoformat(),
        "open": [] if execution.is_sealed else open_ids(execution),
        "follows": follows,  # whether new node executions belong on this page
        "most": NODE_RUNS,
        "zero": beginning(execution).isoformat(),
        "now": now().isoformat(),
        "blocks": {node.block_id: node.block.title for node in nodes if node.block},
        # Of a sealed run each step has the empty id: the outputs are asked for after each.
        "outputNodes": [""] if execution.is_sealed else output_nodes(execution),
        "valueUrl": reverse("webui:value", args=[execution.pk]),
        "runsUrl": reverse("webui:runs"),
        "reviewsUrl": reverse("webui:reviews"),
        "signInUrl": reverse("webui:login"),
    }
