"""What the tests of the builder do again and again."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.acceptance.browser import Visitor

DESK = {"width": 1440, "height": 900}


def open_builder(
    visitor: Visitor, agent: str, *, first_visit: bool = False, **options: Any
) -> Page:
    """Return a page that shows the agent's draft, without the offer of a tour unless asked for."""
    page = visitor.page(**{"viewport": DESK, **options})
    if not first_visit:
        page.add_init_script("localStorage.setItem('builder-tour', 'seen')")
    page.goto(f"/agents/{agent}/edit/")
    expect(page.locator(".react-flow__viewport")).to_be_visible()
    return page


def nodes(page: Page) -> Locator:
    return page.locator(".react-flow__node")


def titled(page: Page, title: str) -> Locator:
    """Return the node with this title."""
    return nodes(page).filter(has=page.get_by_text(title, exact=True).first)


def typed(page: Page, text: str) -> None:
    """Type into the field that has the focus, as soon as one has it."""
    expect(page.locator("input:focus")).to_be_visible()
    page.keyboard.type(text)


def inspect(page: Page, title: str) -> Locator:
    """Select the node with this title, and return the inspector."""
    titled(page, title).locator("header").click()
    inspector = page.get_by_role("region", name="Inspector")
    expect(inspector.get_by_role("heading", name=title)).to_be_attached()
    return inspector


def saved(page: Page) -> None:
    """Wait until the draft is saved."""
    expect(page.locator('[data-state="saved"]')).to_be_visible()


def name_of(page: Page) -> Locator:
    return page.get_by_label("Name of the agent")


def rename(page: Page, name: str) -> None:
    name_of(page).fill(name)
    name_of(page).blur()


def run(page: Page, **inputs: str) -> None:
    """Run the agent by its form."""
    page.get_by_role("button", name="Run", exact=True).click()
    dialog = page.get_by_role("dialog", name="Run the agent")
    for name, value in inputs.items():
        dialog.get_by_role("textbox", name=name, exact=True).fill(value)
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(dialog).to_have_count(0)


def in_state(page: Page, status: str) -> Locator:
    """Return how the run goes as a whole, where it is in this state."""
    return page.locator(f'.run-panel [data-run-status="{status}"]')


def panel(page: Page, tab: str) -> Locator:
    """Return the panel of runs with this tab open."""
    page.get_by_role("tab", name=tab).click()
    return page.get_by_role("tabpanel", name=tab)
