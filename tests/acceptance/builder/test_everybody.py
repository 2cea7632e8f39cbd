"""The builder's panels and dialogs, for people who see or move less: axe, and the keyboard alone."""

import re
from typing import Any

from playwright.sync_api import FileChooser, FilePayload, Locator, Page, expect

from tests.acceptance.api import Api
from tests.acceptance.axe import complaints
from tests.acceptance.browser import Visitor
from tests.acceptance.builder.steps import (
    in_state,
    inspect,
    name_of,
    nodes,
    open_builder,
    panel,
    rename,
    run,
    saved,
    titled,
)
from tests.acceptance.builder.test_inspector import sum_of_x
from tests.acceptance.builder.test_running import dividing
from tests.acceptance.builder.test_saving import sums
from tests.acceptance.builder.test_saving_versions import changed, open_versions, version
from tests.acceptance.pages.steps import until
from tests.support.graphs import GraphBuilder

MOST_TABS = 80
LIST = FilePayload(name="list.csv", mimeType="text/csv", buffer=b"a,b\n1,2\n")


def opened(visitor: Visitor, agent: Any) -> Page:
    return open_builder(visitor, agent["id"], reduced_motion="reduce")


def in_both_schemes(page: Page) -> list[str]:
    """Return what axe finds in the light and in the dark, without loading anything twice."""
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        expect(page.locator("html")).to_have_attribute("data-shown-theme", scheme)
        found += [f"{scheme}: {one}" for one in complaints(page)]
    return found


def saved_by_others(api: Api, agent: Any) -> None:
    """Have somebody else change a value and the name."""
    theirs = api.draft(agent["id"])["graph"]
    theirs["name"] = "Theirs"
    theirs["nodes"][1]["input_default"]["b"] = 77
    api.save_draft(theirs)


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Move the focus by keyboard until the element has it."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"No focus on {wanted} after {MOST_TABS} tabs.")


def command(page: Page, words: str) -> None:
    """Choose a command by its words."""
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("combobox")).to_be_focused()
    page.keyboard.type(words)
    expect(dialog.get_by_role("option", selected=True)).to_contain_text(words)
    page.keyboard.press("Enter")


