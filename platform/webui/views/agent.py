"""One agent: what it is, the form that runs it, and what can be done with it."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from agents.executions.idempotency import once
from agents.executions.models import Execution
from agents.executions.services import start_execution
from agents.graphs import services
from agents.graphs.models import GraphVersion
from agents.graphs.thumbnails import thumbnails
from agents.presets.models import Preset
from agents.schedules.models import Schedule
from agents.schedules.wording import in_words
from agents.triggers import kinds
from agents.triggers.models import Trigger
from kernel.errors import NotFound, TrellisError
from kernel.idempotency import KeyedRequest
from webui.asked import uuid_of
from webui.description import describe
from webui.forms.inputs import StartForm
from webui.paging import page_of
from webui.pictures import picture
from webui.snippets import snippets
from webui.views import library
from webui.views.pages import PageRequest, page, render

NODES = 50
RUNS = 8
VERSIONS = 10
STARTS = 20  # schedules, triggers and presets
MOST_PROBLEMS = 20
DOUBLE_CLICK = timedelta(seconds=10)  # later, the same form sent again is meant to run again


@require_safe
@page
def show(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show the agent, its form filled in as for the run or preset that ``?again=`` or ``?preset=`` name.

    One that was collected has a page of its own.
    """
    try:
        version = _version(request, pk, request.GET.get("version"))
    except NotFound:
        return library.collected(request, pk)
    again = _again(request, version) or _preset(request, version)
    values, credentials = (again.inputs, again.credential_inputs) if again else ({}, {})
    form = StartForm(version, person=request.user, values=values, credentials=credentials)
    return _agent(request, version, form)


@require_http_methods(["GET", "POST"])
@page
def start(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Start the version whose form was filled in, and show the run."""
    if request.method == "GET":  # after a sign-in that came between
        return redirect("webui:agent", pk)
    try:
        version = _version(request, pk, request.POST.get("version"))
        shown = partial(_agent, request, version)
    except NotFound:
        version = _version(request, pk, request.POST.get("version"), services.find_startable)
        shown = partial(library.collected, request, pk)
    form = StartForm(version, request.POST, request.FILES, person=request.user)
    if not form.is_valid():
        return shown(form, status=400)
    try:
        asked: dict[str, Any] = {
            "inputs": form.inputs(),
            "credentials_inputs": form.credentials_inputs(),
        }
        started = once(
            request.user.pk,
            KeyedRequest.of_form(request.POST.get("click", ""), str(version.pk), body=asked),
            lambda run: start_execution(
                owner=request.user, agent_id=pk, version=version.version, pk=run, **asked
            ),
            within=DOUBLE_CLICK,
        )
    except TrellisError as error:
        form.refuse(error)
        return shown(form, status=400)
    return redirect("webui:run", started.thing.pk)


@require_safe
@page
def export(request: PageRequest, pk: UUID) -> HttpResponse:
    """Send the version as a file that others can import."""
    version = _version(request, pk, request.GET.get("version"))
    text = json.dumps(services.export(version), indent=2)
    name = f"{slugify(version.name)[:80] or 'agent'}-v{version.version}.json"
    response = HttpResponse(text, content_type="application/json")
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@require_http_methods(["GET", "POST"])
@page
def activate(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Make the version the one that runs from now on."""
    if request.method == "GET":
        return redirect("webui:agent", pk)
    version = _version(request, pk, request.POST.get("version"))
    services.activate(version.agent, version.version)
    messages.success(request, f"Version {version.version} is active now.")
    return redirect("webui:agent", pk)


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask first, and then delete the agent."""
    version = services.find(request.user, pk)
    if request.method == "GET":
        return render(request, "agents/delete.html", {"version": version})
    services.delete(version.agent)
    messages.success(request, f"“{version.name}” is deleted. Its runs are kept.")
    return redirect("webui:agents")


def _agent(
    request: PageRequest, version: GraphVersion, form: StartForm, *, status: int = 200
) -> HttpResponse:
    graph = version.graph
    problems = services.run_problems(version)
    versions = version.agent.versions.defer("document").order_by("-version")
    nodes = page_of(list(graph.nodes.values()), request.GET, size=NODES, name="nodes")
    context: dict[str, Any] = {
        "version": version,
        "form": form,
        "click": uuid4(),
        "problems": problems[:MOST_PROBLEMS],
        "more_problems": max(len(problems) - MOST_PROBLEMS, 0),
        "nodes": nodes,
        "described": [describe(graph, node) for node in nodes.items],
        "node_count": len(graph.nodes),
        "link_count": len(graph.links),
        "runs": _runs(request, version)[:RUNS],
        "schedules": _schedules(request, version),
        "presets": _presets(request, version)[:STARTS],
        "triggers": _triggers(request, version),
        "picture": picture(thumbnails([version])[version.pk]),
        "snippets": snippets(version, f"{request.scheme}://{request.get_host()}", request.user),
        "versions": page_of(versions, request.GET, size=VERSIONS, name="versions"),
    }
    return render(request, "agents/agent.html", context, status=status)


def _version(
    request: PageRequest,
    pk: UUID,
    asked: str | None,
    find: Callable[..., GraphVersion] = services.find,
) -> GraphVersion:
    if not asked:
        return find(request.user, pk)
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise Http404("Versions are numbers.")
    return find(request.user, pk, int(asked))


def _runs(request: PageRequest, version: GraphVersion) -> Any:
    rows = Execution.objects.visible_to(request.user).with_graph()
    return rows.of_agent(version.agent_id).defer("inputs").order_by("-created")


def _again(request: PageRequest, version: GraphVersion) -> Execution | None:
    """Return the run that is to be run again, if the address names one."""
    run = uuid_of(request.GET.get("again", ""))
    if run is None:
        return None
    rows = Execution.objects.visible_to(request.user).filter(pk=run)
    return rows.filter(graph_version__agent=version.agent_id).first()


def _preset(request: PageRequest, version: GraphVersion) -> Preset | None:
    """Return the preset that the form is to be filled in with, if the address names one."""
    preset = uuid_of(request.GET.get("preset", ""))
    return _presets(request, version).filter(pk=preset).first() if preset else None


def _presets(request: PageRequest, version: GraphVersion) -> QuerySet[Preset]:
    mine = Preset.objects.visible_to(request.user)
    return mine.filter(agent=version.agent_id).order_by("name")


def _triggers(request: PageRequest, version: GraphVersion) -> list[tuple[Trigger, str]]:
    """Return what begins runs of the agent, and what kind each is."""
    mine = Trigger.objects.visible_to(request.user).filter(agent=version.agent_id)
    found = [(one, kinds.find(one.kind)) for one in mine.order_by("name")[:STARTS]]
    return [(one, kind.title if kind else one.kind) for one, kind in found]


def _schedules(request: PageRequest, version: GraphVersion) -> list[tuple[Schedule, str]]:
    """Return the agent's schedules, and when each starts."""
    mine = Schedule.objects.visible_to(request.user).filter(agent=version.agent_id)
    return [(one, in_words(one)) for one in mine.order_by("name")[:STARTS]]
