"""What an agent can do, read from its graph."""

from typing import Any

import pytest

from accounts.models import User
from store import manifest
from store.walking import party
from tests.support.graphs import GraphBuilder, calculator
from tests.support.store import agent

pytestmark = pytest.mark.django_db
KEY = {"id": "1", "provider": "openai", "type": "api_key", "title": "Mine"}


def of(owner: User, builder: GraphBuilder) -> dict[str, Any]:
    version = agent(owner, builder)
    return manifest.of(party(version, owner.pk).versions)


def busy() -> GraphBuilder:
    g = GraphBuilder("Busy")
    address = g.input("Address")
    g.node("SendWebRequestBlock", url="https://API.example.com/v1?key=x")
    free = g.node("SendAuthenticatedWebRequestBlock")
    g.link(address, "result", free, "url")
    g.node("GetWikipediaSummaryBlock", topic="Tea")
    g.node("RunPythonBlock", code="result = 1\nprint(result)")
    g.node("MCPToolBlock", server_url="https://mcp.example.org/mcp", selected_tool="search")
    g.node("AITextGeneratorBlock", prompt="Hello", model="gpt-4o")
    g.node("GithubPullRequestTriggerBlock", repo="a/b")
    g.node("FileStoreBlock", file_in="https://files.example.net/a.txt")
    return g


def test_a_manifest_says_what_an_agent_can_do(alice: User) -> None:
    found = of(alice, busy())

    assert "api.example.com" in found["hosts"]
    assert "en.wikipedia.org" in found["hosts"]
    assert "mcp.example.org" in found["hosts"]
    assert "api.openai.com" in found["hosts"]
    assert {"block": "Send Authenticated Web Request", "pin": "url"} in found["open_hosts"]
    assert [one["language"] for one in found["code"]] == ["python"]
    assert found["code"][0]["lines"] == 2
    assert found["mcp"] == [{"server": "mcp.example.org", "tool": "search"}]
    assert found["models"] == [{"model": "gpt-4o", "provider": "openai"}]
    assert found["triggers"] == [{"provider": "github", "type": "repo"}]
    assert "Send Web Request" in found["actions"]
    assert found["files"]
    assert ["openai"] in [one["providers"] for one in found["credentials"]]
    assert found["cost"]["questions"] == 1
    assert float(found["cost"]["cents"]) > 0


def test_an_agent_that_only_computes_can_do_nothing(alice: User) -> None:
    found = of(alice, calculator())

    assert {name: found[name] for name in manifest.SECTIONS} == {
        name: [] for name in manifest.SECTIONS
    }
    assert found["cost"]["questions"] == 0


def test_what_a_sub_agent_can_do_its_boss_can_do(alice: User) -> None:
    boss = GraphBuilder("Boss")
    boss.agent(busy())
    found = of(alice, boss)

    assert "api.example.com" in found["hosts"]
    assert [one["name"] for one in found["sub_agents"]] == ["Busy"]


def test_disabled_nodes_can_do_nothing(alice: User) -> None:
    g = calculator()
    g.policy(g.node("SendWebRequestBlock", url="https://example.com/"), disabled=True)

    assert of(alice, g)["hosts"] == []


def test_the_order_of_nodes_and_their_names_change_nothing(alice: User) -> None:
    one, other = busy(), busy()
    other.nodes.reverse()
    for node in other.nodes:
        node["metadata"]["customized_name"] = "Renamed"

    assert manifest.digest(of(alice, one)) == manifest.digest(of(alice, other))


def test_a_change_of_code_is_a_difference(alice: User) -> None:
    one, other = (GraphBuilder() for _ in range(2))
    one.node("RunPythonBlock", code="result = 1")
    other.node("RunPythonBlock", code="result = 2")
    old, new = of(alice, one), of(alice, other)

    assert set(manifest.diff(old, new)) == {"code"}
    assert manifest.asks_for_more(old, new)


def test_more_is_asked_for_only_where_something_was_added(alice: User) -> None:
    less, more = of(alice, calculator()), of(alice, busy())

    assert manifest.asks_for_more(less, more)
    assert not manifest.asks_for_more(more, less)
    assert not manifest.asks_for_more(more, more)
    assert manifest.diff(more, more) == {}
    changes = manifest.diff(less, more)
    assert "api.example.com" in changes["hosts"]["added"]
    assert changes["hosts"]["removed"] == []


def test_everything_is_more_than_nothing_known(alice: User) -> None:
    assert manifest.asks_for_more({}, of(alice, busy()))
    assert not manifest.asks_for_more({}, of(alice, calculator()))


def test_an_unknown_block_is_told(alice: User) -> None:
    g = calculator()
    g.add("00000000-0000-4000-8000-000000000001", {})

    assert of(alice, g)["unknown_blocks"] == ["00000000-0000-4000-8000-000000000001"]


def test_secrets_and_addresses_in_full_are_not_told(alice: User) -> None:
    g = calculator()
    g.node("SendWebRequestBlock", url="https://example.com/path?token=hunter2hunter2")

    assert "hunter2" not in str(of(alice, g))
    assert of(alice, g)["hosts"] == ["example.com"]
