"""What a person was told, and the address in mails that stops them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications import services, unsubscribing
from notifications.models import Notification
from webui.paging import page_of
from webui.views.pages import PageRequest, page, render

SIZE = 30


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show what the person was told, newest first."""
    rows = Notification.objects.visible_to(request.user)
    context = {
        "page": page_of(rows.order_by("-updated", "-pk"), request.GET, size=SIZE),
        "has_unread": rows.unread().exists(),
    }
    return render(request, "notifications/list.html", context)


@require_safe
@page
def follow(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Mark it as read, and go where it leads."""
    found = Notification.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such notification, or it is not yours.")
    services.mark_read(request.user, pk)
    # A path that the platform wrote, never one that came with the request.
    return redirect(found.link or "webui:notifications")


@require_POST
@page
def read(request: PageRequest) -> HttpResponseBase:
    """Mark everything as read."""
    services.mark_read(request.user)
    messages.success(request, "All is marked as read.")
    return redirect("webui:notifications")


@csrf_exempt  # mail programs send the form by themselves (RFC 8058), and the address is the proof
@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the mails shall stop; stop them."""
    try:
        found = unsubscribing.read(token)
    except unsubscribing.LinkNotGood as error:
        raise Http404(error.message) from None
    if request.method == "POST":
        unsubscribing.stop(found)
    context = {
        "username": found.user.username,
        "kinds": found.kinds,
        "stopped": request.method == "POST",
    }
    return render(request, "notifications/unsubscribe.html", context)
