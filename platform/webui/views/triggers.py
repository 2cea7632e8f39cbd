"""A person's triggers: the list, one with what arrived at it, and what can be done with it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from agents.executions.models import Execution
from agents.graphs.models import GraphVersion
from agents.triggers import addresses, kinds, services
from agents.triggers.kinds.base import Called, Polled
from agents.triggers.models import Arrival, Trigger
from agents.triggers.services import Made
from agents.triggers.settings import configured
from kernel.errors import TrellisError
from webui.forms.triggers import TestForm
from webui.paging import page_of
from webui.views.pages import PageRequest, page, render

SIZE = 30
ARRIVALS = 15


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the person's triggers, the newest first."""
    mine = Trigger.objects.visible_to(request.user).order_by("-created", "-pk")
    found = page_of(mine, request.GET, size=SIZE)
    names = names_of(request.user, {one.agent_id for one in found.items})
    lines = [(one, kinds.find(one.kind), names.get(one.agent_id, "")) for one in found.items]
    return render(request, "triggers/list.html", {"page": found, "triggers": lines})


@require_safe
@page
def show(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show the trigger, how it is called, and what arrived."""
    return _trigger(request, services.find(request.user, pk), TestForm())


@require_http_methods(["GET", "POST"])
@page
def pause(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Let the trigger begin nothing for now."""
    return _done(request, pk, _set_active(False), "The trigger is paused. What runs goes on.")


@require_http_methods(["GET", "POST"])
@page
def resume(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Let the trigger go on."""
    return _done(request, pk, _set_active(True), "The trigger goes on.")


@require_POST
@page
def rotate(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Give the trigger a new address and a new secret, and show the secret this once."""
    trigger = services.find(request.user, pk)
    try:
        return issued(request, services.rotate(trigger))
    except TrellisError as error:
        messages.error(request, error.message)
        return redirect("webui:trigger", pk)


@require_http_methods(["GET", "POST"])
@page
def test(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Begin a run as if this had arrived."""
    trigger = services.find(request.user, pk)
    if request.method == "GET":
        return redirect("webui:trigger", pk)
    form = TestForm(request.POST)
    if form.is_valid():
        try:
            services.send_test(trigger, form.cleaned_data["payload"])
        except TrellisError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The test arrived. Its run begins within moments.")
            return redirect("webui:trigger", pk)
    return _trigger(request, trigger, form, status=400)


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask first, and then delete the trigger."""
    trigger = services.find(request.user, pk)
    if request.method == "GET":
        return render(request, "triggers/delete.html", {"trigger": trigger})
    services.remove(trigger)
    messages.success(request, f"“{trigger.name}” is deleted. Its runs are kept.")
    return redirect("webui:triggers")


def issued(request: PageRequest, made: Made) -> HttpResponse:
    """Return the page that shows the secret of a trigger, which nothing keeps."""
    context = {"made": made, "trigger": made.trigger, "address": addresses.address(made.trigger)}
    response = render(request, "triggers/issued.html", context)
    response["Cache-Control"] = "no-store"
    return response


def names_of(user: User, agents: set[UUID]) -> dict[UUID, str]:
    """Return what the agents are called."""
    rows = GraphVersion.objects.visible_to(user).active().filter(agent__in=agents)
    return dict(rows.values_list("agent_id", "name"))


def _trigger(
    request: PageRequest, trigger: Trigger, form: TestForm, *, status: int = 200
) -> HttpResponse:
    kind = kinds.find(trigger.kind)
    rows = Arrival.objects.visible_to(request.user).filter(trigger=trigger)
    arrivals = page_of(
        rows.defer("payload").order_by("-received", "-pk"), request.GET, size=ARRIVALS
    )
    begun = [one.execution_id for one in arrivals.items if one.execution_id]
    runs = Execution.objects.visible_to(request.user).filter(pk__in=begun)
    context: dict[str, Any] = {
        "trigger": trigger,
        "kind": kind,
        "is_called": isinstance(kind, Called),
        "is_polled": isinstance(kind, Polled),
        "agent": names_of(request.user, {trigger.agent_id}).get(trigger.agent_id, ""),
        "address": addresses.address(trigger),
        "longest_wait": configured()["longest_wait"],
        "keep_days": configured()["keep_days"],
        "page": arrivals,
        "runs": set(runs.values_list("pk", flat=True)),
        "form": form,
    }
    response = render(request, "triggers/trigger.html", context, status=status)
    response["Cache-Control"] = "no-store"  # the address lets people in who have the secret
    return response


def _set_active(active: bool) -> Callable[[User, Trigger], Any]:
    return lambda user, trigger: services.change(trigger, user, is_active=active)


def _done(
    request: PageRequest, pk: UUID, do: Callable[[User, Trigger], Any], said: str
) -> HttpResponseBase:
    trigger = services.find(request.user, pk)
    if request.method == "POST":
        try:
            do(request.user, trigger)
        except TrellisError as error:
            messages.error(
                request, f"{error.message} {error.errors[0].detail if error.errors else ''}"
            )
        else:
            messages.success(request, said)
    return redirect("webui:trigger", pk)
