"""A person's API keys: the list, a new one, and what can be done with one.

The text of a key is in two answers only: of its making and of its rotation.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from apikeys import services
from apikeys.models import ApiKey
from apikeys.services import Issued
from kernel.errors import TrellisError
from webui.forms.apikeys import SCOPES, ChangeKeyForm, NewKeyForm, RotateKeyForm
from webui.views.pages import PageRequest, page, render

MOST_ENDED = 50  # revoked keys that the list still shows


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the person's keys, newest first; revoked ones below."""
    mine = (
        ApiKey.objects.visible_to(request.user).select_related("user").order_by("-created", "-pk")
    )
    context = {
        "keys": [_shown(key) for key in mine.living()],
        "ended": mine.filter(status=ApiKey.Status.REVOKED)[:MOST_ENDED],
    }
    return render(request, "account/keys/list.html", context)


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest) -> HttpResponse:
    """Ask what the key is for; make it, and show it this once."""
    form = NewKeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _issued(request, services.create(request.user, **form.said), "Your new key")
        except TrellisError as error:
            form.add_error(None, error.message)
    status = 400 if form.errors else 200
    return render(request, "account/keys/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@page
def show(request: PageRequest, pk: int) -> HttpResponseBase:
    """Show the key; change what it is called and what it may do."""
    key = _key(request, pk)
    form = ChangeKeyForm(key, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.change(key, **form.said)
        except TrellisError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The key is changed. It counts at once.")
            return redirect("webui:key", pk)
    context = {**_shown(key), "form": form, "rotation": RotateKeyForm()}
    status = 400 if form.errors else 200
    return render(request, "account/keys/key.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page
def suspend(request: PageRequest, pk: int) -> HttpResponseBase:
    """Let the key open nothing for now."""
    return _done(request, pk, services.suspend, "The key opens nothing until you resume it.")


@require_http_methods(["GET", "POST"])
@page
def resume(request: PageRequest, pk: int) -> HttpResponseBase:
    """Let the key work again."""
    return _done(request, pk, services.resume, "The key works again.")


@require_http_methods(["GET", "POST"])
@page
def rotate(request: PageRequest, pk: int) -> HttpResponseBase:
    """Give the key a new text, and show it this once."""
    key = _key(request, pk)
    form = RotateKeyForm(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            issued = services.rotate(key, grace=form.said)
        except TrellisError as error:
            messages.error(request, error.message)
        else:
            return _issued(request, issued, "The new text of your key")
    elif request.method == "POST":
        messages.error(request, "Nothing was changed. Choose when the present text ends.")
    return redirect("webui:key", pk)


@require_http_methods(["GET", "POST"])
@page
def revoke(request: PageRequest, pk: int) -> HttpResponseBase:
    """Ask whether to end the key for good, and do it."""
    key = _key(request, pk)
    if request.method != "POST":
        mine = ApiKey.objects.visible_to(request.user)
        living = mine.filter(pk__in=mine.with_descendants([key.pk]) - {key.pk}).living().count()
        return render(request, "account/keys/revoke.html", {"key": key, "made": living})
    services.revoke(key)
    messages.success(request, f"The key “{key.name}” is revoked.")
    return redirect("webui:keys")


def _done(
    request: PageRequest, pk: int, do: Callable[[ApiKey], ApiKey], said: str
) -> HttpResponseBase:
    key = _key(request, pk)
    if request.method == "POST":
        try:
            do(key)
        except TrellisError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, said)
    return redirect("webui:key", pk)


def _key(request: PageRequest, pk: int) -> ApiKey:
    found = ApiKey.objects.visible_to(request.user).select_related("user").filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such key, or it is not yours.")
    return found


def _shown(key: ApiKey) -> dict[str, Any]:
    """Return the key, and what it may do in words."""
    scopes = key.grant.scopes
    return {
        "key": key,
        "may": [text for scope, text in SCOPES.items() if scope in scopes],
        "may_all": len(scopes) == len(SCOPES),
    }


def _issued(request: PageRequest, issued: Issued, title: str) -> HttpResponse:
    host = f"{request.scheme}://{request.get_host()}"
    context = {"issued": issued, "title": title, "host": host}
    response = render(request, "account/keys/issued.html", context)
    response["Cache-Control"] = "no-store"
    return response