class TestAxeFindsNothing:
    def test_in_the_panel_of_runs(self, visitor: Visitor, api: Api) -> None:
        page = opened(visitor, api.make(dividing(0)))
        found = {}
        page.get_by_role("button", name="Run", exact=True).click()
        expect(page.get_by_role("dialog", name="Run the agent")).to_be_visible()
        found["form"] = in_both_schemes(page)
        page.keyboard.press("Escape")
        run(page)
        expect(in_state(page, "FAILED")).to_be_visible()
        found["failed"] = in_both_schemes(page)
        page.get_by_role("button", name="Show what failed").click()
        expect(page.get_by_role("article")).to_contain_text("zero")
        found["step"] = in_both_schemes(page)
        for tab in ("Outputs", "Steps", "Runs"):
            expect(panel(page, tab)).to_be_visible()
            found[tab] = in_both_schemes(page)
        titled(page, "Calculator").locator("header").click()
        page.get_by_role("region", name="Runs").get_by_role("button", name="Run it alone…").click()
        expect(page.get_by_role("dialog", name="Run Calculator alone")).to_be_visible()
        found["alone"] = in_both_schemes(page)

        assert {name: some for name, some in found.items() if some} == {}

    def test_in_the_versions(self, visitor: Visitor, api: Api) -> None:
        agent = api.make(sums())
        changed(api, agent)
        page = opened(visitor, agent)
        found = {}
        open_versions(page)
        found["versions"] = in_both_schemes(page)
        page.get_by_role("button", name="What publishing changes").click()
        expect(page.get_by_label("Comparison")).to_be_visible()
        expect(page.locator('.node[data-mark="added"]')).to_have_count(1)
        found["comparison"] = in_both_schemes(page)

        assert {name: some for name, some in found.items() if some} == {}

    def test_in_a_merge(self, visitor: Visitor, api: Api) -> None:
        agent = api.make(sums())
        page = opened(visitor, agent)
        saved_by_others(api, agent)
        rename(page, "Mine")
        expect(page.get_by_role("dialog").get_by_text("1 choice to make")).to_be_visible()
        found = {"merge": in_both_schemes(page)}
        page.get_by_role("button", name="Later").click()
        expect(page.get_by_text("Changed elsewhere")).to_be_visible()
        found["later"] = in_both_schemes(page)

        assert {name: some for name, some in found.items() if some} == {}

    def test_in_problems_files_and_dialogs(self, visitor: Visitor, api: Api) -> None:
        g = sum_of_x()
        g.node("TextSplitBlock", text="a,b")
        g.node("FileReadBlock")
        page = opened(visitor, api.make(g))
        found = {}
        page.get_by_role("tab", name="Problems").click()
        expect(page.get_by_role("button", name=re.compile("delimiter")).first).to_be_visible()
        found["problems"] = in_both_schemes(page)
        page.get_by_role("tab", name="Inspector").click()
        inspector = inspect(page, "File Read")
        inspector.locator('input[type="file"]').set_input_files(LIST)
        expect(inspector.get_by_text("list.csv", exact=True)).to_be_visible()
        expect(inspector.get_by_text("8 bytes")).to_be_visible()
        found["file"] = in_both_schemes(page)
        titled(page, "Calculator").locator("header").click()
        titled(page, "Agent Output").locator("header").click(modifiers=["Shift"])
        page.get_by_role("button", name="Make an agent of these…").click()
        expect(page.get_by_role("dialog", name="Make an agent of these")).to_be_visible()
        found["extraction"] = in_both_schemes(page)

        assert {name: some for name, some in found.items() if some} == {}

    def test_on_an_empty_canvas_and_in_the_tour(self, visitor: Visitor, api: Api) -> None:
        agent = api.make(GraphBuilder("Empty"))
        page = open_builder(visitor, agent["id"], first_visit=True, reduced_motion="reduce")
        found = {"empty": in_both_schemes(page)}
        page.get_by_role("button", name="Take the tour").click()
        for step in range(1, 5):
            expect(page.get_by_text(f"Step {step} of 4")).to_be_visible()
            found[f"step {step}"] = in_both_schemes(page)
            page.get_by_role("button", name="Begin" if step == 4 else "Next").click()

        assert {name: some for name, some in found.items() if some} == {}


