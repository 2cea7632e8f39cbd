"""Rates of pages, of what is refused before a view is reached, and the headers of all answers."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from rest_framework.views import APIView

from kernel.api.errors import API
from kernel.api.problems import Problem, Refusal
from quotas.counting import COUNTED, count, kind_of
from quotas.errors import RateLimited
from quotas.policy import Kind, Verdict, headers


class RateLimitMiddleware:
    """Counts what DRF does not: pages before their view, and refusals afterwards.

    DRF counts the calls that it lets through to a view, by user and key. A call with no or
    wrong credentials, and one to nowhere, ends before that: it counts here, for its address. It
    stands behind the session's middleware, and is synchronous, as its neighbour is.
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not hasattr(request, COUNTED):
            verdict = count(request)
            if verdict and not verdict.allowed and response.status_code >= 400:
                response = refusal(request, verdict)
        verdict = getattr(request, COUNTED)
        for name, value in headers(verdict).items() if verdict else ():
            response.headers[name] = value
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Count a page before its view; refuse it where it is one too many."""
        if issubclass(getattr(view, "cls", object), APIView):
            return None  # its throttle counts it, once it knows who calls
        fields = request.POST if kind_of(request) is Kind.SIGN_INS else None
        verdict = count(request, fields)
        return refusal(request, verdict) if verdict and not verdict.allowed else None


def refusal(request: HttpRequest, verdict: Verdict) -> HttpResponse:
    """Return what says no: a problem document below ``/api/``, a page elsewhere."""
    error = RateLimited.of(verdict)
    if request.path_info.startswith(API):
        return Problem(Refusal.of(error), request)
    return render(
        request,
        "429.html",
        {"explanation": error.message, "user": AnonymousUser()},
        status=error.status,
    )
