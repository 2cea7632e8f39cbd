"""Class 26: names of columns and SQL come from the code, never from a request."""

import ast
from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.graphs import calculator
from tests.support.runs import run
from tests.support.sources import calls, modules

TAKES_NAMES = {"filter", "exclude", "annotate", "alias", "order_by", "values", "values_list"}
TAKES_NAMES |= {"aggregate", "get", "Q", "update", "get_or_create", "update_or_create", "only"}
# Where names come from a table in the code, a constant, or a field that the view names.
KNOWN = {
    "agents/graphs/models.py",
    "agents/graphs/startable.py",
    "platform/accounts/holdings.py",
    "platform/audit/looking.py",
    "platform/credentials/refreshing.py",
    "platform/webui/views/agents.py",
    "agents/executions/context.py",
    "platform/kernel/api/pagination.py",
    "platform/uploads/services.py",
    "store/api/library_views.py",
    "market/api/base.py",
    "market/counting.py",
    "market/indexing.py",
    "market/search.py",
    "market/shelves.py",
}
HOSTILE = (
    "owner__password__startswith=x",
    "id=00000000-0000-4000-8000-000000000000",
    "pk__gt=0&pk=1",
    "ordering=owner__password",
    "order_by=-owner__password",
    "fields=owner__password",
    "status=x'%20OR%20'1'='1",
    "search=%25%27%29%3B--",
    "cursor=' OR 1=1 --",
    "graph_version__agent__owner__email__contains=x",
)
LISTS = ("executions", "graphs", "reviews", "api-keys", "files", "knowledge", "audit")


def test_names_of_columns_are_written_in_the_code() -> None:
    found = {
        path
        for path, module in modules()
        for _, call in calls(module)
        if _called(call) in TAKES_NAMES and _spreads(call)
    }

    assert found == KNOWN, "Say names of columns one by one; or look at it well, and add it here."


@pytest.mark.django_db(transaction=True)
def test_a_hostile_query_neither_finds_what_is_others_nor_chooses_among_one_s_own(
    alice: User, bob: User, api: Callable[..., APIClient]
) -> None:
    run(alice, calculator("Alices-secret"), Input=1)
    for name in ("one", "two"):
        run(bob, calculator(name), Input=1)
    client = api(bob)

    for path in (f"/api/v1/{one}/" for one in LISTS):
        without = client.get(path).json()["results"]
        for query in HOSTILE:
            answer = client.get(f"{path}?{query}")
            assert answer.status_code in {200, 400}, query
            assert "Alices-secret" not in answer.content.decode()
            if answer.status_code == 200 and not query.startswith("search"):
                assert answer.json()["results"] == without, (path, query)


def _called(call: ast.Call) -> str:
    """Return the last part of what is called, also at the end of a chain of calls."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _spreads(call: ast.Call) -> bool:
    """Return whether the call takes names from a mapping or a list that is made elsewhere."""
    spread = [one.value for one in call.keywords if one.arg is None]
    spread += [one.value for one in call.args if isinstance(one, ast.Starred)]
    return any(not isinstance(value, ast.Constant | ast.Tuple) for value in spread)
