"""What a person keeps to run an agent with: make, change, delete."""

from uuid import UUID

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from agents.presets import services
from agents.presets.models import Preset
from kernel.errors import TrellisError
from webui.forms.keeping import KeptInputsForm
from webui.forms.presets import PresetForm
from webui.views.pages import PageRequest, page, render


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask for inputs and credentials, and keep them under a name."""
    version = graphs.find_startable(request.user, pk)
    return _ask(request, version, Preset(owner=request.user, agent_id=pk))


@require_http_methods(["GET", "POST"])
@page
def show(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Show what is kept, and change it."""
    preset = services.find(request.user, pk)
    version = preset.versions.select_related("agent__owner").defer("document").first()
    version = version or graphs.find_startable(request.user, preset.agent_id)
    return _ask(request, version, preset)


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask first, and then delete the preset."""
    preset = services.find(request.user, pk)
    if request.method == "GET":
        return render(request, "presets/delete.html", {"preset": preset})
    try:
        services.delete(preset)
    except TrellisError as error:
        messages.error(request, error.message)
        return redirect("webui:preset", pk)
    messages.success(request, f"“{preset.name}” is deleted.")
    return redirect("webui:agent", preset.agent_id)


def _ask(request: PageRequest, version: GraphVersion, preset: Preset) -> HttpResponseBase:
    sent = (request.POST,) if request.method == "POST" else ()
    files = (*sent, request.FILES) if sent else ()
    form = PresetForm(preset, *sent)
    kept = {"values": preset.inputs, "credentials": preset.credential_inputs}
    inputs = KeptInputsForm(version, *files, person=request.user, **kept)
    if sent and form.is_valid() and inputs.is_valid():
        try:
            _save(request, preset, form, inputs)
        except TrellisError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The preset is kept.")
            return redirect("webui:agent", preset.agent_id)
    context = {
        "version": version,
        "preset": preset,
        "is_new": preset._state.adding,
        "form": form,
        "inputs": inputs,
    }
    status = 400 if form.errors or inputs.errors else 200
    return render(request, "presets/form.html", context, status=status)


def _save(request: PageRequest, preset: Preset, form: PresetForm, inputs: KeptInputsForm) -> Preset:
    fields = {
        **form.cleaned_data,
        "inputs": inputs.inputs(),
        "credentials_inputs": inputs.credentials_inputs(),
    }
    if preset._state.adding:
        return services.create(request.user, agent_id=preset.agent_id, **fields)
    return services.change(preset, **fields)
