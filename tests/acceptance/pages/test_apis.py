"""An API from its import to its deletion, and the way to an MCP server's account, at a browser."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.axe import complaints
from tests.acceptance.browser import DESK, PHONE, Visitor
from tests.support.apis import pets

LONG = "a_rather_long_name_that_nobody_would_break_by_hand_" * 3


def look(page: Page, seen: dict[str, list[str]]) -> None:
    """Note what axe says of the page, and that it fits its window."""
    heading = page.get_by_role("heading", level=1).inner_text()
    seen[heading] = complaints(page)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], heading  # type: ignore[index]


def forget_the_refusal(visitor: Visitor) -> None:
    """Leave out that the browser tells of the form that was refused, which was wanted."""
    refused = [one for one in visitor.complaints if "status of 400" in one]
    assert len(refused) == 1
    visitor.complaints = [one for one in visitor.complaints if one not in refused]


def document(folder: Path, title: str) -> Path:
    """Return the file of an API with a path that is long."""
    api = pets(title)
    api["paths"][f"/{LONG}"] = {"get": {"responses": {"200": {"description": "Long"}}}}
    path = folder / "pets.json"
    path.write_text(json.dumps(api))
    return path


@pytest.mark.parametrize(
    ("colours", "viewport", "scripts"),
    [("light", DESK, True), ("dark", PHONE, True), ("light", PHONE, False)],
)
def test_an_api_is_imported_renewed_and_deleted(
    colours: str,
    viewport: dict[str, int],
    scripts: bool,
    visitor: Visitor,
    tmp_path: Path,
) -> None:
    seen: dict[str, list[str]] = {}
    page = visitor.page(viewport=viewport, color_scheme=colours, java_script_enabled=scripts)
    note = (lambda: look(page, seen)) if scripts else (lambda: None)
    name = f"Pets {colours} {viewport['width']} {scripts}"
    file = document(tmp_path, name)
    page.goto("/account/apis/")
    note()
    page.get_by_label("Name").press("Enter")  # neither an address nor a file
    expect(page.get_by_text("Say where the document is, or choose a file.")).to_be_visible()
    note()
    page.get_by_label("Or a file").set_input_files(file)
    page.get_by_role("button", name="Import").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    expect(page.get_by_text("Version 1")).to_be_visible()
    expect(page.get_by_text("GET /pets", exact=True)).to_be_visible()
    note()
    page.get_by_label("Or a file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("Version 1")).to_be_visible()  # the same document changes nothing
    page.get_by_role("link", name="All APIs").click()
    note()
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Delete …").click()
    note()
    page.get_by_role("button", name="Delete the API").click()
    expect(page.get_by_role("heading", name="APIs", level=1)).to_be_visible()
    expect(page.get_by_role("link", name=name)).to_have_count(0)

    forget_the_refusal(visitor)
    assert {heading: found for heading, found in seen.items() if found} == {}


@pytest.mark.parametrize(("colours", "viewport"), [("light", DESK), ("dark", PHONE)])
def test_a_server_that_says_nothing_of_accounts_is_told_at_its_address(
    colours: str, viewport: dict[str, int], visitor: Visitor
) -> None:
    seen: dict[str, list[str]] = {}
    page = visitor.page(viewport=viewport, color_scheme=colours)
    page.goto("/account/credentials/new/")
    page.get_by_role("link", name="Connect an account of MCP server").click()
    look(page, seen)
    page.get_by_label("Address").fill("http://127.0.0.1:1/mcp")
    page.get_by_label("Address").press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("Nothing was connected.")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    look(page, seen)

    forget_the_refusal(visitor)
    assert {heading: found for heading, found in seen.items() if found} == {}
