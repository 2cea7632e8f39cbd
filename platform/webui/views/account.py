"""What belongs to the person: the API key and the password."""

from django.contrib.auth.views import PasswordChangeView
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.views.decorators.http import require_http_methods

from apikeys import services
from apikeys.models import ApiKey
from webui.views.pages import PageRequest, page, render


@require_http_methods(["GET", "POST"])
@page
def key(request: PageRequest) -> HttpResponse:
    """Show whether there is a key; make a new one, shown in this answer only; or revoke it."""
    new = ""
    if request.method == "POST":
        if request.POST.get("action") == "revoke":
            services.revoke(request.user)
        else:
            new = services.issue(request.user)
    present = ApiKey.objects.filter(user=request.user, name=services.DEFAULT).first()
    host = f"{request.scheme}://{request.get_host()}"
    response = render(request, "account/key.html", {"key": present, "new": new, "host": host})
    response["Cache-Control"] = "no-store"
    return response


change_password = PasswordChangeView.as_view(
    template_name="webui/account/password.html", success_url=reverse_lazy("webui:agents")
)
