"""Making a graph on the canvas: with the mouse, and with nothing but the keyboard."""

import re
from itertools import combinations
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.acceptance.api import Api
from tests.acceptance.axe import complaints
from tests.acceptance.browser import PHONE, Visitor
from tests.acceptance.builder.steps import nodes, open_builder, saved, titled, typed
from tests.acceptance.instances import SAMPLES
from tests.support.graphs import GraphBuilder
from tests.support.waiting import eventually


@pytest.fixture
def graph(api: Api) -> Any:
    """The draft of an agent: an input, a calculator and an output, with nothing linked."""
    g = GraphBuilder("Unlinked")
    g.input("number", 8)
    g.node("CalculatorBlock", operation="Add", b=34)
    g.output("sum")
    return api.make(g)


@pytest.fixture
def page(visitor: Visitor, graph: Any) -> Page:
    page = open_builder(visitor, graph["id"])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(nodes(page)).to_have_count(3)
    return page


def links(page: Page) -> Locator:
    return page.locator(".react-flow__edge")


def pin(node: Locator, side: str, title: str) -> Locator:
    """Return the spot at which links to or from a pin end."""
    row = node.locator(f'.pin[data-side="{side}"]').filter(has_text=re.compile(rf"^{title}\b"))
    return row.locator(".pin-handle").first


def draw(page: Page, source: Locator, sink: Locator) -> None:
    """Draw a link with the mouse, and let it go."""
    hover(page, source, sink)
    page.mouse.up()


def hover(page: Page, source: Locator, sink: Locator) -> None:
    """Draw a link with the mouse, and hold it over the pin where it shall end."""
    source.hover()  # once it stands still
    page.mouse.down()
    end = sink.bounding_box()
    assert end
    page.mouse.move(end["x"] - 40, end["y"] + 20, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=4)


def ends(draft: Any) -> list[tuple[str, str]]:
    """Return the pins that the draft's links join, in order."""
    found = draft["graph"]["links"]
    return sorted((link["source_name"], link["sink_name"]) for link in found)


def test_blocks_are_linked_with_the_mouse_and_saved(page: Page, graph: Any, api: Api) -> None:
    calculator = titled(page, "Calculator")

    draw(page, pin(titled(page, "Agent Input"), "source", "Result"), pin(calculator, "target", "A"))
    draw(
        page,
        pin(calculator, "source", "Result"),
        pin(titled(page, "Agent Output"), "target", "Value"),
    )

    expect(links(page)).to_have_count(2)
    saved(page)
    assert ends(api.draft(graph["id"])) == [("result", "a"), ("result", "value")]


def test_whether_pins_fit_is_said_before_the_link_is_let_go(page: Page) -> None:
    calculator = titled(page, "Calculator")
    hint = page.locator(".connection-hint")

    hover(page, pin(calculator, "source", "Result"), pin(calculator, "target", "Operation"))
    expect(hint).to_contain_text("cannot be linked")
    page.mouse.up()
    hover(
        page,
        pin(calculator, "source", "Result"),
        pin(titled(page, "Agent Output"), "target", "Value"),
    )
    expect(hint).to_contain_text("fits")
    page.mouse.up()

    expect(links(page)).to_have_count(1)


def test_a_link_dropped_on_an_object_sets_one_of_its_attributes(
    page: Page, visitor: Visitor, api: Api
) -> None:
    g = GraphBuilder("Mail")
    g.input("smtp_port")
    g.node("SendEmailBlock")
    agent = api.make(g)
    page = open_builder(visitor, agent["id"])
    page.keyboard.press("Shift+T")
    expect(page.locator("[role=status]", has_text="Tidied up.").first).to_be_attached()
    config = pin(titled(page, "Send Email"), "target", "SMTP config")
    hover(page, pin(titled(page, "Agent Input"), "source", "Result"), config)
    spot = titled(page, "Send Email").locator(".pin-handle--grow").bounding_box()
    assert spot
    page.mouse.move(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2, steps=4)
    page.mouse.up()

    expect(links(page)).to_have_count(1)
    saved(page)
    assert ends(api.draft(agent["id"])) == [("result", "config_@_smtp_port")]


def test_a_link_dropped_on_the_empty_canvas_brings_the_next_block(page: Page) -> None:
    pin(titled(page, "Calculator"), "source", "Result").hover()
    page.mouse.down()
    page.mouse.move(700, 780, steps=5)
    page.mouse.up()

    palette = page.get_by_role("dialog", name="Add a block")
    expect(palette).to_contain_text("Blocks that take result")
    typed(page, "store value")
    page.keyboard.press("Enter")

    expect(nodes(page)).to_have_count(4)
    expect(links(page)).to_have_count(1)


