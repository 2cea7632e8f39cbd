"""Every address that the instance answers at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern

from telemetry.middleware import HealthMiddleware

NAMED = re.compile(r"\(\?P<\w+>[^()]*\)")
PART = re.compile(r"<[^<>]+>")


@dataclass(frozen=True)
class Route:
    """A URL pattern, as docs/access.md spells addresses, and its view."""

    skeleton: str
    view: Any


def routes() -> list[Route]:
    """Return the routes of the root URLconf, in its order, without repetitions, and the probes."""
    found = {route.skeleton: route for route in reversed(list(_walk(get_resolver(), "/")))}
    probes: Any = HealthMiddleware(lambda _: None).probes  # type: ignore[arg-type]
    return [*reversed(found.values()), *(Route(name, view) for name, view in probes.items())]


def _walk(resolver: URLResolver, before: str) -> Iterator[Route]:
    for one in resolver.url_patterns:
        address = before + _spelled(one)
        if isinstance(one, URLResolver):
            yield from _walk(one, address)
        else:
            assert isinstance(one, URLPattern)
            yield Route(address, one.callback)


def _spelled(one: URLPattern | URLResolver) -> str:
    text = str(one.pattern)
    if isinstance(one.pattern, RegexPattern):
        text = NAMED.sub("{}", text).removeprefix("^").removesuffix("$").replace("\\Z", "")
        return text or ("{}" if isinstance(one, URLPattern) else "")
    return PART.sub("{}", text)
