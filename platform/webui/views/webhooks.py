"""A person's webhooks: the list, a new one, what was sent to one, and what can be done with it.

The secret of a webhook is in two answers only: of its making and of its change.
"""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agents.news import services
from agents.news.models import Delivery, Endpoint
from agents.news.services import Issued
from kernel.errors import TrellisError
from webui.forms.webhooks import WebhookForm
from webui.paging import page_of
from webui.values import full_text
from webui.views.pages import PageRequest, page, render

SIZE = 20


@require_safe
@page
def index(request: PageRequest) -> HttpResponse:
    """Show the person's webhooks, newest first."""
    mine = Endpoint.objects.visible_to(request.user).order_by("-created", "-pk")
    return render(request, "account/webhooks/list.html", {"endpoints": mine})


@require_http_methods(["GET", "POST"])
@page
def new(request: PageRequest) -> HttpResponse:
    """Ask what is called and when; make the webhook, and show its secret this once."""
    form = WebhookForm(request.user, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _issued(request, services.create(request.user, **form.said))
        except TrellisError as error:
            form.add_error("url" if error.code == "webhook_url_not_usable" else None, error.message)
    context = {"form": form}
    status = 400 if form.errors else 200
    return render(request, "account/webhooks/new.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page
def show(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Show the webhook with what was sent; change it."""
    endpoint = _endpoint(request, pk)
    form = WebhookForm(request.user, endpoint, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.change(endpoint, **form.changes)
        except TrellisError as error:
            form.add_error("url" if error.code == "webhook_url_not_usable" else None, error.message)
        else:
            messages.success(request, "The webhook is changed.")
            return redirect("webui:webhook", pk)
    found = page_of(endpoint.deliveries.order_by("-created", "-pk"), request.GET, size=SIZE)
    context = {
        "endpoint": endpoint,
        "form": form,
        "page": found,
        "deliveries": [(one, full_text(one.payload)) for one in found.items],
    }
    status = 400 if form.errors else 200
    return render(request, "account/webhooks/webhook.html", context, status=status)


@require_POST
@page
def rotate(request: PageRequest, pk: UUID) -> HttpResponse:
    """Give the webhook a new secret, and show it this once."""
    return _issued(request, services.rotate(_endpoint(request, pk)))


@require_POST
@page
def test(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Send a test event."""
    services.test(_endpoint(request, pk))
    messages.success(request, "The test is on its way. Look again in a moment.")
    return redirect("webui:webhook", pk)


@require_POST
@page
def redeliver(request: PageRequest, pk: UUID, delivery: UUID) -> HttpResponseBase:
    """Send an event once more."""
    sent = Delivery.objects.visible_to(request.user)
    found = sent.filter(endpoint=_endpoint(request, pk), pk=delivery).first()
    if found is None:
        raise Http404("There is no such delivery.")
    services.redeliver(found)
    messages.success(request, "It is on its way again. Look again in a moment.")
    return redirect("webui:webhook", pk)


@require_http_methods(["GET", "POST"])
@page
def delete(request: PageRequest, pk: UUID) -> HttpResponseBase:
    """Ask once more; then delete the webhook with its log."""
    endpoint = _endpoint(request, pk)
    if request.method == "GET":
        return render(request, "account/webhooks/delete.html", {"endpoint": endpoint})
    services.delete(endpoint)
    messages.success(request, "The webhook is deleted.")
    return redirect("webui:webhooks")


def _endpoint(request: PageRequest, pk: UUID) -> Endpoint:
    found = Endpoint.objects.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is no such webhook, or it is not yours.")
    return found


def _issued(request: PageRequest, issued: Issued) -> HttpResponse:
    response = render(request, "account/webhooks/issued.html", {"issued": issued})
    response["Cache-Control"] = "no-store"
    return response
