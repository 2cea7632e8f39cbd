"""The page of the builder. What it shows comes through the API; here is only where to look."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from agents.executions.models import Execution
from agents.graphs import services
from features.services import enabled
from uploads.services import largest_file
from webui.manifest import builder_assets
from webui.views.pages import PageRequest, page, render

PLACE = UUID(int=0)  # where an id goes in an address that the builder fills in


@require_safe
@ensure_csrf_cookie
@page
def edit(request: PageRequest, pk: UUID) -> HttpResponse:
    """Show the agent's draft; a version with ``?version=``, a run with ``?execution=``."""
    execution = _execution(request, pk, request.GET.get("execution"))
    asked = execution.graph_version.version if execution else _number(request.GET.get("version"))
    version = services.find(request.user, pk, asked)
    shown = {
        "graph_id": str(pk),
        "version": asked,
        "execution": str(execution.pk) if execution else None,
        "is_new": False,
    }
    return _builder(request, version.name, shown)


@require_safe
@ensure_csrf_cookie
@page
def new(request: PageRequest) -> HttpResponse:
    """Show an empty canvas. The first change that is kept makes the agent."""
    shown = {"graph_id": None, "version": None, "execution": None, "is_new": True}
    return _builder(request, "New agent", shown)


def _builder(request: PageRequest, title: str, shown: dict[str, Any]) -> HttpResponse:
    assets = builder_assets()
    settings = {
        **shown,
        "user": {"id": str(request.user.pk), "username": request.user.get_username()},
        "urls": _urls(),
        "features": enabled(request.user),
        "largest_file": largest_file(),
    }
    context = {"title": title, "settings": settings, "assets": assets}
    return render(request, "agents/builder.html", context, status=200 if assets else 503)


def _urls() -> dict[str, str]:
    """Return the addresses that the builder links to, with ``{id}`` where an id goes."""
    places = ("agent", "edit", "run", "review", "trigger", "export")
    return {
        "api": reverse("graph-list").removesuffix("graphs/"),
        "agents": reverse("webui:agents"),
        "create": reverse("webui:new"),
        "runs": reverse("webui:runs"),
        "connect_credential": reverse("webui:connect-credential", args=["PLACE"]).replace(
            "PLACE", "{provider}"
        ),
        **{
            name: reverse(f"webui:{name}", args=[PLACE]).replace(str(PLACE), "{id}")
            for name in places
        },
    }


def _number(asked: str | None) -> int | None:
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise Http404("Versions are numbers.")
    return int(asked)


def _execution(request: PageRequest, pk: UUID, asked: str | None) -> Execution | None:
    if not asked:
        return None
    try:
        run = UUID(asked)
    except ValueError:
        raise Http404("Executions have UUIDs.") from None
    rows = Execution.objects.visible_to(request.user).with_graph().of_agent(pk)
    return get_object_or_404(rows.defer("inputs"), pk=run)
