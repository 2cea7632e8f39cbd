"""What all pages of the market share: everybody may see them, and caches keep what strangers see."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from kernel.links import absolute
from market.public import conditional, for_one
from webui.views.pages import render

Parameters = ParamSpec("Parameters")
PublicView = Callable[Concatenate[HttpRequest, Parameters], HttpResponse]
NOWHERE = "There is nothing at this address that everybody may see."


def public(view: PublicView[Parameters]) -> Callable[..., HttpResponseBase]:
    """Let everybody in. What a stranger gets has an ETag and may be kept; what others get may not."""

    @wraps(view)
    def answer(
        request: HttpRequest, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        patch_vary_headers(response, ["Cookie", "HX-Request"])
        if settings.SESSION_COOKIE_NAME in request.COOKIES or response.cookies:
            return for_one(response)
        return conditional(request, response)

    return login_not_required(require_safe(answer))


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, path: str, status: int = 200
) -> HttpResponse:
    """Return a page of the market, which says under which one address it is to be known."""
    told = {"canonical": absolute(path), "site": absolute(""), **context}
    return render(request, f"market/{template}", told, status=status)


def found_or_404(found: Any) -> Any:
    """Return what was found. Raises Http404, with the same words whatever the reason is."""
    if found is None:
        raise Http404(NOWHERE)
    return found
