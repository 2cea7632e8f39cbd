"""The list of a person's agents, and the import of another one."""

from django.contrib import messages
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from agents.executions.models import Execution
from agents.graphs import services
from agents.graphs.models import GraphVersion
from kernel.errors import TrellisError
from webui.forms.importing import ImportForm
from webui.paging import page_of
from webui.views.pages import PageRequest, page, render

SIZE = 25
MOST_PROBLEMS = 20


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the agents, newest first, or those that a search finds."""
    return _list(request, ImportForm())


@require_http_methods(["GET", "POST"])
@page
def import_file(request: PageRequest) -> HttpResponseBase:
    """Make an agent of the file sent, and show it; where that fails, say everything why."""
    if request.method == "GET":
        return redirect("webui:agents")
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, form, status=400)
    try:
        version = services.create_agent(request.user, form.cleaned_data["file"])
    except TrellisError as error:
        return _list(request, form, error, status=400)
    messages.success(request, f"“{version.name}” is imported.")
    return redirect("webui:agent", version.agent_id)


def _list(
    request: PageRequest, form: ImportForm, error: TrellisError | None = None, *, status: int = 200
) -> HttpResponse:
    search = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    versions = _found(request, search)
    context = {
        "page": page_of(versions, request.GET, size=SIZE),
        "search": search,
        "form": form,
        "refusal": error,
        "problems": error.errors[:MOST_PROBLEMS] if error else (),
        "more_problems": max(len(error.errors) - MOST_PROBLEMS, 0) if error else 0,
    }
    return render(request, "agents/list.html", context, status=status)


def _found(request: PageRequest, search: str) -> QuerySet[GraphVersion]:
    """Return the active versions with how each agent's last run went.

    Agents that came in with another one are found by a search, and on that agent's page.
    """
    versions = GraphVersion.objects.visible_to(request.user).active()
    if search:
        versions = versions.filter(Q(name__icontains=search) | Q(description__icontains=search))
    else:
        versions = versions.filter(agent__imported_with=None)
    return (
        versions.defer("document")
        .order_by("-agent__created", "-pk")
        .annotate(
            last_run=_of_last_run(request, "pk"),
            last_status=_of_last_run(request, "status"),
            last_created=_of_last_run(request, "created"),
        )
    )


def _of_last_run(request: PageRequest, field: str) -> Subquery:
    """Return a field of an agent's last run: of the last runs of its versions, the newest.

    Each of those is found in an index. Asked for at once, the planner would read through all runs
    of the person for an agent that never ran.
    """
    runs = Execution.objects.visible_to(request.user).filter(
        graph_version=OuterRef("pk"), parent=None
    )
    last = runs.order_by("-created")
    of_versions = GraphVersion.objects.filter(agent=OuterRef("agent")).annotate(
        ran=Subquery(last.values("created")[:1]), found=Subquery(last.values(field)[:1])
    )
    return Subquery(of_versions.order_by(F("ran").desc(nulls_last=True)).values("found")[:1])
