"""Class 21: ways around the door. What nobody thought of is closed, and odd addresses open nothing."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from accounts.models import User
from apikeys.services import issue
from kernel.access import Scope
from kernel.api.access import DeclaredAccess, needs
from tests.integration.access.routes import routes
from tests.support.clients import api


class New(APIView):
    def get(self, request: Request) -> Response:
        return Response("secret")


class HalfDeclared(ViewSet):
    access = {"list": needs(Scope.READ_GRAPH)}

    def list(self, request: Request) -> Response:
        return Response("known")

    def create(self, request: Request) -> Response:
        return Response("forgotten")


def new_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


urlpatterns: list[Any] = [
    path("api/new/", New.as_view()),
    path("api/half/", HalfDeclared.as_view({"get": "list", "post": "create"})),
    path("new/", new_page),
]
with_new_views = pytest.mark.urls(__name__)


@with_new_views
@pytest.mark.django_db
def test_a_view_that_declares_nothing_answers_nobody(alice: User, admin_user: User) -> None:
    for user in (alice, admin_user):
        answer = api(user).get("/api/new/")
        assert (answer.status_code, answer.json()["code"]) == (403, "access_not_declared")
    key = Client(headers={"X-API-Key": issue(alice)})
    assert key.get("/api/new/").status_code == 403
    assert Client().get("/api/new/").status_code in {401, 403}


@with_new_views
@pytest.mark.django_db
def test_an_action_that_is_left_out_is_closed(alice: User) -> None:
    assert api(alice).get("/api/half/").json() == "known"

    assert api(alice).post("/api/half/").json()["code"] == "access_not_declared"


@with_new_views
@pytest.mark.django_db
def test_a_new_page_asks_strangers_to_sign_in(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.contrib.auth.middleware.resolve_url", lambda _: "/sign-in/")
    client = Client()

    assert client.get("/new/")["Location"] == "/sign-in/?next=/new/"

    client.force_login(alice)
    assert client.get("/new/").content == b"secret"


# Public, and libraries' own: SPECTACULAR_SETTINGS says who may read the schema.
LIBRARY_VIEWS = {"SpectacularAPIView", "SpectacularSwaggerSplitView"}


def test_no_view_of_the_api_takes_the_permission_class_away() -> None:
    classes = {route.view.cls for route in routes() if hasattr(route.view, "cls")}
    ours = {one for one in classes if one.__name__ not in LIBRARY_VIEWS}

    assert len(ours) > 10
    assert [one for one in ours if tuple(one.permission_classes) != (DeclaredAccess,)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/graphs/;/",
        "/api/v1/graphs;x=1",
        "/api/v1/graphs/%2e%2e/graphs/",
        "/api/v1//graphs/",
        "/api/v1/graphs/configs",
        "/api/v1/graphs/..;/",
        "/admin/..%2fapi/v1/graphs/",
        "/API/v1/graphs/",
    ],
)
def test_an_odd_spelling_opens_nothing(address: str) -> None:
    assert Client().get(address).status_code in {302, 401, 404}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For",
        "X-Forwarded-User",
        "X-Forwarded-Host",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Request-From",
        "X-HTTP-Method-Override",
        "Remote-User",
        "X-Remote-User",
    ],
)
def test_no_header_makes_somebody_of_a_stranger(header: str, alice: User) -> None:
    for value in ("alice", "127.0.0.1", "/api/docs/", "internal", "GET"):
        assert Client(headers={header: value}).get("/api/v1/graphs/").status_code in {400, 401}
