"""What the owner of an agent sets for all of its versions."""

from uuid import UUID

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from agents.graphs import services
from kernel.errors import TrellisError
from webui.forms.settings import SettingsForm
from webui.views.pages import PageRequest, page, render


@require_http_methods(["GET", "POST"])
@page
def settings(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Show the settings; change them. They count at once, for runs under way too."""
    version = services.find(request.user, pk)
    form = SettingsForm(services.settings_of(pk), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_settings(version.agent, form.changes)
        except TrellisError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The settings are saved.")
            return redirect("webui:agent", pk)
    context = {"version": version, "form": form}
    return render(request, "agents/settings.html", context, status=400 if form.errors else 200)
