"""The door of the MCP server: who may come in, and with what. A client goes through in tests/acceptance."""

from typing import Any

import pytest

from accounts.models import User
from kernel.access import Scope
from tests.support.apikeys import key

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("body", ["", "{}", "[]", "{", "null", '{"jsonrpc": "1.0"}', "[" * 5000])
def test_what_is_no_message_is_refused(api: Any, alice: User, body: str) -> None:
    answer = api(alice).post("/api/v1/mcp/", body, content_type="application/json")

    assert answer.status_code == 400


def test_strangers_stay_outside(api: Any) -> None:
    assert api().post("/api/v1/mcp/", {"jsonrpc": "2.0"}, format="json").status_code == 401


@pytest.mark.parametrize("scope", [Scope.READ_GRAPH, Scope.EXECUTE_GRAPH])
def test_a_key_needs_both_scopes(alice: User, scope: Scope) -> None:
    _, holder = key(alice, scope)

    assert holder.refusal("post", "mcp/", {"jsonrpc": "2.0"}) == (403, "missing_scope")


def test_there_is_nothing_to_get(api: Any, alice: User) -> None:
    assert api(alice).get("/api/v1/mcp/").status_code == 405
