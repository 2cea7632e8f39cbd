"""Where an instance begins: with one's own agents, or with what everybody may see."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.generic import RedirectView


class HomeView(RedirectView):
    """Leads people who signed in to their agents, and strangers to the market."""

    def get_redirect_url(self, *args: Any, **kwargs: Any) -> str:
        return reverse("webui:agents" if self.request.user.is_authenticated else "webui:market")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().get(request)
        patch_vary_headers(response, ["Cookie"])
        return response


home = login_not_required(HomeView.as_view())
