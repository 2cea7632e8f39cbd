"""Drafts save themselves; nothing that was typed is lost, whoever or whatever comes in between."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.acceptance.api import Api
from tests.acceptance.browser import Visitor
from tests.acceptance.builder.steps import DESK, name_of, open_builder, rename, saved
from tests.support.graphs import GraphBuilder

OFFLINE = "() => { window.fetch = () => Promise.reject(new TypeError('No connection')) }"
CONFLICT = "the server responded with a status of 412"


def sums() -> GraphBuilder:
    """Return an agent that adds 2 to its input and prints the sum."""
    g = GraphBuilder("Sums")
    number = g.input("Number")
    sum_ = g.node("CalculatorBlock", operation="Add", a=1, b=2)
    printed = g.node("PrintToConsoleBlock")
    g.link(number, "result", sum_, "a")
    g.link(sum_, "result", printed, "text")
    return g


@pytest.fixture
def agent(api: Api) -> Any:
    """An agent of three nodes, as its draft's graph."""
    return api.make(sums())


class TestByItself:
    def test_an_edit_is_saved_without_being_asked_for_and_survives_a_reload(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        page = open_builder(visitor, agent["id"])
        held: list[Route] = []

        def hold(route: Route) -> None:
            """Keep the request waiting, as a slow server would."""
            held.append(route)

        page.route("**/draft/", hold)
        rename(page, "Better sums")
        expect(page.get_by_text("Saving …")).to_be_visible()
        assert api.draft(agent["id"])["graph"]["name"] == "Sums"
        while held:
            held.pop().continue_()
        page.unroute("**/draft/")
        saved(page)

        assert api.draft(agent["id"])["graph"]["name"] == "Better sums"
        page.reload()
        expect(name_of(page)).to_have_value("Better sums")
        assert visitor.complaints == []

    def test_what_is_undone_is_saved_too(self, visitor: Visitor, api: Api, agent: Any) -> None:
        page = open_builder(visitor, agent["id"])
        rename(page, "Worse sums")
        saved(page)
        page.keyboard.press("Control+z")
        expect(name_of(page)).to_have_value("Sums")
        saved(page)

        assert api.draft(agent["id"])["graph"] == agent

    def test_a_new_agent_is_made_by_its_first_edit(self, visitor: Visitor, api: Api) -> None:
        page = visitor.page(viewport=DESK)
        page.goto("/agents/new/")
        before = {one["id"] for one in api.get("graphs/?page_size=100")["results"]}
        rename(page, "Made here")
        saved(page)

        expect(page).to_have_url(re.compile(r"/agents/[0-9a-f-]{36}/edit/$"))
        made = {one["id"] for one in api.get("graphs/?page_size=100")["results"]} - before
        assert made == {page.url.split("/")[-3]}
        page.reload()
        expect(name_of(page)).to_have_value("Made here")


class TestSomeoneElse:
    def conflict(self, visitor: Visitor, api: Api, agent: Any) -> Page:
        """Return a page on which a save met someone else's."""
        page = open_builder(visitor, agent["id"])
        theirs = api.draft(agent["id"])["graph"]
        theirs["name"] = "Theirs"
        theirs["nodes"][1]["input_default"]["b"] = 77
        api.save_draft(theirs)
        rename(page, "Mine")
        expect(page.get_by_role("dialog")).to_be_visible()
        assert [one for one in visitor.complaints if CONFLICT not in one] == []
        return page

    @pytest.mark.parametrize("side", ["Mine", "Theirs"])
    def test_both_saves_are_merged_and_the_person_chooses_where_they_differ(
        self, visitor: Visitor, api: Api, agent: Any, side: str
    ) -> None:
        page = self.conflict(visitor, api, agent)
        dialog = page.get_by_role("dialog")
        merge = dialog.get_by_role("button", name="Merge both and save")
        expect(merge).to_be_disabled()
        expect(dialog.get_by_text("1 choice to make")).to_be_visible()
        expect(dialog.get_by_label("Taken over").get_by_text("Calculator")).to_be_visible()
        dialog.get_by_role("radio", name=re.compile(f"^{side}")).check()
        merge.click()
        saved(page)

        graph = api.draft(agent["id"])["graph"]
        assert (graph["name"], graph["nodes"][1]["input_default"]["b"]) == (side, 77)
        expect(name_of(page)).to_have_value(side)

    def test_taking_theirs_can_be_undone(self, visitor: Visitor, api: Api, agent: Any) -> None:
        page = self.conflict(visitor, api, agent)
        page.get_by_role("radio", name=re.compile("^Take theirs")).check()
        page.get_by_role("button", name="Take theirs and save").click()
        saved(page)
        expect(name_of(page)).to_have_value("Theirs")
        page.keyboard.press("Control+z")
        expect(name_of(page)).to_have_value("Mine")
        saved(page)

        graph = api.draft(agent["id"])["graph"]
        assert (graph["name"], graph["nodes"][1]["input_default"]["b"]) == ("Mine", 2)

    def test_the_merge_can_wait_and_nothing_is_overwritten_meanwhile(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        page = self.conflict(visitor, api, agent)
        page.get_by_role("button", name="Later").click()
        rename(page, "Mine, later")
        expect(page.get_by_text("Changed elsewhere")).to_be_visible()
        assert api.draft(agent["id"])["graph"]["name"] == "Theirs"

        page.get_by_role("button", name="Merge …").click()
        page.get_by_role("radio", name=re.compile("^Keep mine")).check()
        page.get_by_role("button", name="Keep mine and save").click()
        saved(page)
        graph = api.draft(agent["id"])["graph"]
        assert (graph["name"], graph["nodes"][1]["input_default"]["b"]) == ("Mine, later", 2)


class TestWithoutConnection:
    def test_edits_are_kept_and_saved_when_the_connection_is_back(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        page = open_builder(visitor, agent["id"])
        page.context.set_offline(True)
        rename(page, "On the train")
        expect(page.get_by_text("Offline: kept in this browser")).to_be_visible()
        assert api.draft(agent["id"])["graph"]["name"] == "Sums"
        page.context.set_offline(False)
        saved(page)

        assert api.draft(agent["id"])["graph"]["name"] == "On the train"

    def closed_unsaved(self, visitor: Visitor, agent: Any) -> Page:
        """Return a new tab of a browser whose last tab was closed before it could save.

        Its connection is broken inside the page: what the browser is told about its network is
        forgotten when the tab closes, and the page might save in its last moment.
        """
        page = open_builder(visitor, agent["id"])
        page.evaluate(OFFLINE)
        rename(page, "Before the tunnel")
        expect(page.get_by_text("Offline: kept in this browser")).to_be_visible()
        tab = page.context.new_page()
        with page.expect_event("close"):
            page.close(run_before_unload=True)
        return tab

    def offline_and_closed(self, visitor: Visitor, agent: Any) -> Page:
        """Return the new tab, in which the edits are offered."""
        tab = self.closed_unsaved(visitor, agent)
        tab.goto(f"/agents/{agent['id']}/edit/")
        expect(tab.get_by_text("were not saved")).to_be_visible()
        expect(name_of(tab)).to_have_value("Sums")
        return tab

    def test_edits_of_a_closed_tab_are_offered_again(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        tab = self.offline_and_closed(visitor, agent)
        tab.get_by_role("button", name="Restore them").click()
        expect(name_of(tab)).to_have_value("Before the tunnel")
        saved(tab)

        assert api.draft(agent["id"])["graph"]["name"] == "Before the tunnel"
        tab.reload()
        expect(name_of(tab)).to_have_value("Before the tunnel")
        expect(tab.get_by_text("were not saved")).to_have_count(0)

    def test_edits_that_nobody_wants_are_forgotten(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        tab = self.offline_and_closed(visitor, agent)
        tab.get_by_role("button", name="Discard them").click()
        tab.reload()
        expect(name_of(tab)).to_have_value("Sums")
        expect(tab.get_by_text("were not saved")).to_have_count(0)

        assert api.draft(agent["id"])["graph"] == agent
        assert tab.evaluate("Object.keys(localStorage).filter(key => key.includes('draft'))") == []

    def test_edits_that_someone_saved_over_meanwhile_are_merged(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        tab = self.closed_unsaved(visitor, agent)
        theirs = api.draft(agent["id"])["graph"]
        theirs["nodes"][1]["input_default"]["b"] = 77
        api.save_draft(theirs)
        tab.goto(f"/agents/{agent['id']}/edit/")
        tab.get_by_role("button", name="Restore them").click()
        tab.get_by_role("button", name="Merge both and save").click()
        saved(tab)

        graph = api.draft(agent["id"])["graph"]
        assert graph["name"] == "Before the tunnel"
        assert graph["nodes"][1]["input_default"]["b"] == 77
