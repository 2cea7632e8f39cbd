"""URLs of the API: each answers with and without its trailing slash, and none redirects.

A redirect would turn a POST into a GET, so both spellings are the same endpoint. Reversed URLs
and the OpenAPI file carry the slash.
"""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.urls.resolvers import RoutePattern
from rest_framework.routers import SimpleRouter

View = Callable[..., HttpResponseBase]


class OptionalSlash(RoutePattern):
    """A route that ends with a slash and also matches without it."""

    def match(self, path: str) -> tuple[str, tuple[Any, ...], dict[str, Any]] | None:
        found = super().match(path)
        if found is None and not path.endswith("/"):
            found = super().match(f"{path}/")
        return found


def slash(route: str, view: View, *, name: str | None = None) -> URLPattern:
    """Return Django's ``path()`` for a route that is written with its trailing slash."""
    if not route.endswith("/"):
        raise ValueError(f"{route!r} must end with a slash, which callers may then leave out.")
    return URLPattern(OptionalSlash(route, name=name, is_endpoint=True), view, None, name)


class Router(SimpleRouter):
    """DRF's router with optional slashes and path converters.

    A viewset says ``lookup_value_converter = "uuid"`` where its key is one.
    """

    def __init__(self) -> None:
        super().__init__(trailing_slash=True, use_regex_path=False)

    def get_urls(self) -> list[Any]:
        urls: list[Any] = super().get_urls()
        return [slash(str(url.pattern), url.callback, name=url.name) for url in urls]
