"""Class 26: names of columns and SQL come from the code, never from a request."""

import ast
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.graphs import calculator
from tests.support.runs import run
from tests.support.sources import calls, dotted, modules

TAKES_NAMES = {"filter", "exclude", "annotate", "alias", "order_by", "values", "aggregate", "get"}
OF_REQUESTS = ("request.", "query_params", "validated_data", "self.request")
HOSTILE = (
    "owner__password__startswith=pbkdf2",
    "ordering=owner__password",
    "owner=2",
    "status=x'%20OR%20'1'='1",
    "search=%25%27%29%3B--",
    "cursor=' OR 1=1 --",
    "graph_version__agent__owner__email__contains=a",
)


def test_no_request_names_what_is_filtered_or_sorted_by() -> None:
    found = [
        f"{path}:{call.lineno}"
        for path, module in modules()
        for name, call in calls(module)
        if name.rsplit(".", 1)[-1] in TAKES_NAMES and _spreads_a_request(call)
    ]

    assert found == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_query_finds_nothing_of_others(
    alice: User, bob: User, api: Callable[..., APIClient], query: str
) -> None:
    run(alice, calculator("Alices-secret"), Input=1)

    for path in ("/api/v1/executions/", "/api/v1/graphs/", "/api/v1/reviews/", "/api/v1/api-keys/"):
        answer = api(bob).get(f"{path}?{query}")
        assert answer.status_code in {200, 400}
        assert "Alices-secret" not in answer.content.decode()
        assert answer.status_code == 400 or answer.json()["results"] == []


def _spreads_a_request(call: ast.Call) -> bool:
    spread = [one.value for one in call.keywords if one.arg is None]
    spread += [one.value for one in call.args if isinstance(one, ast.Starred)]
    return any(
        any(part in f"{dotted(node)}." for part in OF_REQUESTS)
        for value in spread
        for node in ast.walk(value)
    )
