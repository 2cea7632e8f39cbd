"""Where an instance begins: with one's own agents, or with what everybody may see."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_vary_headers


@login_not_required
def home(request: HttpRequest) -> HttpResponseBase:
    """Lead people who signed in to their agents, and strangers to the market."""
    where = "webui:agents" if request.user.is_authenticated else "webui:market"
    response = redirect(where)
    patch_vary_headers(response, ["Cookie"])
    return response