def test_a_block_is_dragged_from_the_palette(page: Page) -> None:
    page.get_by_label("Search blocks").fill("store value")
    block = page.get_by_role("option", name=re.compile("Store Value"))
    block.drag_to(page.locator(".react-flow__pane"), target_position={"x": 300, "y": 600})

    expect(titled(page, "Store Value")).to_be_visible()


def test_everything_is_undone_and_done_again(page: Page, graph: Any, api: Api) -> None:
    before = api.draft(graph["id"])["graph"]["nodes"]
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+d")
    expect(nodes(page)).to_have_count(6)
    page.keyboard.press("Delete")
    expect(nodes(page)).to_have_count(3)

    page.keyboard.press("Control+z")
    expect(nodes(page)).to_have_count(6)
    page.keyboard.press("Control+z")
    expect(nodes(page)).to_have_count(3)
    page.keyboard.press("Control+Shift+z")
    expect(nodes(page)).to_have_count(6)
    page.keyboard.press("Control+z")
    saved(page)
    expect(nodes(page)).to_have_count(3)
    assert api.draft(graph["id"])["graph"]["nodes"] == before


def test_a_graph_is_made_and_linked_by_keyboard_alone(page: Page, graph: Any, api: Api) -> None:
    page.keyboard.press("a")
    typed(page, "store value")
    page.keyboard.press("Enter")
    expect(titled(page, "Store Value")).to_be_visible()

    page.keyboard.press("l")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Links of Store Value")
    dialog.get_by_role("button", name="Link Output …").focus()
    page.keyboard.press("Enter")
    typed(page, "calculator a")
    dialog.get_by_role("button", name=re.compile("^A of Calculator")).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")

    expect(links(page)).to_have_count(1)
    page.keyboard.press("d")
    expect(titled(page, "Store Value").locator(".node")).to_have_attribute("data-disabled", "true")
    page.keyboard.press("Alt+ArrowRight")
    expect(titled(page, "Calculator").locator(".node")).to_have_attribute("data-selected", "true")
    saved(page)
    assert ends(api.draft(graph["id"])) == [("output", "a")]


def test_nodes_are_copied_from_one_agent_to_another(page: Page, visitor: Visitor, api: Api) -> None:
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    eventually(lambda: "operation" in page.evaluate("navigator.clipboard.readText()"))
    other = api.make(GraphBuilder("Empty"))
    page.goto(f"/agents/{other['id']}/edit/")
    expect(page.get_by_role("heading", name="Make an agent")).to_be_visible()
    page.keyboard.press("Control+v")

    expect(nodes(page)).to_have_count(3)
    saved(page)
    assert len(api.draft(other["id"])["graph"]["nodes"]) == 3


def test_a_graph_is_laid_out_and_that_is_one_step(page: Page, graph: Any, api: Api) -> None:
    before = [node["metadata"]["position"] for node in graph["nodes"]]
    draw(
        page,
        pin(titled(page, "Agent Input"), "source", "Result"),
        pin(titled(page, "Calculator"), "target", "A"),
    )
    page.keyboard.press("Shift+T")
    expect(page.locator("[role=status]", has_text="Tidied up.").first).to_be_attached()
    saved(page)
    after = [node["metadata"]["position"] for node in api.draft(graph["id"])["graph"]["nodes"]]

    assert after != before
    page.keyboard.press("Control+z")
    saved(page)
    undone = [node["metadata"]["position"] for node in api.draft(graph["id"])["graph"]["nodes"]]
    assert undone == before


def test_of_several_that_are_selected_a_click_means_one(page: Page) -> None:
    selected = page.locator(".react-flow__node.selected")
    page.keyboard.press("Control+a")
    expect(selected).to_have_count(3)

    titled(page, "Calculator").locator("header").click()

    expect(selected).to_have_count(1)
    expect(page.get_by_role("region", name="Inspector").get_by_label("B required")).to_be_visible()
    titled(page, "Agent Input").locator("header").click(modifiers=["Shift"])
    expect(selected).to_have_count(2)


def test_what_is_added_covers_nothing(page: Page) -> None:
    page.keyboard.press("Shift+T")
    expect(page.locator("[role=status]", has_text="Tidied up.").first).to_be_attached()
    page.keyboard.press("n")
    note = page.locator(".react-flow__node-note")
    note.dblclick()
    page.keyboard.type("Adds up")
    page.keyboard.press("Escape")
    expect(note).to_have_text("Adds up")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    typed(page, "calculator")
    page.keyboard.press("Enter")
    expect(nodes(page)).to_have_count(5)

    boxes = [box for node in nodes(page).all() if (box := node.bounding_box())]
    assert len(boxes) == 5
    assert [1 for one, other in combinations(boxes, 2) if overlap(one, other)] == []


