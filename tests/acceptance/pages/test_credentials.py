"""A credential from its making to its end, at a browser, without a mouse."""

import time

from playwright.sync_api import expect

from tests.acceptance.browser import PHONE, Visitor
from tests.acceptance.pages.steps import reach

SECRET = "only-its-host-hears-it"


def test_credential_is_added_and_deleted_by_keyboard_on_a_phone(visitor: Visitor) -> None:
    title = f"Search {time.monotonic_ns()}"
    page = visitor.page(viewport=PHONE, color_scheme="dark")
    page.goto("/account/credentials/")

    reach(page, "Add a credential")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="What is it for?")).to_be_visible()
    reach(page, "API key of Brave Search")
    page.keyboard.press("Enter")
    page.wait_for_url("**/new/brave/api_key/")
    reach(page, "Title")
    page.keyboard.type(title)
    reach(page, "API key")
    page.keyboard.type(SECRET)
    page.keyboard.press("Enter")
    expect(page.get_by_text(title).first).to_be_visible()
    assert SECRET not in page.content()

    page.goto("/account/credentials/")
    reach(page, title)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    assert SECRET not in page.content()
    reach(page, "Delete")
    page.keyboard.press("Enter")
    page.wait_for_url("**/delete/")
    reach(page, "Delete")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/credentials/")

    page.reload()
    expect(page.get_by_role("link", name=title)).to_have_count(0)
