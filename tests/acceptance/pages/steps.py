"""What the tests of pages do again and again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.graphs import GraphBuilder

MOST_STEPS = 80  # from the top of the page that lists all services
HOSTILE = '</pre><script>alert(1)</script><img src=x onerror="alert(2)">'


def agent_file(tmp_path: Path, graph: GraphBuilder) -> Path:
    file = tmp_path / "agent.json"
    file.write_text(json.dumps(graph.file()))
    return file


def imported(page: Page, file: Path) -> None:
    """Import the file by the chooser; the page then shows the agent."""
    page.goto("/agents/")
    page.get_by_label("The agent's JSON file").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_visible()


def run(page: Page) -> None:
    """Start the agent on the page; the page then shows the run."""
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/runs/*/")


def run_of(page: Page) -> str:
    """Return the id of the run that the page shows."""
    return page.url.rstrip("/").rpartition("/")[2]


def in_state(page: Page, status: str) -> Locator:
    return page.locator(f'[data-run-status="{status}"]')


def outputs(page: Page) -> Locator:
    return page.locator('[data-live="run-outputs"]')


def until(page: Page, true: Callable[[], object], seconds: float = 60) -> None:
    """Let the page live until the condition holds."""
    for _ in range(int(seconds * 20)):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("The condition did not come to hold.")


def sleeper(seconds: int) -> GraphBuilder:
    """Return the graph that brings one value out at once, and another one after a while."""
    g = GraphBuilder("Sleeper")
    timer = g.node("CountdownTimerBlock", seconds=seconds, input_message="Good morning")
    g.link(g.input("first", "Good night"), "result", g.output("evening"), "value")
    g.link(timer, "output_message", g.output("morning"), "value")
    return g


def asking(data: Any, name: str = "The refund") -> GraphBuilder:
    """Return the graph that asks a person about the data."""
    g = GraphBuilder("Asking")
    node = g.node("HumanInTheLoopBlock", data=data, name=name)
    for pin in ("approved_data", "rejected_data", "review_message"):
        g.link(node, pin, g.output(pin), "value")
    return g


def reach(page: Page, text: str) -> None:
    """Press Tab until the focus is on what is called so."""
    found = ""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText"
        )
        if found.strip().startswith(text):
            return
    raise AssertionError(f"{text!r} is not reached; the focus is on {found!r} at last.")
