"""The pages on which a trigger is made or changed: first its kind, then what that kind declares."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from agents.triggers import kinds, services, standing
from agents.triggers.kinds.base import Kind
from agents.triggers.models import Trigger
from kernel.errors import TrellisError
from webui.forms.keeping import KeptInputsForm
from webui.forms.triggers import TriggerForm
from webui.views.pages import PageRequest, page, render
from webui.views.triggers import issued


@require_safe
@page
def choose(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show the kinds of triggers there are."""
    context = {"version": graphs.find(request.user, pk), "kinds": kinds.every()}
    return render(request, "triggers/choose.html", context)


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest, pk: UUID, name: str) -> HttpResponseBase:
    """Ask what the kind needs; make the trigger, and show its secret this once."""
    version = graphs.find(request.user, pk)
    kind = kinds.find(name)
    if kind is None:
        raise Http404("There is no such kind of trigger.")
    trigger = Trigger(owner=request.user, agent_id=pk, kind=name, name=kind.title)
    fitting = next(iter(standing.fitting_nodes(version.graph, name)), None)
    if kind.provider and fitting is not None:
        trigger.node_id = fitting.id
    return _ask(request, version, kind, trigger)


@require_http_methods(["GET", "POST"])
@page
def edit(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Show the trigger as it is, and change it."""
    trigger = services.find(request.user, pk)
    kind = kinds.find(trigger.kind)
    if kind is None:
        raise Http404("This release has no triggers of this kind.")
    version = trigger.versions.select_related("agent__owner").defer("document").first()
    return _ask(request, version or graphs.find(request.user, trigger.agent_id), kind, trigger)


def _ask(
    request: PageRequest, version: GraphVersion, kind: Kind[Any], trigger: Trigger
) -> HttpResponseBase:
    sent = (request.POST,) if request.method == "POST" else ()
    form = TriggerForm(request.user, version, kind, trigger, *sent)
    files = (*sent, request.FILES) if sent else ()
    kept = {"values": trigger.inputs, "credentials": trigger.credentials_inputs}
    inputs = KeptInputsForm(version, *files, person=request.user, **kept)
    if sent and form.is_valid() and inputs.is_valid():
        try:
            return _saved(request, trigger, form, inputs)
        except TrellisError as error:
            form.refuse(error)
    context = {
        "version": version,
        "kind": kind,
        "trigger": trigger,
        "is_new": trigger._state.adding,
        "form": form,
        "inputs": inputs,
    }
    status = 400 if form.errors or inputs.errors else 200
    return render(request, "triggers/form.html", context, status=status)


def _saved(
    request: PageRequest, trigger: Trigger, form: TriggerForm, inputs: KeptInputsForm
) -> HttpResponseBase:
    said = {**form.said, "inputs": {}, "credentials_inputs": {}}
    if said["preset"] is None:
        said |= {"inputs": inputs.inputs(), "credentials_inputs": inputs.credentials_inputs()}
    if trigger._state.adding:
        secret = form.cleaned_data.get("secret") or ""
        made = services.create(
            request.user, trigger.agent_id, kind=trigger.kind, secret=secret, **said
        )
        if made.secret:
            return issued(request, made)
    else:
        made = services.change(trigger, request.user, is_active=trigger.is_active, **said)
    if made.problem:
        messages.error(request, made.problem)
    else:
        messages.success(request, "The trigger is kept.")
    return redirect("webui:trigger", made.trigger.pk)
