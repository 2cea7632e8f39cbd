"""Every way in which the API says no, as a problem document.

``handle`` answers for DRF's views, the ``handler…`` views for whatever fails before a view is
reached, and ``unknown_url`` for paths below ``/api/`` that nobody serves.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.utils.log import log_response
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework.views import set_rollback

from kernel.api.problems import Problem, Refusal
from kernel.api.refusals import InternalError, refusal_of
from kernel.errors import NotFound

API = "/api/"


def handle(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """Return the problem for an exception of an API view. DRF's ``EXCEPTION_HANDLER``."""
    request: HttpRequest = context["request"]._request
    set_rollback()
    refusal = refusal_of(exc)
    if refusal is None:
        return _fault(exc, request)
    response = Problem(refusal, request)
    if refusal.status == 401:
        response["WWW-Authenticate"] = _challenges(context)
    return response


def _fault(exc: Exception, request: HttpRequest) -> HttpResponse:
    """Log what nobody foresaw, and say only that it happened."""
    response = Problem(Refusal.of(InternalError()), request)
    got_request_exception.send(sender=None, request=request)
    log_response(
        "%s: %s",
        response.reason_phrase,
        request.path,
        response=response,
        request=request,
        exception=exc,
    )
    return response


def _challenges(context: dict[str, Any]) -> str:
    """Return every way to sign in that the view knows, not only the first."""
    view, request = context["view"], context["request"]
    headers = [way.authenticate_header(request) for way in view.get_authenticators()]
    return ", ".join(filter(None, headers)) or 'Bearer realm="api"'


@csrf_exempt
@login_not_required
def unknown_url(request: HttpRequest) -> HttpResponse:
    """Answer for a path below ``/api/`` that nobody serves."""
    sentence = f"There is no `{request.path}`. See /api/docs/ for what there is."
    return Problem(Refusal.of(NotFound(sentence)), request)


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django refused to read."""
    return _problem_or(defaults.bad_request, request, exception)


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that may not be made."""
    return _problem_or(defaults.permission_denied, request, exception)


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for something that is not there."""
    return _problem_or(defaults.page_not_found, request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    """Answer a request that failed outside any API view, for example while it was rendered."""
    if not request.path_info.startswith(API):
        return defaults.server_error(request)
    return Problem(Refusal.of(InternalError()), request)


def _problem_or(
    page: Callable[[HttpRequest, Exception], HttpResponse],
    request: HttpRequest,
    exception: Exception,
) -> HttpResponse:
    """Return a problem below ``/api/``, Django's page elsewhere."""
    refusal = refusal_of(exception)
    if refusal is None or not request.path_info.startswith(API):
        return page(request, exception)
    return Problem(refusal, request)
