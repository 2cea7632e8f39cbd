"""The door of the MCP server: who may come in, with what, and to which tools.

A client goes through in tests/acceptance.
"""

from itertools import chain
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet
from mcp import MCPError

from accounts.models import User
from agents.executions import mcpserver
from agents.executions.models import Execution
from agents.graphs.models import GraphVersion
from agents.graphs.services import create_agent
from kernel.access import Scope
from tests.support.apikeys import key
from tests.support.graphs import calculator

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


class TestTheTools:
    @pytest.fixture
    def agents(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> list[GraphVersion]:
        """Return five agents, the newest first; pages are of two, and two agents as old as each other."""
        monkeypatch.setattr(mcpserver, "TOOLS_AT_ONCE", 2)
        made = [create_agent(alice, calculator(f"C{n}").file()) for n in range(5)]
        twins = GraphVersion.objects.filter(pk__in=[made[1].pk, made[2].pk])
        QuerySet.update(twins, created=made[2].created)
        rows = GraphVersion.objects.filter(pk__in=[one.pk for one in made])
        return list(rows.select_related("agent").order_by("-created", "-pk"))

    def test_come_in_pages_each_once(self, alice: User, agents: list[GraphVersion]) -> None:
        pages: list[list[str]] = []
        cursor: str | None = None
        while not pages or cursor:
            tools, cursor = mcpserver.tools_of(alice, cursor)
            pages.append([tool.name for tool in tools])

        assert [len(page) for page in pages] == [2, 2, 1]
        assert list(chain(*pages)) == [mcpserver.name_of(one) for one in agents]

    def test_of_a_page_stay_where_others_are_deleted(
        self, alice: User, agents: list[GraphVersion]
    ) -> None:
        _, cursor = mcpserver.tools_of(alice)
        agents[1].agent.delete()

        tools, _ = mcpserver.tools_of(alice, cursor)

        assert [tool.name for tool in tools] == [mcpserver.name_of(one) for one in agents[2:4]]

    def test_of_every_page_are_found(self, alice: User, agents: list[GraphVersion]) -> None:
        for one in agents:
            assert isinstance(mcpserver._start(alice, mcpserver.name_of(one), {}), UUID)

    def test_are_nobody_else_s(self, bob: User, agents: list[GraphVersion]) -> None:
        assert mcpserver.tools_of(bob) == ([], None)
        refused = mcpserver._start(bob, mcpserver.name_of(agents[0]), {})
        assert str(refused).startswith("There is no tool")
        assert Execution.objects.count() == 0

    @pytest.mark.parametrize(
        "name", ["", "C0", "C0_", "C0_zzzzzzzzzzzz", "x_000000000000", "_" * 900]
    )
    def test_that_are_none_start_nothing(
        self, alice: User, agents: list[GraphVersion], name: str
    ) -> None:
        assert str(mcpserver._start(alice, name, {})).startswith("There is no tool")
        assert Execution.objects.count() == 0

    @pytest.mark.parametrize(
        "cursor", ["", "x", "2026-01-01T00:00:00+00:00 x", " " * 37, "\x00" * 60]
    )
    def test_with_a_cursor_of_somebody_s_own_are_refused(self, alice: User, cursor: str) -> None:
        with pytest.raises(MCPError, match="cursor"):
            mcpserver.tools_of(alice, cursor)
