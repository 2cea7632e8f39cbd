"""An agent's page: its form and what it says to scripts."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.browser import Visitor
from tests.acceptance.pages.steps import agent_file, imported, outputs, run
from tests.support.graphs import GraphBuilder


def test_a_table_grows_by_rows(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    g = GraphBuilder("Table")
    table = g.node("AgentTableInputBlock", name="people", column_headers=["Name"])
    g.link(table, "result", g.output("out"), "value")
    imported(page, agent_file(tmp_path, g))
    page.get_by_role("button", name="Add a row").click()
    page.get_by_label("Row 1, column 1").fill("Ada")
    page.get_by_label("Row 4, column 1").fill("Grace")
    run(page)

    expect(outputs(page)).to_contain_text('[{"Name": "Ada"}, {"Name": "Grace"}]')


def api_key(page: Page) -> str:
    """Return a new key, made as a person makes one."""
    page.goto("/account/keys/new/")
    page.get_by_label("Name").fill(f"script {time.monotonic_ns()}")
    page.get_by_role("button", name="Make the key").click()
    return page.locator("#key-text").inner_text()


@pytest.mark.parametrize(("language", "program"), [("curl", "bash"), ("Python", sys.executable)])
def test_what_is_copied_from_the_page_runs_the_agent(
    language: str, program: str, visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.page(permissions=["clipboard-read", "clipboard-write"])
    key = api_key(page)
    g = GraphBuilder("Sum of a script")
    total = g.node("CalculatorBlock", operation="Add", b=34)
    g.link(g.input("it's a number", 8), "result", total, "a")
    g.link(total, "result", g.output("total"), "value")
    imported(page, agent_file(tmp_path, g))
    if language == "Python":
        page.get_by_text("Python", exact=True).click()
    page.get_by_role("button", name=re.compile(f"^Copy the {language}")).click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    ran = subprocess.run(
        [program, "-c", copied],
        env={"TRELLIS_API_KEY": key, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""
    last = ran.stdout.strip().splitlines()[-1]
    assert "COMPLETED" in last
    assert re.search(r"['\"]total['\"]: ?\[42\.0\]", last)


def test_settings_are_changed_by_keyboard(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    imported(page, agent_file(tmp_path, GraphBuilder("Set by keyboard")))
    page.get_by_role("link", name="Settings").press("Enter")
    page.get_by_label("Runs at once, at most").fill("2")
    page.keyboard.press("Enter")

    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    page.get_by_role("link", name="Settings").press("Enter")
    expect(page.get_by_label("Runs at once, at most")).to_have_value("2")
