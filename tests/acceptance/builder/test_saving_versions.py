"""Publishing makes versions; they can be compared on the canvas, and any of them restored."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.api import Api
from tests.acceptance.browser import Visitor
from tests.acceptance.builder.steps import name_of, open_builder, rename, saved
from tests.acceptance.builder.test_saving import sums


@pytest.fixture
def agent(api: Api) -> Any:
    return api.make(sums())


def changed(api: Api, agent: Any) -> None:
    """Change the draft: another value, one node less, one more, and so another link."""
    draft = api.draft(agent["id"])["graph"]
    number, sum_, printed = draft["nodes"]
    sum_["input_default"]["b"] = 40
    note = {"metadata": {"position": {"x": 600, "y": 300}}, "input_default": {"text": "New"}}
    draft["nodes"] = [number, sum_, {**printed, "id": "another", **note}]
    draft["links"] = [link for link in draft["links"] if link["sink_id"] != printed["id"]]
    draft["links"].append({**draft["links"][0], "id": "new", "sink_name": "b"})
    api.save_draft(draft)


def publish(page: Page) -> None:
    page.get_by_role("button", name="Publish").click()


def version(page: Page, number: int) -> Locator:
    return page.get_by_role("listitem", name=f"Version {number}", exact=True)


def marked(page: Page, mark: str) -> Locator:
    return page.locator(f'.node[data-mark="{mark}"]')


def open_versions(page: Page) -> None:
    page.get_by_role("button", name="Versions").click()
    expect(version(page, 1)).to_be_visible()


class TestPublishing:
    def test_publishing_makes_a_version_of_what_was_typed_a_moment_ago(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        page = open_builder(visitor, agent["id"])
        expect(page.get_by_role("button", name="Publish")).to_be_disabled()
        rename(page, "Published")
        publish(page)
        expect(page.get_by_text("Published as version 2.")).to_be_visible()
        expect(page.get_by_role("button", name="Publish")).to_be_disabled()

        active = api.get(f"graphs/{agent['id']}/")
        assert (active["version"], active["name"]) == (2, "Published")
        assert [node["id"] for node in active["nodes"]] == [node["id"] for node in agent["nodes"]]
        open_versions(page)
        expect(version(page, 2).get_by_text("Active")).to_be_visible()
        expect(page.get_by_label("Draft").get_by_text("As version 2")).to_be_visible()
        assert visitor.complaints == []


class TestComparing:
    def test_the_canvas_shows_what_publishing_would_change(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        changed(api, agent)
        page = open_builder(visitor, agent["id"])
        open_versions(page)
        page.get_by_role("button", name="What publishing changes").click()
        comparison = page.get_by_label("Comparison")

        for mark in ("added", "removed", "changed"):
            expect(marked(page, mark)).to_have_count(1)
        expect(page.locator('.link[data-mark="added"]')).to_have_count(1)
        expect(page.locator('.link[data-mark="removed"]')).to_have_count(1)
        expect(comparison.get_by_role("deletion").filter(has_text="2")).to_be_visible()
        expect(comparison.get_by_role("insertion").filter(has_text="40")).to_be_visible()
        expect(comparison.get_by_text("The agent itself")).to_have_count(0)
        expect(page.get_by_text("Looking only")).to_be_visible()

    def test_nothing_can_be_changed_while_versions_are_compared(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        changed(api, agent)
        before = api.draft(agent["id"])
        page = open_builder(visitor, agent["id"])
        open_versions(page)
        page.get_by_role("button", name="What publishing changes").click()
        marked(page, "changed").click()
        page.keyboard.press("Delete")
        page.get_by_role("button", name="Back to editing").click()

        expect(page.locator(".react-flow__node")).to_have_count(3)
        expect(page.locator(".node[data-mark]")).to_have_count(0)
        saved(page)
        assert api.draft(agent["id"]) == before


class TestRestoring:
    def test_a_version_becomes_the_draft_and_undo_takes_that_back(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        page = open_builder(visitor, agent["id"])
        rename(page, "Second")
        publish(page)
        expect(page.get_by_text("Published as version 2.")).to_be_visible()
        open_versions(page)
        version(page, 1).get_by_role("button", name="Restore").click()
        expect(name_of(page)).to_have_value("Sums")
        expect(page.get_by_label("Draft").get_by_text("Not published")).to_be_visible()
        assert api.draft(agent["id"])["graph"] == agent

        page.get_by_role("button", name="Undo").first.click()
        expect(name_of(page)).to_have_value("Second")
        saved(page)
        assert api.draft(agent["id"])["has_changes"] is False

    def test_an_old_version_can_be_looked_at_by_itself(
        self, visitor: Visitor, api: Api, agent: Any
    ) -> None:
        page = open_builder(visitor, agent["id"])
        rename(page, "Second")
        publish(page)
        expect(page.get_by_text("Published as version 2.")).to_be_visible()
        open_versions(page)
        version(page, 1).get_by_role("link", name="Open").click()
        page.wait_for_url("**/edit/?version=1")

        expect(name_of(page)).to_have_value("Sums")
        expect(name_of(page)).to_have_attribute("readonly", "")
