"""axe-core on a page: what people with other eyes, hands or ears would stumble over."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "platform/webui/builder/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def script() -> str:
    """Return axe-core, which is a tool of the builder's developers."""
    assert AXE.is_file(), "axe-core is missing: `make builder` fetches it."
    return AXE.read_text(encoding="utf-8")


def complaints(page: Page) -> list[str]:
    """Return what axe finds on the page as it is now, each with the element it is about."""
    page.evaluate(script())  # as the browser's own tools do, past the page's policy
    found: Any = page.evaluate(
        "(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{rule['id']}: {node['html'][:200]} ({node['failureSummary'].splitlines()[-1].strip()})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
