"""The contract of every REST endpoint: inherit it, say the URL, and it is tested."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.clients import api

PROBLEM = "application/problem+json"


@pytest.mark.django_db
class EndpointContract:
    """Answers with and without the slash, asks for a sign-in, and refuses in the one shape.

    A subclass gives the fixture ``url`` (with its trailing slash) and ``caller`` (who may use it),
    and names in ``method`` what the endpoint always understands.
    """

    method = "get"

    @pytest.fixture
    def url(self) -> str:
        raise NotImplementedError

    @pytest.fixture
    def caller(self, alice: User) -> APIClient:
        return api(alice)

    def call(self, client: APIClient, url: str) -> int:
        return int(getattr(client, self.method)(url).status_code)

    def test_answers_alike_with_and_without_the_trailing_slash(
        self, caller: APIClient, url: str
    ) -> None:
        assert url.endswith("/")
        assert self.call(caller, url) == self.call(caller, url.rstrip("/"))

    def test_asks_a_stranger_to_sign_in(self, url: str) -> None:
        response = getattr(api(), self.method)(url)

        assert response.status_code == 401
        assert response.json()["code"] == "not_authenticated"
        assert response["WWW-Authenticate"] == 'ApiKey realm="api", Bearer realm="api"'

    def test_refuses_an_unknown_method_as_a_problem(self, caller: APIClient, url: str) -> None:
        response = caller.generic("TRACE", url)

        assert response.status_code == 405
        assert response["Content-Type"] == PROBLEM
        assert response.json()["code"] == "method_not_allowed"
