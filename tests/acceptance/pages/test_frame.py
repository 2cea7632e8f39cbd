"""What all pages have: the menu, the colours, and room for everybody."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.browser import PHONE, Visitor
from tests.acceptance.pages.steps import agent_file, asking, imported, in_state, run
from tests.support.graphs import GraphBuilder


def test_the_keyboard_is_enough(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/?q=Calculator")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Calculator", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label(re.compile("Input")).first.fill("1")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/*/")

    expect(in_state(page, "COMPLETED")).to_be_visible()


def test_the_account_menu_opens_and_closes(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/")
    summary = page.locator("[data-menu] summary")
    summary.press("Enter")
    expect(page.get_by_role("link", name="API keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="API keys")).to_be_hidden()
    expect(summary).to_be_focused()


def test_dark_colours_are_kept(visitor: Visitor) -> None:
    page = visitor.page(color_scheme="light")
    page.goto("/agents/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto("/runs/")

    assert light != dark
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}])
def test_pages_fit_their_windows_and_browsers_do_not_complain(
    viewport: dict[str, int], visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.page(viewport=viewport)
    g = GraphBuilder("very-long-name-" * 17)
    for block in ("AgentFileInputBlock", "AgentTableInputBlock", "AgentLongTextInputBlock"):
        g.node(block, name="حاسبة-" * 40)
    g.output("x" * 300, value="y" * 3000)
    imported(page, agent_file(tmp_path, g))
    agent = page.url
    imported(page, agent_file(tmp_path, asking(["y" * 3000], name="very-long-name-" * 17)))
    run(page)
    page.get_by_role("link", name=re.compile("very-long-name")).first.click()
    page.wait_for_url("**/reviews/*/")
    review = page.url
    accounts = ["/account/keys/", "/account/password/"]
    for url in [agent, review, "/agents/", "/runs/", "/reviews/", *accounts]:
        page.goto(url)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"], url
        assert page.locator("h1").count() == 1, url
        assert unlabelled(page) == [], url


def test_staff_screens_and_the_api_reference_work_under_the_policy(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/admin/executions/execution/")
    expect(page.get_by_role("heading", name="Select execution to view")).to_be_visible()
    page.goto("/api/docs/")
    expect(page.get_by_role("heading", name="executions")).to_be_visible()


def unlabelled(page: Page) -> list[str]:
    """Return the controls that a screen reader could not name."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("input, select, textarea, button")]
          .filter((one) => one.type !== "hidden" && one.checkVisibility())
          .filter((one) => !one.labels?.length && !one.ariaLabel && !one.textContent.trim())
          .map((one) => one.outerHTML)"""
    )
    return found