class TestByKeyboardAlone:
    def test_a_merge_is_decided(self, visitor: Visitor, api: Api) -> None:
        agent = api.make(sums())
        page = opened(visitor, agent)
        saved_by_others(api, agent)
        name_of(page).focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("Mine")
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("1 choice to make")).to_be_visible()
        assert dialog.evaluate("one => one.contains(document.activeElement)")

        tab_to(page, dialog.get_by_role("radio", name=re.compile("^Mine")))
        page.keyboard.press("ArrowDown")
        expect(dialog.get_by_role("radio", name=re.compile("^Theirs"))).to_be_checked()
        tab_to(page, dialog.get_by_role("button", name="Merge both and save"))
        page.keyboard.press("Enter")
        saved(page)

        assert api.draft(agent["id"])["graph"]["name"] == "Theirs"

    def test_versions_are_compared_and_left(self, visitor: Visitor, api: Api) -> None:
        agent = api.make(sums())
        changed(api, agent)
        page = opened(visitor, agent)
        command(page, "Show the versions")
        expect(version(page, 1)).to_be_visible()
        tab_to(page, page.get_by_role("button", name="What publishing changes"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Comparison")).to_be_visible()
        tab_to(page, page.get_by_role("button", name="Back to editing"))
        page.keyboard.press("Enter")

        expect(page.locator(".node[data-mark]")).to_have_count(0)

    def test_a_problem_is_found_and_mended(self, visitor: Visitor, api: Api) -> None:
        g = sum_of_x()
        g.node("TextSplitBlock", text="a,b")
        page = opened(visitor, api.make(g))
        command(page, "Show the problems")
        tab_to(page, page.get_by_role("button", name=re.compile("delimiter of 'Text Split'")))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Delimiter required")).to_be_focused()
        page.keyboard.type(",")

        expect(page.get_by_label("Delimiter required")).not_to_have_attribute(
            "aria-invalid", "true"
        )

    def test_a_file_is_chosen(self, visitor: Visitor, api: Api) -> None:
        g = GraphBuilder("Files")
        g.node("FileReadBlock")
        page = opened(visitor, api.make(g))
        asked: list[FileChooser] = []
        page.on("filechooser", lambda one: asked.append(one))  # noqa: PLW0108 (it sets an attribute)
        inspector = page.get_by_role("region", name="Inspector")
        tab_to(page, nodes(page))
        page.keyboard.press("Enter")
        tab_to(page, inspector.locator('input[type="file"]'))
        page.keyboard.press("Enter")
        until(page, lambda: asked)
        asked[0].set_files(LIST)

        expect(inspector.get_by_text("list.csv", exact=True)).to_be_visible()
        expect(inspector.locator('input[type="file"]')).to_be_focused()

    def test_an_agent_is_made_of_some_blocks(self, visitor: Visitor, api: Api) -> None:
        page = opened(visitor, api.make(sum_of_x()))
        tab_to(page, titled(page, "Agent Input"))
        page.keyboard.press("Enter")
        tab_to(page, titled(page, "Calculator"))
        page.keyboard.press("Shift+Enter")
        expect(page.locator(".react-flow__node.selected")).to_have_count(2)
        command(page, "Make an agent of these")
        dialog = page.get_by_role("dialog", name="Make an agent of these")
        expect(dialog.get_by_label("Name of the agent")).to_be_focused()
        page.keyboard.type("The adding part")
        page.keyboard.press("Enter")

        expect(dialog).to_have_count(0)
        expect(titled(page, "The adding part")).to_be_focused()
        expect(titled(page, "Calculator")).to_have_count(0)

    def test_a_dialog_begins_where_one_types_and_gives_the_focus_back(
        self, visitor: Visitor, api: Api
    ) -> None:
        page = opened(visitor, api.make(sum_of_x()))
        tab_to(page, titled(page, "Calculator"))
        page.keyboard.press("Enter")
        page.keyboard.press("F2")
        expect(page.get_by_role("dialog").get_by_label("Name")).to_be_focused()
        page.keyboard.type("Adder")
        page.keyboard.press("Enter")
        expect(titled(page, "Adder")).to_be_focused()
        page.keyboard.press("a")
        expect(page.get_by_role("dialog", name="Add a block")).to_be_visible()
        page.keyboard.press("Escape")
        expect(titled(page, "Adder")).to_be_focused()
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog").get_by_role("combobox")).to_be_focused()
        page.keyboard.press("Escape")

        expect(titled(page, "Adder")).to_be_focused()

    def test_a_run_is_started_and_looked_at(self, visitor: Visitor, api: Api) -> None:
        page = opened(visitor, api.make(dividing(2)))
        page.keyboard.press("Control+Enter")
        dialog = page.get_by_role("dialog", name="Run the agent")
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("button", name="Run", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(in_state(page, "COMPLETED")).to_be_visible()

        tab_to(page, page.get_by_role("tab", name="Outputs"))
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name="Steps")).to_be_focused()
        expect(page.get_by_role("tabpanel", name="Steps").get_by_role("option")).to_have_count(3)
        page.keyboard.press("ArrowRight")
        runs = page.get_by_role("tabpanel", name="Runs")
        expect(runs.get_by_role("link", name="Completed").first).to_be_visible()
