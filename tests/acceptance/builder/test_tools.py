"""Tools of MCP servers, and blocks of other people's APIs, in the builder."""

from typing import Any

from playwright.sync_api import expect

from tests.acceptance.api import Api
from tests.acceptance.axe import complaints
from tests.acceptance.browser import Visitor
from tests.acceptance.builder.steps import inspect, open_builder, run, titled
from tests.support.graphs import GraphBuilder
from tests.support.waiting import eventually


def test_a_tool_is_chosen_of_those_that_the_server_has_and_its_arguments_are_pins(
    visitor: Visitor, api: Api
) -> None:
    g = GraphBuilder("Tools")
    tool = g.node("MCPToolBlock", server_url="stdio:local")
    g.link(tool, "result", g.output("Said"), "value")
    agent = api.make(g)["id"]
    page = open_builder(visitor, agent)
    inspector = inspect(page, "MCP Tool")

    inspector.get_by_role("button", name="Choose a tool…").click()
    dialog = page.get_by_role("dialog", name="Choose a tool")
    expect(dialog.get_by_text("Return the text.")).to_be_visible()
    expect(dialog.get_by_text("takes text")).to_be_visible()
    assert complaints(page) == []
    dialog.get_by_role("button", name="echo").click()
    expect(dialog).to_be_hidden()
    expect(titled(page, "MCP Tool").locator(".pin__name", has_text="text")).to_be_visible()
    inspector.get_by_label("text required").fill("Lapsang")

    def values() -> Any:
        held: Any = api.draft(agent)["graph"]["nodes"]
        return next(one["input_default"] for one in held if "server_url" in one["input_default"])

    eventually(lambda: values().get("tool_arguments_#_text") == "Lapsang")
    assert values()["selected_tool"] == "echo"
    run(page)
    expect(page.locator('[data-output="Said"]')).to_contain_text("Lapsang")
    assert visitor.complaints == []


def test_a_server_that_has_no_tools_says_why(visitor: Visitor, api: Api) -> None:
    g = GraphBuilder("No tools")
    g.node("MCPToolBlock", server_url="stdio:elsewhere")
    page = open_builder(visitor, api.make(g)["id"])

    inspect(page, "MCP Tool").get_by_role("button", name="Choose a tool…").click()

    alert = page.get_by_role("dialog", name="Choose a tool").get_by_role("alert")
    expect(alert).to_contain_text("This instance has no MCP server 'elsewhere'")


def test_a_block_of_somebody_elses_api_shows_what_it_is(visitor: Visitor, api: Api) -> None:
    operation = {
        "api": "Pets",
        "title": "List pets",
        "description": "Return the pets.",
        "method": "GET",
        "path": "/pets",
        "server": "https://pets.example.org",
        "parameters": [
            {"pin": "limit", "name": "limit", "place": "query", "value": {"type": "integer"}}
        ],
    }
    node = {
        "id": "pets",
        "block_id": "7f2b6c1e-3b0c-4b5a-9a57-0d8a3f4c5e61",
        "operation": operation,
        "input_default": {"limit": 3},
    }
    file = {"name": "Pets of others", "nodes": [node], "links": []}
    agent = api.post("graphs/", {"graph": file})["id"]
    page = open_builder(visitor, agent)

    inspector = inspect(page, "List pets (Pets)")

    expect(inspector.get_by_label("Limit", exact=True)).to_have_value("3")
    expect(
        inspector.get_by_text("It came with this agent and is none of your APIs.")
    ).to_be_visible()
    page.get_by_role("tab", name="Problems").click()
    expect(page.get_by_text("Nothing is wrong. The agent can run.")).to_be_visible()
    assert visitor.complaints == []
