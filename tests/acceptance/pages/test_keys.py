"""A key from its making to its end, at a browser."""

import time

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.axe import complaints
from tests.acceptance.browser import DESK, PHONE, Visitor


def status(visitor: Visitor, key: str) -> int:
    """Return what a script with the key is answered."""
    answer = httpx.get(
        f"{visitor.trellis.url}/api/v1/graphs/", headers={"X-API-Key": key}, timeout=60
    )
    return answer.status_code


def look(page: Page, seen: dict[str, list[str]]) -> None:
    """Note what axe says of the page, and that it fits its window."""
    heading = page.get_by_role("heading", level=1).inner_text()
    seen[heading] = complaints(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], heading  # type: ignore[index]


@pytest.mark.parametrize(
    ("colours", "viewport", "scripts"),
    [("light", DESK, True), ("dark", PHONE, True), ("light", PHONE, False)],
)
def test_a_key_is_made_suspended_rotated_and_revoked(
    colours: str, viewport: dict[str, int], scripts: bool, visitor: Visitor
) -> None:
    seen: dict[str, list[str]] = {}
    page = visitor.page(viewport=viewport, color_scheme=colours, java_script_enabled=scripts)
    note = (lambda: look(page, seen)) if scripts else (lambda: None)
    name = f"report {time.monotonic_ns()}"
    page.goto("/account/keys/")
    page.get_by_role("link", name="Make a key").click()
    page.get_by_label("Name").fill(name)
    note()
    page.get_by_label("It expires after").select_option("30 days")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_role("heading", name="Your new key")).to_be_visible()
    note()
    first = page.locator("#key-text").inner_text()
    assert status(visitor, first) == 200

    page.get_by_role("link", name="I have copied it").click()
    note()
    expect(page.get_by_text(first)).to_have_count(0)
    page.get_by_role("link", name=name).click()
    note()
    page.get_by_role("button", name="Suspend").click()
    expect(page.get_by_text("suspended", exact=True)).to_be_visible()
    assert status(visitor, first) == 401
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_text("active", exact=True)).to_be_visible()
    assert status(visitor, first) == 200

    page.get_by_label("The present one ends").select_option("in an hour")
    page.get_by_role("button", name="Rotate").click()
    expect(page.get_by_role("heading", name="The new text of your key")).to_be_visible()
    note()
    second = page.locator("#key-text").inner_text()
    assert [status(visitor, one) for one in (first, second)] == [200, 200]

    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Revoke …").click()
    note()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text(f"The key “{name}” is revoked.")).to_be_visible()
    assert [status(visitor, one) for one in (first, second)] == [401, 401]
    assert {heading: found for heading, found in seen.items() if found} == {}


def test_the_key_is_copied_by_a_button(visitor: Visitor) -> None:
    page = visitor.page(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/account/keys/new/")
    page.get_by_label("Name").fill(f"copied {time.monotonic_ns()}")
    page.get_by_role("button", name="Make the key").click()

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#key-text").inner_text()
