"""Somebody takes everything along, and leaves; workers do what there is to do."""

import json
from zipfile import ZipFile

from playwright.sync_api import Page, expect

from tests.acceptance.axe import complaints
from tests.acceptance.browser import PHONE, Visitor
from tests.acceptance.instances import Trellis, until


def look(page: Page, seen: dict[str, list[str]]) -> None:
    """Note what axe says of the page, and that it fits its window."""
    for colours in ("light", "dark"):
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        seen[f"{page.url.split('/', 3)[3]} {colours}"] = complaints(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], page.url  # type: ignore[index]


def test_somebody_takes_everything_along_and_leaves(stranger: Visitor, trellis: Trellis) -> None:
    seen: dict[str, list[str]] = {}
    page = stranger.page(viewport=PHONE)
    page.goto("/sign-in/")
    look(page, seen)
    page.get_by_role("link", name="Go on with Our identity provider").click()
    look(page, seen)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_visible()

    page.goto("/account/profile/")
    look(page, seen)
    page.get_by_label("Name", exact=True).fill("Grace Hopper")
    page.get_by_label("Links").fill("javascript:alert(1)")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was changed.")
    look(page, seen)
    page.get_by_label("Links").fill("https://example.org/grace")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("The profile is saved.")
    page.goto("/account/mails/")
    look(page, seen)

    page.goto("/account/data/")
    look(page, seen)
    page.get_by_role("button", name="Make an export").click()
    link = page.get_by_role("link", name="Download")

    def is_ready() -> bool:
        page.goto("/account/data/")
        return link.is_visible()

    until(is_ready, "a worker has made the export")
    look(page, seen)
    with page.expect_download() as download:
        link.click()
    with ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        [profile] = json.loads(archive.read("profiles.json"))
        assert profile["links"] == ["https://example.org/grace"]
        [user] = json.loads(archive.read("users.json"))

    page.get_by_role("link", name="Delete the account …").click()
    look(page, seen)
    page.get_by_label("Your username").fill(user["username"])
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("status")).to_contain_text("Your account is closed")
    exports = trellis.paths.exports
    until(lambda: not list(exports.iterdir()), "a worker has erased what there was")
    stranger.complaints = [one for one in stranger.complaints if "400 (Bad Request)" not in one]

    assert {address: found for address, found in seen.items() if found} == {}
