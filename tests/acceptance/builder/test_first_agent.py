"""Somebody who has never seen the builder makes an agent of three blocks, and runs it.

Each step is one thing that a person does, and uses only what the screen shows at that moment.
"""

from playwright.sync_api import Locator, Page, expect

from tests.acceptance.browser import Visitor
from tests.acceptance.builder.steps import DESK, in_state, titled, typed
from tests.acceptance.pages.steps import until

MOST_STEPS = 12


class Person:
    """Somebody at the page, whose steps are counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps = 0

    def click(self, button: str, within: Locator | Page | None = None) -> None:
        self.steps += 1
        (within or self.page).get_by_role("button", name=button, exact=True).click()

    def choose_block(self, words: str) -> None:
        """Type into the palette that is open, and take the first block found."""
        self.steps += 1
        typed(self.page, words)
        self.page.keyboard.press("Enter")

    def fill(self, field: Locator, text: str) -> None:
        self.steps += 1
        field.fill(text)

    def drag_out(self, node: str, pin: str) -> None:
        """Drag a link from a pin of the node to the empty canvas on its right."""
        self.steps += 1
        row = titled(self.page, node).locator('.pin[data-side="source"]').filter(has_text=pin)
        spot = row.locator(".pin-handle")
        spot.hover()
        place = spot.bounding_box()
        assert place
        self.page.mouse.down()
        self.page.mouse.move(place["x"] + 60, place["y"] + 20, steps=5)
        self.page.mouse.move(place["x"] + 90, place["y"] + 40, steps=5)
        self.page.mouse.up()
        expect(self.page.get_by_role("dialog", name="Add a block")).to_be_visible()


def in_sight(page: Page, title: str) -> None:
    """Wait until the node lies wholly on the canvas, where a person sees it."""
    canvas = page.locator(".canvas").bounding_box()
    assert canvas
    node = titled(page, title)

    def inside() -> bool:
        box = node.bounding_box()
        return (
            box is not None
            and box["x"] >= canvas["x"]
            and box["x"] + box["width"] <= canvas["x"] + canvas["width"]
            and box["y"] >= canvas["y"]
            and box["y"] + box["height"] <= canvas["y"] + canvas["height"]
        )

    until(page, inside)


def test_three_blocks_are_made_linked_and_run_from_an_empty_canvas(visitor: Visitor) -> None:
    page = visitor.page(viewport=DESK)
    page.goto("/agents/new/")
    expect(page.get_by_role("heading", name="Make an agent")).to_be_visible()
    person = Person(page)

    person.click("Add a block")
    person.choose_block("input")
    in_sight(page, "Agent Input")
    person.drag_out("Agent Input", "Result")
    person.choose_block("template")
    in_sight(page, "Fill Text Template")
    person.fill(page.get_by_label("Format required"), "Good morning, {{ Input }}!")
    person.drag_out("Fill Text Template", "Output")
    person.choose_block("output")
    in_sight(page, "Agent Output")
    expect(page.get_by_text("Problems: 0")).to_be_attached()
    person.click("Run")
    dialog = page.get_by_role("dialog", name="Run the agent")
    person.fill(dialog.get_by_role("textbox", name="Input"), "Ada")
    person.click("Run", within=dialog)

    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(page.locator('[data-output="Output"]')).to_contain_text("Good morning, Ada!")
    assert person.steps <= MOST_STEPS
    assert visitor.complaints == []


def test_the_sample_runs_after_three_clicks(visitor: Visitor) -> None:
    page = visitor.page(viewport=DESK)
    page.goto("/agents/new/")
    person = Person(page)

    person.click("Start with a sample")
    person.click("Run")
    person.click("Run", within=page.get_by_role("dialog", name="Run the agent"))

    expect(page.locator('[data-output="Greeting"]')).to_contain_text("Good morning, Alice!")
    assert person.steps == 3
    assert visitor.complaints == []
