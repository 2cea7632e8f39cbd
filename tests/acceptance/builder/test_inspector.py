"""Values, problems and policies of nodes, edited in the inspector and on the node itself."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.acceptance.api import Api
from tests.acceptance.axe import complaints
from tests.acceptance.browser import Visitor
from tests.acceptance.builder.steps import inspect, open_builder, run, titled
from tests.support.graphs import GraphBuilder
from tests.support.waiting import eventually


def saved(api: Api, agent: str, block_id: str) -> Any:
    """Return what the draft on the server holds for the only node with the block."""
    [node] = [one for one in api.draft(agent)["graph"]["nodes"] if one["block_id"] == block_id]
    return node


CALCULATOR = "b1ab9b19-67a6-406d-abf5-2dba76d00c79"


def sum_of_x() -> GraphBuilder:
    g = GraphBuilder("Sum")
    x = g.input("x")
    calculator = g.node("CalculatorBlock", operation="Add", b=34)
    out = g.output("sum")
    g.link(x, "result", calculator, "a")
    g.link(calculator, "result", out, "value")
    return g


def test_a_value_is_typed_saved_and_undone_in_one_step(visitor: Visitor, api: Api) -> None:
    agent = api.make(sum_of_x())["id"]
    page = open_builder(visitor, agent)
    field = inspect(page, "Calculator").get_by_label("B required")

    field.fill("")
    field.press_sequentially("1,25")

    eventually(lambda: saved(api, agent, CALCULATOR)["input_default"].get("b") == 1.25)
    titled(page, "Calculator").locator("header").click()
    page.keyboard.press("Control+z")
    expect(field).to_have_value("34")
    eventually(lambda: saved(api, agent, CALCULATOR)["input_default"]["b"] == 34)
    assert visitor.complaints == []


def test_a_short_value_is_edited_on_the_node(visitor: Visitor, api: Api) -> None:
    agent = api.make(sum_of_x())["id"]
    page = open_builder(visitor, agent)

    titled(page, "Calculator").get_by_role("button", name="Edit B: 34").click()
    page.get_by_role("textbox", name="B", exact=True).fill("8")
    page.keyboard.press("Enter")
    expect(titled(page, "Calculator").get_by_role("button", name="Edit B: 8")).to_be_focused()
    titled(page, "Calculator").get_by_role("button", name="Edit Round Result: no").click()

    expected = {"operation": "Add", "b": 8, "round_result": True}
    eventually(lambda: saved(api, agent, CALCULATOR)["input_default"] == expected)


def test_escape_leaves_the_value_on_the_node_as_it_was(visitor: Visitor, api: Api) -> None:
    page = open_builder(visitor, api.make(sum_of_x())["id"])

    titled(page, "Calculator").get_by_role("button", name="Edit B: 34").click()
    page.get_by_role("textbox", name="B", exact=True).fill("8")
    page.keyboard.press("Escape")

    expect(titled(page, "Calculator").get_by_role("button", name="Edit B: 34")).to_be_visible()


def test_a_problem_leads_to_the_field_that_is_wrong(visitor: Visitor, api: Api) -> None:
    g = sum_of_x()
    g.node("TextSplitBlock", text="a,b")
    page = open_builder(visitor, api.make(g)["id"])

    page.get_by_role("tab", name="Problems").click()
    page.get_by_role("button", name=re.compile("delimiter of 'Text Split' is required")).click()

    field = page.get_by_label("Delimiter required")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.fill(",")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    page.get_by_role("tab", name="Problems").click()
    expect(page.get_by_text("Nothing is wrong. The agent can run.")).to_be_visible()


def test_a_linked_pin_shows_its_source_and_goes_there(visitor: Visitor, api: Api) -> None:
    page = open_builder(visitor, api.make(sum_of_x())["id"])
    inspector = inspect(page, "Calculator")

    inspector.get_by_role("button", name=re.compile("^Agent Input")).click()

    expect(inspector.get_by_label("Name required")).to_have_value("x")


def test_what_does_not_fit_is_kept_and_can_be_mended(visitor: Visitor, api: Api) -> None:
    g = GraphBuilder("Misfit")
    g.node("CreateListBlock", values={"a": 1})
    agent = api.make(g)["id"]
    page = open_builder(visitor, agent)
    field = inspect(page, "Create List").get_by_label("Values required")

    expect(field).to_have_value('{\n  "a": 1\n}')
    field.fill('["x", 2]')

    expect(page.get_by_label("Item 1 of Values", exact=True)).to_have_value("x")
    expect(page.get_by_label("Kind of Item 2 of Values")).to_have_value("number")


def test_a_node_gets_a_policy_a_note_and_a_name(visitor: Visitor, api: Api) -> None:
    agent = api.make(sum_of_x())["id"]
    page = open_builder(visitor, agent)
    inspector = inspect(page, "Calculator")

    inspector.get_by_text("When it fails").click()
    inspector.get_by_label("Longest try, in seconds", exact=True).fill("30")
    inspector.get_by_label("Most tries", exact=True).fill("0")
    expect(inspector.get_by_text("Must be 1 or more.")).to_be_visible()
    inspector.get_by_label("Most tries", exact=True).fill("5")
    inspector.get_by_label("Note", exact=True).fill("Adds up")
    inspector.get_by_label("Name of this node").fill("Adder")

    expect(titled(page, "Adder")).to_be_visible()

    def metadata() -> Any:
        held = dict(saved(api, agent, CALCULATOR)["metadata"])
        held.pop("position")
        return held

    expected = {
        "customized_name": "Adder",
        "note": "Adds up",
        "timeout_seconds": 30,
        "retry": {"max_attempts": 5},
    }
    eventually(lambda: metadata() == expected)


def test_a_run_asks_for_what_the_agent_takes(visitor: Visitor, api: Api) -> None:
    g = GraphBuilder("Form")
    g.node("AgentNumberInputBlock", name="count")
    g.input("key", secret=True)
    agent = api.make(g)["id"]
    page = open_builder(visitor, agent)
    started: list[Any] = []
    page.on("request", lambda one: started.append(one) if "/execute/" in one.url else None)

    page.keyboard.press("Control+Enter")
    form = page.get_by_role("dialog", name="Run the agent")
    form.get_by_role("button", name="Run").click()
    expect(form.get_by_text("This is required.")).to_have_count(2)
    expect(form.get_by_label("count required")).to_be_focused()
    assert started == []
    form.get_by_label("count required").fill("seven")
    expect(form.get_by_text("Takes a number: this text counts as 0.")).to_be_visible()
    form.get_by_label("count required").fill("7")
    form.get_by_label("key required").fill("hunter2")
    form.get_by_role("button", name="Run").click()

    expect(form).to_be_hidden()
    [request] = started
    assert request.post_data_json["inputs"] == {"count": 7, "key": "hunter2"}
    assert "hunter2" not in page.evaluate("JSON.stringify(localStorage)")
    page.keyboard.press("Control+Enter")
    expect(form.get_by_label("count required")).to_have_value("7")
    expect(form.get_by_label("key required")).to_have_value("")


def test_a_file_is_sent_in_and_read_by_a_run(visitor: Visitor, api: Api) -> None:
    g = GraphBuilder("Files")
    read = g.node("FileReadBlock")
    g.link(read, "content", g.output("Text"), "value")
    agent = api.make(g)["id"]
    page = open_builder(visitor, agent)
    inspector = inspect(page, "File Read")
    chooser = inspector.locator('input[type="file"]')

    chooser.set_input_files({"name": "tea.txt", "mimeType": "text/plain", "buffer": b"Darjeeling"})
    expect(inspector.get_by_text("tea.txt").first).to_be_visible()
    expect(inspector.get_by_text("10 bytes")).to_be_visible()
    node = eventually(lambda: given(api, agent))
    assert re.fullmatch(r"workspace://[0-9a-f-]{36}/tea\.txt", node)
    run(page)

    expect(page.locator('[data-output="Text"]')).to_contain_text("Darjeeling")
    assert visitor.complaints == []


def given(api: Api, agent: str) -> Any:
    """Return what the draft on the server gives the block that reads a file."""
    found = saved(api, agent, "3735a31f-7e18-4aca-9e90-08a7120674bc")["input_default"]
    return found.get("file_input")


def test_a_key_is_added_where_it_is_asked_for(visitor: Visitor, api: Api) -> None:
    g = GraphBuilder("Search")
    g.node("SearchTheWebBlock", query="Trellis", provider="brave")
    agent = api.make(g)["id"]
    page = open_builder(visitor, agent)
    inspector = inspect(page, "Search The Web")

    inspector.get_by_role("button", name="Add a key…").click()
    dialog = page.get_by_role("dialog", name="Add a key")
    dialog.get_by_label("What you have").select_option(label="Brave Search: API key")
    dialog.get_by_label("API key required").fill("BSA-1")
    dialog.get_by_label("Title").fill("Brave of mine")
    assert complaints(page) == []
    dialog.get_by_role("button", name="Keep and use it").click()

    expect(dialog).to_have_count(0)
    chosen = inspector.get_by_role("combobox", name=re.compile("credentials", re.IGNORECASE))
    expect(chosen).to_be_focused()
    expect(chosen.locator("option:checked")).to_have_text("“Brave of mine” of brave, api key")
    [kept] = api.get("integrations/brave/credentials/")["results"]
    named = {name: kept[name] for name in ("id", "provider", "type", "title")}
    eventually(lambda: credentials_in(api, agent) == named)
    assert "BSA-1" not in page.content()
    assert visitor.complaints == []


def credentials_in(api: Api, agent: str) -> Any:
    [node] = api.draft(agent)["graph"]["nodes"]
    return node["input_default"].get("credentials")
