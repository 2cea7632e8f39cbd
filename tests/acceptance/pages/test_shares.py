"""A run is shared while it goes on, watched by a stranger, and taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.axe import complaints
from tests.acceptance.browser import PHONE, Visitor
from tests.acceptance.instances import Trellis
from tests.acceptance.pages.steps import agent_file, asking, imported, run


@pytest.fixture
def stranger(running: Browser, trellis: Trellis) -> Iterator[Visitor]:
    visitor = Visitor(running, trellis)
    yield visitor
    visitor.leave()
    assert [one for one in visitor.complaints if "404" not in one] == []


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_a_stranger_follows_a_shared_run_until_the_link_is_revoked(
    colours: str, visitor: Visitor, stranger: Visitor, tmp_path: Path
) -> None:
    page = visitor.page(color_scheme=colours)
    imported(page, agent_file(tmp_path, asking({"amount": 100})))
    run(page)
    page.get_by_role("link", name="The refund").wait_for()
    address = page.url
    page.get_by_role("link", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#link-text").inner_text()
    assert complaints(page) == []

    other = stranger.page(viewport=PHONE, color_scheme=colours)
    other.goto(link)
    status = other.locator("[data-run-status]")
    expect(status).to_have_attribute("data-run-status", "RUNNING")
    assert complaints(other) == []
    assert other.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    page.goto(address)
    page.get_by_role("button", name="Stop").click()
    expect(status).to_have_attribute("data-run-status", "TERMINATED")
    expect(other.get_by_role("heading", name="Outputs")).to_be_visible()


def test_revocation_is_seen_at_once_where_the_run_goes_on(
    visitor: Visitor, stranger: Visitor, tmp_path: Path
) -> None:
    page = visitor.page()
    imported(page, agent_file(tmp_path, asking({"amount": 100})))
    run(page)
    page.get_by_role("link", name="The refund").wait_for()
    page.get_by_role("link", name="Share").click()
    page.get_by_role("button", name="Make a link").click()
    other = stranger.page()
    other.goto(page.locator("#link-text").inner_text())
    expect(other.get_by_role("heading", name="Outputs")).to_be_visible()

    page.get_by_role("button", name="Revoke").click()

    expect(page.get_by_text("The link is revoked.")).to_be_visible()
    expect(other.get_by_role("heading", name="Outputs")).to_have_count(0)
