"""Agents inside agents: chosen, kept up to date, made of a part; and what is set for one."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.acceptance.api import Api
from tests.acceptance.browser import Visitor
from tests.acceptance.builder.steps import in_state, inspect, open_builder, run, titled
from tests.acceptance.builder.test_inspector import sum_of_x
from tests.acceptance.builder.test_running import dividing
from tests.support.graphs import GraphBuilder, calculator
from tests.support.waiting import eventually

AGENT = "e189baac-8c20-45a1-94a7-55177ea42565"


def outputs_of(api: Api, agent: str, inputs: dict[str, Any]) -> Any:
    """Run the agent's draft, and return what it gave once it ended."""
    run = api.post(f"graphs/{agent}/draft/execute/", {"inputs": inputs})["id"]
    return api.ended(run)["outputs"]


def agent_nodes(api: Api, agent: str) -> list[Any]:
    nodes = api.draft(agent)["graph"]["nodes"]
    return [node for node in nodes if node["block_id"] == AGENT]


def make_part(page: Page, name: str) -> None:
    """Make an agent of the calculator alone."""
    titled(page, "Calculator").locator("header").click()
    titled(page, "Agent Output").locator("header").click(modifiers=["Shift"])
    page.get_by_role("button", name="Make an agent of these…").click()
    dialog = page.get_by_role("dialog", name="Make an agent of these")
    dialog.get_by_label("Name of the agent").fill(name)
    dialog.get_by_role("button", name="Make the agent").click()
    expect(dialog).to_be_hidden()


def test_a_part_becomes_an_agent_that_gives_the_same(visitor: Visitor, api: Api) -> None:
    agent = api.make(sum_of_x())["id"]
    assert outputs_of(api, agent, {"x": 8}) == {"sum": [42.0]}
    page = open_builder(visitor, agent)

    make_part(page, "The adding part")

    expect(titled(page, "The adding part")).to_be_visible()
    expect(titled(page, "Calculator")).to_have_count(0)
    [node] = eventually(lambda: agent_nodes(api, agent))
    assert list(node["input_default"]["input_schema"]["properties"]) == ["a"]
    assert outputs_of(api, agent, {"x": 8}) == {"sum": [42.0]}
    assert visitor.complaints == []


def test_making_an_agent_of_a_part_is_undone_in_one_step(visitor: Visitor, api: Api) -> None:
    agent = api.make(sum_of_x())["id"]
    before = api.draft(agent)["graph"]
    page = open_builder(visitor, agent)
    make_part(page, "Undone")
    eventually(lambda: agent_nodes(api, agent))

    titled(page, "Undone").locator("header").click()
    page.keyboard.press("Control+z")

    expect(titled(page, "Calculator")).to_be_visible()
    eventually(lambda: api.draft(agent)["graph"]["nodes"] == before["nodes"])
    assert api.draft(agent)["graph"]["links"] == before["links"]


def test_another_agent_is_added_as_a_block(visitor: Visitor, api: Api) -> None:
    sub = api.make(calculator("Adds thirty-four"))["id"]
    agent = api.make(GraphBuilder("Outer"))["id"]
    page = open_builder(visitor, agent)

    page.get_by_role("button", name="Add one of your agents…").click()
    dialog = page.get_by_role("dialog", name="Choose an agent")
    dialog.get_by_label("Search").fill("thirty-four")
    dialog.get_by_role("button", name="Adds thirty-four").click()

    expect(titled(page, "Adds thirty-four")).to_be_visible()
    expect(page.get_by_label("Input required")).to_be_visible()
    expect(
        page.get_by_text("Runs version 1 of “Adds thirty-four”, the newest one.")
    ).to_be_visible()
    expect(page.get_by_role("link", name="Open it")).to_have_attribute(
        "href", f"/agents/{sub}/edit/"
    )
    [node] = eventually(lambda: agent_nodes(api, agent))
    assert node["input_default"]["graph_id"] == sub


def test_a_failure_inside_an_agent_is_found_from_the_canvas(visitor: Visitor, api: Api) -> None:
    api.make(dividing(0, "Divides by nothing"))
    page = open_builder(visitor, api.make(GraphBuilder("Outer"))["id"])
    page.get_by_role("button", name="Add one of your agents…").click()
    page.get_by_role("button", name="Divides by nothing").click()
    expect(titled(page, "Divides by nothing")).to_be_visible()
    run(page)
    expect(in_state(page, "FAILED")).to_be_visible()

    page.get_by_role("button", name="Show what failed").click()
    page.get_by_role("article").get_by_role("link", name="Open the run of its agent").click()

    expect(page.get_by_role("heading", name="Divides by nothing")).to_be_visible()
    expect(page.get_by_text("Calculator failed: Division by zero has no result.")).to_be_visible()


def test_a_block_follows_its_agent_to_the_newest_version(visitor: Visitor, api: Api) -> None:
    sub = api.make(calculator("Moving on"))["id"]
    agent = api.make(GraphBuilder("Outer"))["id"]
    page = open_builder(visitor, agent)
    page.get_by_role("button", name="Add one of your agents…").click()
    page.get_by_role("button", name="Moving on").click()
    eventually(lambda: agent_nodes(api, agent))
    newer = calculator("Moving on")
    newer.id = sub
    newer.input("Second", 5)
    api.put(f"graphs/{sub}/", newer.file())

    page.reload()
    inspector = inspect(page, "Moving on")
    inspector.get_by_role("button", name="Update to version 2").click()

    expect(inspector.get_by_label("Second", exact=True)).to_be_visible()
    eventually(lambda: agent_nodes(api, agent)[0]["input_default"]["graph_version"] == 2)


def test_what_is_set_for_its_runs_is_changed_at_once(visitor: Visitor, api: Api) -> None:
    agent = api.make(sum_of_x())["id"]
    page = open_builder(visitor, agent)

    page.get_by_role("button", name="Settings of its runs…").click()
    dialog = page.get_by_role("dialog", name="Settings of its runs")
    dialog.get_by_label("Most runs at once", exact=True).fill("0")
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    dialog.get_by_label("Most runs at once", exact=True).fill("2")
    dialog.get_by_label("What a start does while that many are under way").select_option("skip")
    dialog.get_by_role("button", name="Save").click()

    expect(dialog).to_be_hidden()
    settings = api.get(f"graphs/{agent}/settings/")
    assert (settings["max_concurrent_executions"], settings["when_full"]) == (2, "skip")
