"""URLs with an optional trailing slash."""

from typing import Any
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls.resolvers import RegexPattern, URLResolver
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from kernel.api.routing import Router, slash

KEY = UUID("6b1cfb1e-62ce-4a3a-8d2c-2b8cd3a9b1f0")


def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    return HttpResponse()


class Things(ViewSet):
    lookup_value_converter = "uuid"

    def list(self, request: Request) -> Response:
        return Response()

    def retrieve(self, request: Request, pk: UUID) -> Response:
        return Response()


@pytest.mark.parametrize("path", ["graphs/7/runs/", "graphs/7/runs"])
def test_a_route_matches_with_and_without_its_slash(path: str) -> None:
    found = slash("graphs/<int:number>/runs/", view).resolve(path)

    assert found
    assert (found.func, found.kwargs) == (view, {"number": 7})


@pytest.mark.parametrize("path", ["graphs/7/runs//", "graphs/7/run", "graphs/x/runs", "", "/"])
def test_a_route_matches_nothing_else(path: str) -> None:
    assert slash("graphs/<int:number>/runs/", view).resolve(path) is None


def test_a_route_written_without_its_slash_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="'graphs' must end with a slash"):
        slash("graphs", view)


def test_the_router_reverses_to_the_path_with_its_slash() -> None:
    router = Router()
    router.register("things", Things, basename="thing")
    urls = URLResolver(RegexPattern(r"^/"), router.urls)

    assert urls.reverse("thing-list") == "things/"
    assert urls.reverse("thing-detail", pk=KEY) == f"things/{KEY}/"


@pytest.mark.parametrize("path", [f"/things/{KEY}", f"/things/{KEY}/"])
def test_the_router_hands_over_the_converted_key(path: str) -> None:
    router = Router()
    router.register("things", Things, basename="thing")

    found = URLResolver(RegexPattern(r"^/"), router.urls).resolve(path)

    assert found.kwargs == {"pk": KEY}
