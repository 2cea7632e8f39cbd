"""What is the person's: to take along, and to delete."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import erasure, exports
from kernel.api.streams import file_response
from kernel.errors import TrellisError
from webui.forms.account import ErasureForm
from webui.views.pages import PageRequest, page, render


@require_http_methods(["GET", "POST"])
@page
def data(request: PageRequest) -> HttpResponseBase:
    """Show how far the export is; ask for one."""
    if request.method == "POST":
        exports.ask(request.user)
        return redirect("webui:data")
    return render(request, "account/data.html", {"export": exports.of(request.user)})


@require_safe
@page
def download(request: PageRequest) -> HttpResponseBase:
    """Return the file of the export."""
    found = exports.fetch(request.user)
    name = exports.name_of(found)
    return file_response(request, found.path, name=name, media_type="application/zip")


@require_http_methods(["GET", "POST"])
@page
@reauthentication_required  # type: ignore[untyped-decorator]
def erase(request: PageRequest) -> HttpResponseBase:
    """Ask once more; then delete the account with everything that belongs to it."""
    form = ErasureForm(request.user.username, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erasure.leave(request.user)
        except TrellisError as error:
            form.add_error(None, error.message)
        else:
            logout(request)
            messages.success(request, "Your account is closed, and being deleted.")
            return redirect("webui:login")
    status = 400 if form.errors else 200
    return render(request, "account/erase.html", {"form": form}, status=status)
