"""Pages are for people who signed in, unless a page says otherwise."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase


class SignInMiddleware(LoginRequiredMiddleware):
    """Sends strangers to the sign-in from every page without ``@login_not_required``.

    Views of the API have a table of their own, which is looked at instead; see
    `kernel.api.access`.
    """

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> Any:
        if "HX-Request" in request.headers:
            # A part of a page that somebody left open: the whole page asks for the sign-in.
            return HttpResponse(status=401, headers={"HX-Refresh": "true"})
        return super().handle_no_permission(request, view_func)
