"""What all pages share: who may see them, how they are written, and how refusals look."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from accounts.models import User
from kernel.errors import NotFound

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate["PageRequest", Parameters], HttpResponseBase]
DjangoView = Callable[..., HttpResponseBase]


class PageRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


def page(view: View[Parameters]) -> DjangoView:
    """Ask strangers to sign in, and answer 404 where a service finds nothing."""

    @wraps(view)
    def answer(
        request: HttpRequest, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponseBase:
        try:
            return view(cast(PageRequest, request), *args, **kwargs)
        except NotFound as error:
            raise Http404(error.message) from None

    # `SignInMiddleware` has asked already; a page holds without it, too.
    return cast(DjangoView, login_required(answer))


def render(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return the page. A half of a surrogate pair in somebody's text becomes a question mark."""
    text = render_to_string(f"webui/{template}", context, request)
    return HttpResponse(text.encode("utf-8", "replace"), status=status)
