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
    mine = ApiKey.objects.visible_to(request.user).living().filter(name=services.DEFAULT)
    match request.POST.get("action"):
        case "issue":
            new = services.issue(request.user)
        case "revoke":
            for one in mine:
                services.revoke(one)
        case _ if request.method == "POST":
            raise BadRequest("The action is neither `issue` nor `revoke`.")
    present = mine.first()
    host = f"{request.scheme}://{request.get_host()}"
    response = render(request, "account/key.html", {"key": present, "new": new, "host": host})
    response["Cache-Control"] = "no-store"
    return response
