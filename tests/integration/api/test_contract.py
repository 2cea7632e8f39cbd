"""What every endpoint keeps, whichever app it belongs to."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from kernel.api.errors import unknown_url
from kernel.api.routing import OptionalSlash
from tests.support.endpoints import EndpointContract


class TestBlocks(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return "/api/v1/blocks/"


class TestGraphs(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return "/api/v1/graphs/"


class TestExecutions(EndpointContract):
    @pytest.fixture
    def url(self) -> str:
        return "/api/v1/executions/"


def endpoints(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns)
        else:
            yield pattern


def test_each_route_of_the_api_may_leave_out_its_slash() -> None:
    [api] = [one for one in get_resolver().url_patterns if str(one.pattern) == "api/"]
    assert isinstance(api, URLResolver)

    found = list(endpoints(api.url_patterns))
    rigid = [one for one in found if not isinstance(one.pattern, OptionalSlash)]

    assert len(found) > 10
    assert [one.callback for one in rigid] == [unknown_url]
