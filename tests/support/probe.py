"""The URLs of an instance with some more: who is asking, and views that fail in every way."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core import exceptions as django
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.api.access import SIGNED_IN
from kernel.api.errors import handler400, handler403, handler404, handler500
from kernel.api.routing import slash
from kernel.errors import Conflict, Detail

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

FAILURES: dict[str, Callable[[], Exception]] = {
    "conflict": lambda: Conflict("It runs.", errors=[Detail("busy", "It runs.", node_id="n")]),
    "missing": Http404,
    "denied": django.PermissionDenied,
    "data": lambda: DataError("integer out of range"),
    "throttled": lambda: drf.Throttled(wait=7),
    "bug": lambda: ZeroDivisionError("secret detail"),
}


class WhoAmI(APIView):
    access = {"get": SIGNED_IN}

    def get(self, request: Request) -> Response:
        return Response(request.user.get_username())


class Echo(APIView):
    permission_classes = ()
    authentication_classes = ()

    def post(self, request: Request) -> Response:
        return Response(request.data)


class Fail(APIView):
    permission_classes = ()

    def get(self, request: Request, kind: str) -> Response:
        raise FAILURES[kind]()


class Unrenderable(APIView):
    permission_classes = ()

    def get(self, request: Request) -> Response:
        return Response(float("nan"))


@login_not_required
def suspicious(request: HttpRequest, **_: Any) -> HttpResponse:
    raise django.SuspiciousOperation("secret detail")


urlpatterns = [
    slash("api/whoami/", WhoAmI.as_view()),
    slash("api/echo/", Echo.as_view()),
    slash("api/fail/<str:kind>/", Fail.as_view()),
    slash("api/unrenderable/", Unrenderable.as_view()),
    path("api/suspicious", suspicious),
    path("pages/suspicious", suspicious),
    path("", include("config.urls")),
]
