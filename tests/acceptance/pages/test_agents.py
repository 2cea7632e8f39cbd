"""The list of agents, and the import of another one."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.acceptance.browser import Visitor
from tests.acceptance.instances import SAMPLES
from tests.acceptance.pages.steps import agent_file, imported, run, sleeper
from tests.support.graphs import GraphBuilder


def test_a_file_is_imported_by_dropping_it(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/")
    content = (SAMPLES / "calculator.json").read_text().replace('"Calculator"', '"Dropped"')
    files = page.evaluate_handle(
        """(content) => {
          const files = new DataTransfer();
          files.items.add(new File([content], "agent.json", {type: "application/json"}));
          return files;
        }""",
        content,
    )
    page.dispatch_event("main", "drop", {"dataTransfer": files})

    expect(page.get_by_text("is imported.")).to_be_visible()


def test_a_file_beyond_the_limit_is_not_even_sent(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/")
    chooser = page.get_by_label("The agent's JSON file")
    chooser.evaluate("(input) => { input.dataset.largest = 2048 }")
    chooser.set_input_files({"name": "a.json", "mimeType": "", "buffer": b" " * 3000})
    page.get_by_role("button", name="Import").click()

    message = chooser.evaluate("(input) => input.validationMessage")
    assert message == "The file is larger than 2 KB."
    assert page.url.endswith("/agents/")


def test_a_search_narrows_the_list_while_it_is_typed(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/")
    search = page.get_by_label("Search agents")
    search.focus()
    page.keyboard.type("safe div")
    expect(page.locator(".agent")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=safe\+div"))
    expect(search).to_be_focused()
    expect(search).to_have_value("safe div")
    page.keyboard.type("!")

    expect(page.get_by_text("No agent has “safe div!” in its name or description.")).to_be_visible()
    page.reload()
    expect(search).to_have_value("safe div!")
    page.get_by_role("link", name="Show all agents").click()
    expect(page.get_by_text("No agent has")).to_have_count(0)
    expect(search).to_have_value("")


def test_the_order_changes_at_once(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    for name in ("In order alpha", "in Order beta"):
        imported(page, agent_file(tmp_path, GraphBuilder(name)))
    page.goto("/agents/?q=in+order")
    names = page.locator(".agent h2")
    expect(names).to_have_text(["in Order beta", "In order alpha"])
    page.get_by_label("Order").select_option("By name")

    expect(names).to_have_text(["In order alpha", "in Order beta"])
    expect(page).to_have_url(re.compile("sort=name"))


def test_each_agent_is_drawn_and_said_to_run_as_long_as_it_does(
    visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.page()
    graph = sleeper(600)
    graph.name = "Drawn while it sleeps"
    imported(page, agent_file(tmp_path, graph))
    run(page)
    started = page.url
    page.goto("/agents/?q=drawn+while")
    card = page.locator(".agent")
    expect(card.get_by_role("link", name="1 running now")).to_be_visible()
    assert card.locator("svg rect").count() == 4
    other = visitor.page()
    other.goto(started)
    other.get_by_role("button", name="Stop").click()

    expect(card.get_by_text("Stopped")).to_be_visible()  # without a reload
    expect(card.get_by_text("running now")).to_have_count(0)


def test_the_builder_is_one_click_away(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/?q=Calculator")

    expect(page.get_by_role("link", name="New agent")).to_have_attribute("href", "/agents/new/")
    page.get_by_role("link", name="Calculator", exact=True).click()
    link = page.get_by_role("link", name="Open in the builder")
    expect(link).to_have_attribute("href", re.compile(r"^/agents/[0-9a-f-]+/edit/$"))
