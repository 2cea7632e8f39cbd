"""A person's schedules: the list, the coming week, one with its history, and what can be done with it."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.timezone import now
from django.views.decorators.http import require_http_methods, require_safe

from agents.executions.models import Execution
from agents.graphs.models import GraphVersion
from agents.schedules import rules, services
from agents.schedules.models import Fire, Schedule
from agents.schedules.wording import in_words
from kernel.errors import TrellisError
from webui.coming import coming_week
from webui.forms.schedules import BackfillForm, window
from webui.paging import page_of
from webui.views.pages import PageRequest, page, render

SIZE = 30
TIMES = 20  # of the history, on a page
MOST_IN_WEEK = 200


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the person's schedules, the newest first."""
    mine = Schedule.objects.visible_to(request.user).order_by("-created", "-pk")
    found = page_of(mine, request.GET, size=SIZE)
    names = _names(request, found.items)
    lines = [(one, in_words(one), names.get(one.agent_id, "")) for one in found.items]
    return render(request, "schedules/list.html", {"page": found, "schedules": lines})


@require_safe
@page
def week(request: PageRequest) -> HttpResponse:
    """Show what starts in the coming seven days, in the person's time zone."""
    mine = Schedule.objects.visible_to(request.user).filter(next_time__isnull=False)
    rows = list(mine.order_by("next_time")[: MOST_IN_WEEK + 1])
    with timezone.override(request.user.time_zone):
        zone = timezone.get_current_timezone()
        days = coming_week(rows[:MOST_IN_WEEK], zone, now())
    context = {"days": days, "more": len(rows) > MOST_IN_WEEK, "most": MOST_IN_WEEK}
    return render(request, "schedules/week.html", context)


@require_safe
@page
def show(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show the schedule, its next times and what became of those that have come."""
    return _schedule(request, services.find(request.user, pk), None)


@require_http_methods(["GET", "POST"])
@page
def pause(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Let the schedule start nothing for now."""
    return _done(request, pk, services.pause, "The schedule is paused. What runs goes on.")


@require_http_methods(["GET", "POST"])
@page
def resume(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Let the schedule go on with its next time."""
    return _done(request, pk, services.resume, "The schedule goes on.")


@require_http_methods(["GET", "POST"])
@page
def run(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Start the agent now, as the schedule would, and show the run."""
    schedule = services.find(request.user, pk)
    if request.method == "POST":
        try:
            return redirect("webui:run", services.run_now(request.user, schedule).pk)
        except TrellisError as error:
            messages.error(request, error.message)
    return redirect("webui:schedule", pk)


@require_http_methods(["GET", "POST"])
@page
def backfill(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Start what a range of times that have passed would have started."""
    schedule = services.find(request.user, pk)
    if request.method == "GET":
        return redirect("webui:schedule", pk)
    with timezone.override(request.user.time_zone):
        form = BackfillForm(request.POST)
        if form.is_valid():
            said = form.cleaned_data
            try:
                fires = services.backfill(schedule, said["since"], said["until"])
            except TrellisError as error:
                form.add_error(None, error.message)
            else:
                count = len(fires)
                messages.success(
                    request, f"{count} time{'' if count == 1 else 's'} will be started."
                )
                return redirect("webui:schedule", pk)
    return _schedule(request, schedule, form, status=400)


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask first, and then delete the schedule."""
    schedule = services.find(request.user, pk)
    if request.method == "GET":
        return render(request, "schedules/delete.html", {"schedule": schedule})
    services.delete(schedule)
    messages.success(request, f"“{schedule.name}” is deleted. Its runs are kept.")
    return redirect("webui:schedules")


def _schedule(
    request: PageRequest, schedule: Schedule, form: BackfillForm | None, *, status: int = 200
) -> HttpResponse:
    rows = Fire.objects.visible_to(request.user).filter(schedule=schedule).order_by("-time")
    times = page_of(rows, request.GET, size=TIMES, name="times")
    started = [one.execution_id for one in times.items if one.execution_id]
    runs = Execution.objects.visible_to(request.user).filter(pk__in=started)
    since, until = window()
    with timezone.override(request.user.time_zone):
        form = form or BackfillForm(initial={"since": since, "until": until})
        context = {
            "schedule": schedule,
            "words": in_words(schedule),
            "agent": _names(request, [schedule]).get(schedule.agent_id, ""),
            "next": _next_times(schedule),
            "times": times,
            "runs": set(runs.values_list("pk", flat=True)),
            "form": form,
        }
        return render(request, "schedules/schedule.html", context, status=status)


def _next_times(schedule: Schedule) -> list[object]:
    if schedule.next_time is None:
        return []
    try:
        return list(rules.next_times(schedule, now()))
    except TrellisError:
        return []


def _names(request: PageRequest, schedules: Iterable[Schedule]) -> dict[UUID, str]:
    """Return what the agents of the schedules are called."""
    agents = {one.agent_id for one in schedules}
    rows = GraphVersion.objects.visible_to(request.user).active().filter(agent__in=agents)
    return dict(rows.values_list("agent_id", "name"))


def _done(
    request: PageRequest, pk: UUID, do: Callable[[Schedule], Schedule], said: str
) -> HttpResponseBase:
    schedule = services.find(request.user, pk)
    if request.method == "POST":
        try:
            do(schedule)
        except TrellisError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, said)
    return redirect("webui:schedule", pk)