def test_what_is_pasted_covers_nothing_and_lies_as_it_lay(page: Page) -> None:
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+c")
    eventually(lambda: "operation" in page.evaluate("navigator.clipboard.readText()"))
    for count in (6, 9):
        page.keyboard.press("Control+v")
        expect(nodes(page)).to_have_count(count)

    boxes = [box for node in nodes(page).all() if (box := node.bounding_box())]
    assert [1 for one, other in combinations(boxes, 2) if overlap(one, other)] == []


def overlap(one: FloatRect, other: FloatRect) -> bool:
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


def test_nodes_are_grouped_and_the_group_is_named(page: Page, graph: Any, api: Api) -> None:
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+g")
    frame = page.get_by_role("region", name="Group 1")
    expect(frame).to_be_visible()
    frame.get_by_text("Group 1").dblclick()
    page.get_by_label("Title of the group").fill("Adding up")
    page.keyboard.press("Enter")

    expect(page.get_by_role("region", name="Group Adding up")).to_be_visible()
    saved(page)
    draft = api.draft(graph["id"])["graph"]
    assert [group["title"] for group in draft["groups"]] == ["Adding up"]
    assert {node["metadata"]["group"] for node in draft["nodes"]} == {draft["groups"][0]["id"]}


def test_a_file_that_is_dropped_is_imported(page: Page) -> None:
    text = (SAMPLES / "calculator.json").read_text()
    transfer = page.evaluate_handle(
        """(text) => { const data = new DataTransfer();
        data.items.add(new File([text], "sum.json", { type: "application/json" })); return data; }""",
        text,
    )
    page.dispatch_event(".react-flow", "drop", {"dataTransfer": transfer})

    expect(nodes(page)).to_have_count(6)
    expect(page.get_by_text("Imported 3 nodes from sum.json.")).to_be_visible()


def test_a_file_that_is_no_graph_is_refused_with_the_reason(page: Page) -> None:
    transfer = page.evaluate_handle(
        """() => { const data = new DataTransfer();
        data.items.add(new File(["[1"], "broken.json")); return data; }"""
    )
    page.dispatch_event(".react-flow", "drop", {"dataTransfer": transfer})

    expect(page.get_by_role("alert")).to_contain_text("broken.json was not imported.")
    expect(nodes(page)).to_have_count(3)


def test_commands_and_nodes_are_found_by_their_names(page: Page) -> None:
    page.keyboard.press("Control+k")
    typed(page, "select all")
    page.keyboard.press("Enter")
    expect(page.locator('.node[data-selected="true"]')).to_have_count(3)

    page.keyboard.press("Control+f")
    typed(page, "calcu")
    page.keyboard.press("Enter")
    expect(page.locator('.node[data-selected="true"]')).to_have_count(1)
    expect(titled(page, "Calculator")).to_be_focused()


def test_the_help_sheet_lists_the_keys(page: Page) -> None:
    page.keyboard.press("Shift+?")

    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_contain_text("Find a command, a block or a node")
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def test_the_tour_has_four_steps_and_a_sample(visitor: Visitor, api: Api) -> None:
    agent = api.make(GraphBuilder("Tour"))
    page = open_builder(visitor, agent["id"], first_visit=True)
    page.get_by_role("button", name="Take the tour").click()

    for step in range(1, 5):
        expect(page.get_by_text(f"Step {step} of 4")).to_be_visible()
        page.get_by_role("button", name="Begin" if step == 4 else "Next").click()
    expect(page.locator(".tour")).to_have_count(0)
    expect(nodes(page)).to_have_count(3)


def test_a_phone_shows_the_graph_and_edits_nothing(visitor: Visitor, graph: Any) -> None:
    page = open_builder(visitor, graph["id"], viewport=PHONE)

    expect(page.get_by_text("To edit it, open it on a larger screen.")).to_be_visible()
    expect(nodes(page)).to_have_count(3)
    expect(page.get_by_label("Search blocks")).to_have_count(0)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(nodes(page)).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", ["nothing", "node", "commands", "help", "links"])
def test_nothing_is_in_the_way_of_people_who_see_or_move_less(
    visitor: Visitor, graph: Any, scheme: str, state: str
) -> None:
    page = open_builder(visitor, graph["id"], color_scheme=scheme, reduced_motion="reduce")
    if state in {"node", "links"}:
        titled(page, "Calculator").locator(".node__head").click()
    keys = {"commands": "Control+k", "help": "Shift+?", "links": "l"}
    if state in keys:
        page.keyboard.press(keys[state])
        expect(page.get_by_role("dialog")).to_be_visible()

    assert complaints(page) == []


def test_the_browser_complains_of_nothing(page: Page, visitor: Visitor) -> None:
    page.keyboard.press("Shift+T")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    saved(page)

    assert visitor.complaints == []
