"""The page on which a schedule is made or changed, with its next times before it is kept."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods

from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from agents.schedules import rules, services
from agents.schedules.models import Kind, Schedule
from agents.schedules.wording import in_words
from kernel.errors import TrellisError
from webui.forms.keeping import KeptInputsForm
from webui.forms.schedules import ScheduleForm
from webui.views.pages import PageRequest, page, render


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask when the agent starts and with what; show the next times, and keep the schedule."""
    version = graphs.find_startable(request.user, pk)
    schedule = Schedule(
        owner=request.user,
        agent_id=pk,
        kind=Kind.CRON,
        cron="0 9 * * MON-FRI",
        time_zone=request.user.time_zone,
    )
    return _ask(request, version, schedule)


@require_http_methods(["GET", "POST"])
@page
def edit(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Show the schedule as it is, and change it."""
    schedule = services.find(request.user, pk)
    version = schedule.versions.select_related("agent__owner").defer("document").first()
    version = version or graphs.find_startable(request.user, schedule.agent_id)
    return _ask(request, version, schedule)


def _ask(request: PageRequest, version: GraphVersion, schedule: Schedule) -> HttpResponseBase:
    with timezone.override(request.user.time_zone):
        sent = (request.POST,) if request.method == "POST" else ()
        form = ScheduleForm(version, schedule, *sent)
        files = (*sent, request.FILES) if sent else ()
        kept = {"values": schedule.inputs, "credentials": schedule.credential_inputs}
        inputs = KeptInputsForm(version, *files, person=request.user, **kept)
        context: dict[str, Any] = {
            "version": version,
            "schedule": schedule,
            "is_new": schedule._state.adding,
            "form": form,
            "inputs": inputs,
        }
        if sent and form.is_valid() and inputs.is_valid():
            try:
                if "preview" not in request.POST:
                    saved = _save(request, schedule, form, inputs)
                    messages.success(request, "The schedule is kept.")
                    return redirect("webui:schedule", saved.pk)
                context |= _preview(schedule, form)
            except TrellisError as error:
                form.refuse(error)
        status = 400 if form.errors or inputs.errors else 200
        return render(request, "schedules/form.html", context, status=status)


def _save(
    request: PageRequest, schedule: Schedule, form: ScheduleForm, inputs: KeptInputsForm
) -> Schedule:
    fields = {**form.said, "inputs": {}, "credential_inputs": {}}
    if fields["preset"] is None:
        fields |= {
            "inputs": inputs.inputs(),
            "credential_inputs": inputs.credentials_inputs(),
        }
    if schedule._state.adding:
        return services.create(request.user, schedule.agent_id, **fields)
    if fields["kind"] == schedule.kind and "at" not in form.changed_data:
        fields["at"] = schedule.at  # the form has no seconds
    return services.change(request.user, schedule, **fields)


def _preview(schedule: Schedule, form: ScheduleForm) -> dict[str, Any]:
    shown = Schedule(owner_id=schedule.owner_id, agent_id=schedule.agent_id, **form.said)
    return {"words": in_words(shown), "next": rules.next_times(shown, now())}
