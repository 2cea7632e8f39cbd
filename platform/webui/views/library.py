"""Agents that somebody collected: their page, and what can be done about them."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.models import User
from agents.executions.models import Execution
from agents.graphs.thumbnails import thumbnails
from agents.presets.models import Preset
from agents.schedules.models import Schedule
from agents.schedules.wording import in_words
from kernel.errors import NotFound, TrellisError
from store.actions.collect import collect as take
from store.actions.collect import discard
from store.actions.fork import fork as copy
from store.actions.rate import has_run, rate
from store.actions.update import update as take_update
from store.library import entries, keeping, updating
from store.library.entries import Entry
from store.models import Folder, ListingReview
from webui.asked import uuid_of
from webui.forms.inputs import StartForm
from webui.forms.library import KeepForm, ReviewForm
from webui.pictures import picture
from webui.views.pages import PageRequest, page, render

RUNS = 8
STARTS = 20  # schedules and presets


def collected(
    request: PageRequest, pk: UUID, form: StartForm | None = None, *, status: int = 200
) -> HttpResponse:
    """Show a collected agent, with the form that runs it. Raises NotFound."""
    entry = entries.find_agent(request.user, pk)
    if entry.is_own:
        raise NotFound("There is no such version of this agent.")
    version = entry.version
    form = form or _form(request, entry)
    newer = updating.newer(entry.kept)
    context: dict[str, Any] = {
        "entry": entry,
        "listing": entry.kept.listing,
        "version": version,
        "form": form,
        "click": uuid4(),
        "problems": [] if entry.standing in {"usable", "withdrawn"} else [entry.standing],
        "runs": _runs(request.user, pk).defer("inputs").order_by("-created")[:RUNS],
        "presets": _presets(request.user, pk).order_by("name")[:STARTS],
        "schedules": [(one, in_words(one)) for one in _schedules(request.user, pk)[:STARTS]],
        "picture": picture(thumbnails([version])[version.pk]) if entry.can_access_graph else None,
        "newer": newer,
        "changes": _changes(updating.changes(entry.kept, newer)) if newer else [],
        "asks_for_more": newer is not None and updating.asks_for_more(entry.kept, newer),
        "keep_form": KeepForm(entry.kept, _folders(request.user)),
        "review_form": _review_form(request.user, entry),
    }
    return render(request, "library/agent.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page
def get(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Take a version of the store into the library, and show the agent."""
    if request.method == "GET":  # after a sign-in that came between
        return redirect("webui:agents")
    kept, is_new = take(request.user, pk)
    if is_new:
        messages.success(request, f"“{kept.audit_label}” is in your library.")
    return redirect("webui:agent", kept.agent_id)


@require_http_methods(["GET", "POST"])
@page
def keep(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Set whether it is a favourite, archived, in a folder, and takes new versions by itself."""
    entry = entries.find(request.user, pk)
    if request.method == "POST":
        form = KeepForm(entry.kept, _folders(request.user), request.POST)
        if form.is_valid():
            said = dict(form.cleaned_data)
            new = said.pop("new_folder")
            try:
                if new:
                    said["folder"] = keeping.make_folder(request.user, new)
                keeping.change(entry, **said)
            except TrellisError as error:
                messages.error(request, error.message)
            else:
                messages.success(request, "That is kept.")
    return redirect("webui:agent", entry.version.agent_id)


@require_http_methods(["GET", "POST"])
@page
def update(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Take the version that was looked at, where it is still the newest."""
    entry = entries.find(request.user, pk)
    version = uuid_of(request.POST.get("version", ""))
    if request.method == "POST" and version is not None:
        try:
            take_update(entry.kept, version)
        except TrellisError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "You have the newest version.")
    return redirect("webui:agent", entry.version.agent_id)


@require_http_methods(["GET", "POST"])
@page
def fork(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Make an agent of one's own of it, and show that."""
    entry = entries.find(request.user, pk)
    if request.method == "GET":
        return redirect("webui:agent", entry.version.agent_id)
    try:
        made = copy(request.user, entry.version)
    except TrellisError as error:
        messages.error(request, error.message)
        return redirect("webui:agent", entry.version.agent_id)
    messages.success(request, f"“{made.name}” is yours.")
    return redirect("webui:agent", made.agent_id)


@require_http_methods(["GET", "POST"])
@page
def remove(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask first, and then take it out of the library."""
    entry = entries.find(request.user, pk)
    if request.method == "GET":
        return render(request, "library/remove.html", {"entry": entry})
    try:
        discard(entry.kept)
    except TrellisError as error:
        messages.error(request, error.message)
        return redirect("webui:agent", entry.version.agent_id)
    messages.success(request, f"“{entry.name}” is out of your library. Its runs are kept.")
    return redirect("webui:agents")


@require_http_methods(["GET", "POST"])
@page
def review(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Keep what the person says of the agent."""
    entry = entries.find(request.user, pk)
    listing = entry.kept.listing
    if request.method == "POST" and listing is not None:
        form = ReviewForm(request.POST)
        try:
            if form.is_valid():
                rate(request.user, listing, **form.cleaned_data)
                messages.success(request, "Your review is kept. Everybody can read it.")
            else:
                messages.error(request, "Choose one to five stars.")
        except TrellisError as error:
            messages.error(request, error.message)
    return redirect("webui:agent", entry.version.agent_id)


def _form(request: PageRequest, entry: Entry) -> StartForm:
    """Return the form, filled in as for the run or preset that ``?again=`` or ``?preset=`` name."""
    user, agent = request.user, entry.version.agent_id
    again = _named(_runs(user, agent), request.GET.get("again"))
    again = again or _named(_presets(user, agent), request.GET.get("preset"))
    values, credentials = (again.inputs, again.credential_inputs) if again else ({}, {})
    return StartForm(entry.version, values=values, credentials=credentials, person=user)


def _named(rows: "QuerySet[Any]", text: str | None) -> Any:
    pk = uuid_of(text or "")
    return rows.filter(pk=pk).first() if pk else None


def _runs(user: User, agent: UUID) -> "QuerySet[Execution]":
    return Execution.objects.visible_to(user).with_graph().of_agent(agent)


def _presets(user: User, agent: UUID) -> "QuerySet[Preset]":
    return Preset.objects.visible_to(user).filter(agent=agent)


def _schedules(user: User, agent: UUID) -> "QuerySet[Schedule]":
    return Schedule.objects.visible_to(user).filter(agent=agent).order_by("name")


def _folders(user: User) -> "QuerySet[Folder]":
    return Folder.objects.visible_to(user).order_by("name")


def _review_form(user: User, entry: Entry) -> ReviewForm | None:
    """Return the form of a review, for those who may write one."""
    listing = entry.kept.listing
    if listing is None or entry.standing != "usable" or not has_run(user, listing):
        return None
    mine = ListingReview.objects.visible_to(user).filter(listing=listing).first()
    return ReviewForm(initial={"score": mine.score, "comments": mine.comments} if mine else {})


def _changes(diff: dict[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    """Return, for people, what a version asks for more and less, by section."""
    return [
        (
            section.replace("_", " ").capitalize(),
            [_words(one) for one in change["added"]],
            [_words(one) for one in change["removed"]],
        )
        for section, change in diff.items()
    ]


def _words(one: Any) -> str:
    if not isinstance(one, dict):
        return str(one)
    parts = (value for value in one.values() if value not in (None, "", [], False, True))
    return ", ".join(
        " or ".join(map(str, part)) if isinstance(part, list) else str(part) for part in parts
    )
