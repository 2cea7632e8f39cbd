"""A person's APIs: the list, a new one, new versions, and their end."""

from uuid import UUID

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from blocks.openapi import services
from blocks.openapi.errors import ApiNotFound
from blocks.openapi.models import Api
from kernel.errors import TrellisError
from webui.forms.apis import ApiForm
from webui.views.pages import PageRequest, page, render


@require_http_methods(["GET", "POST"])
@page
def index(request: PageRequest) -> HttpResponseBase:
    """Show the person's APIs; take in one more."""
    form = ApiForm(request.POST, request.FILES) if request.method == "POST" else ApiForm()
    if (made := _kept(request, form)) is not None:
        messages.success(request, f"“{made.name}” is imported: its operations are blocks.")
        return redirect("webui:api", made.pk)
    context = {"apis": Api.objects.visible_to(request.user), "form": form}
    return render(request, "account/apis/list.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page
def show(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Show an API with its blocks; take in a new version."""
    api = _api(request, pk)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ApiForm(*sent, present=api)
    if (renewed := _kept(request, form)) is not None:
        changed = renewed.version != api.version
        said = f"Version {renewed.version} is imported." if changed else "Nothing has changed."
        messages.success(request, said)
        return redirect("webui:api", pk)
    operations = api.operations.filter(is_current=True).defer("definition")
    context = {"api": api, "operations": operations, "form": form}
    return render(request, "account/apis/api.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask once more; then delete the API."""
    api = _api(request, pk)
    if request.method == "GET":
        return render(request, "account/apis/delete.html", {"api": api})
    services.remove(api)
    messages.success(request, f"“{api.name}” is deleted.")
    return redirect("webui:apis")


def _kept(request: PageRequest, form: ApiForm) -> Api | None:
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        return form.keep(request.user)
    except TrellisError as error:
        form.refuse(error)
        return None


def _api(request: PageRequest, pk: UUID) -> Api:
    found = Api.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise ApiNotFound
    return found
