"""What belongs to the person: the API key."""

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from apikeys import services
from apikeys.models import ApiKey
from webui.views.pages import PageRequest, page, render


@require_http_methods(["GET", "POST"])
@page
def key(request: PageRequest) -> HttpResponse:
    """Show whether there is a key; make a new one, shown in this answer only; or revoke it."""
    new = ""
    match request.POST.get("action"):
        case "issue":
            new = services.issue(request.user)
        case "revoke":
            services.revoke(request.user)
        case _ if request.method == "POST":
            raise BadRequest("The action is neither `issue` nor `revoke`.")
    present = ApiKey.objects.filter(user=request.user, name=services.DEFAULT).first()
    host = f"{request.scheme}://{request.get_host()}"
    response = render(request, "account/key.html", {"key": present, "new": new, "host": host})
    response["Cache-Control"] = "no-store"
    return response
