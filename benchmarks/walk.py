"""Time somebody's first minutes: ``python -P -m benchmarks.walk``.

A new user signs in, and makes and runs an agent of three blocks from an empty canvas, in a real
browser in front of an instance of its own. Before each action they look for a while, and they type
slowly; what that adds up to is printed, step by step.
"""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.builder import DESK, FLAGS, Running, chromium, trellis

THINKING = 1.5  # seconds before each action
KEYS = 5.0  # a second


class Person:
    """Somebody at the page, at a person's pace."""

    def __init__(self, page: Page, thinking: float, keys: float) -> None:
        self.page, self.thinking, self.keys = page, thinking, keys
        self.began = time.monotonic()
        self.steps = 0

    def click(self, button: str, within: Locator | Page | None = None) -> None:
        with self.step(f"press {button!r}"):
            (within or self.page).get_by_role("button", name=button, exact=True).click()

    def fill(self, field: Locator, text: str) -> None:
        with self.step(f"type {text!r}"):
            field.click()
            field.press("Control+a")
            field.press_sequentially(text, delay=1000 / self.keys)

    def choose_block(self, words: str) -> None:
        """Type into the palette that is open, and take the first block found."""
        with self.step(f"choose {words!r}"):
            self.page.locator("dialog input:focus, [role=dialog] input:focus").wait_for()
            self.page.keyboard.type(words, delay=1000 / self.keys)
            self.page.wait_for_timeout(self.thinking * 1000)
            self.page.keyboard.press("Enter")

    def drag_out(self, node: str, pin: str) -> None:
        """Drag a link from a pin of the node to the empty canvas on its right."""
        with self.step(f"drag {pin!r} out"):
            found = self.page.locator(".react-flow__node").filter(has_text=node)
            row = found.locator('.pin[data-side="source"]').filter(has_text=pin)
            spot = row.locator(".pin-handle")
            spot.hover()
            place = spot.bounding_box()
            assert place
            self.page.mouse.down()
            self.page.mouse.move(place["x"] + 90, place["y"] + 40, steps=20)
            self.page.mouse.up()

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Look for a while, do it, and say when it was done."""
        self.steps += 1
        self.page.wait_for_timeout(self.thinking * 1000)
        yield
        print(f"{time.monotonic() - self.began:6.1f} s  {what}", flush=True)


def walk(page: Page, running: Running, thinking: float, keys: float) -> float:
    """Return the seconds from the empty canvas to the value that the agent gave."""
    page.goto(running.url)
    person = Person(page, thinking, keys)
    person.fill(page.get_by_label("Username"), "admin")
    person.fill(page.get_by_label("Password"), running.password)
    person.click("Sign in")
    with person.step("press 'New agent'"):
        page.get_by_role("link", name="New agent").first.click()
    page.get_by_role("heading", name="Make an agent").wait_for()

    begun = time.monotonic()
    person.click("Add a block")
    person.choose_block("input")
    person.drag_out("Agent Input", "Result")
    person.choose_block("template")
    person.fill(page.get_by_label("Format required"), "Good morning, {{ Input }}!")
    person.drag_out("Fill Text Template", "Output")
    person.choose_block("output")
    person.click("Run")
    dialog = page.get_by_role("dialog", name="Run the agent")
    person.fill(dialog.get_by_role("textbox", name="Input"), "Ada")
    person.click("Run", within=dialog)
    page.locator('[data-output="Output"]').filter(has_text="Good morning, Ada!").wait_for()
    took = time.monotonic() - begun
    print(f"{took:6.1f} s from the empty canvas to what the agent gave, in {person.steps} steps")
    return took


def main() -> int:
    parser = ArgumentParser(prog="python -P -m benchmarks.walk", description=__doc__)
    parser.add_argument("--thinking", type=float, default=THINKING, help="seconds")
    parser.add_argument("--keys", type=float, default=KEYS, help="a second")
    pace = parser.parse_args()
    path = chromium()
    if path is None:
        sys.stderr.write("There is no Chromium here. Install it, or name it in CHROMIUM.\n")
        return 1
    with trellis() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        walk(browser.new_page(viewport=DESK), running, pace.thinking, pace.keys)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
