"""Runs on the canvas, with real workers: what moves, what fails, what is taken up again."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.api import Api
from tests.acceptance.browser import Visitor
from tests.acceptance.builder.steps import in_state, open_builder, panel, run, titled
from tests.acceptance.feed import Line
from tests.support.graphs import GraphBuilder

HOSTILE = '</pre><script>alert(1)</script><img src=x onerror="alert(2)">'


def dividing(b: int, name: str = "Divide") -> GraphBuilder:
    """Return the graph that divides its input."""
    g = GraphBuilder(name)
    divide = g.node("CalculatorBlock", operation="Divide", b=b)
    g.link(g.input("n", 8), "result", divide, "a")
    g.link(divide, "result", g.output("Answer"), "value")
    return g


def sleeping() -> GraphBuilder:
    """Return the graph that sleeps until somebody stops it."""
    g = GraphBuilder("Sleeping")
    timer = g.node("CountdownTimerBlock", seconds=3600, input_message="late")
    g.link(timer, "output_message", g.output("Late"), "value")
    return g


def asking_a_person() -> GraphBuilder:
    """Return the graph that gives one value at once, and another one when a person approved."""
    g = GraphBuilder("Two speeds")
    person = g.node("HumanInTheLoopBlock", data="late", name="Go on?")
    g.link(g.input("word", "early"), "result", g.output("Early"), "value")
    g.link(person, "approved_data", g.output("Late"), "value")
    return g


def steps(page: Page) -> list[str]:
    """Return the run's steps as the list says them."""
    return panel(page, "Steps").get_by_role("option").all_inner_texts()


def test_a_run_fails_is_mended_and_runs_again(visitor: Visitor, api: Api) -> None:
    page = open_builder(visitor, api.make(dividing(0))["id"])
    run(page)

    expect(in_state(page, "FAILED")).to_be_visible()
    divide = titled(page, "Calculator")
    expect(divide.locator(".node-run")).to_contain_text("Failed")
    expect(divide.locator(".node-run__error")).to_contain_text("zero")
    page.get_by_role("button", name="Show what failed").click()
    step = page.get_by_role("article")
    expect(step).to_contain_text("zero")
    expect(step.locator('[data-input="a"]')).to_contain_text("8")

    inspector = page.get_by_role("complementary", name="Inspector")
    inspector.locator('[data-pin="b"] input').fill("2")
    run(page)

    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(divide.locator(".node-run")).to_contain_text("Completed")
    expect(page.locator(".link-values", has_text="4.0").first).to_be_visible()
    expect(page.locator('[data-output="Answer"]')).to_contain_text("4.0")
    assert visitor.complaints == []


def test_a_connection_that_breaks_in_the_middle_leaves_no_gap(visitor: Visitor, api: Api) -> None:
    line = Line()
    page = visitor.page()
    line.lay(page)
    page.goto(f"/agents/{api.make(asking_a_person())['id']}/edit/")
    page.evaluate("window.unbroken = true")
    with page.expect_response("**/draft/execute/") as started:
        run(page)
    expect(page.locator('[data-output="Early"]')).to_contain_text("early")
    expect(titled(page, "Human In The Loop").locator(".node-run")).to_contain_text("Waiting")

    line.cut()
    before = max(line.told)
    expect(page.get_by_text("The live connection is lost.")).to_be_visible()
    execution = started.value.json()["id"]
    api.approve(execution)
    api.ended(execution)
    expect(page.locator('[data-output="Late"]')).to_have_count(0)  # it was given, unheard
    line.mend()

    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(page.get_by_text("The live connection is lost.")).to_have_count(0)
    expect(page.locator('[data-output="Late"]')).to_contain_text("late")
    assert line.asked == [0, before]
    assert line.told == list(range(1, max(line.told) + 1))
    assert page.evaluate("window.unbroken")
    assert len(steps(page)) == 4


def test_a_past_run_opens_on_the_graph_that_ran(visitor: Visitor, api: Api) -> None:
    draft = api.make(dividing(2))
    page = open_builder(visitor, draft["id"])
    run(page, n="10")
    expect(in_state(page, "COMPLETED")).to_be_visible()
    later = api.draft(draft["id"])["graph"]
    gone = next(one for one in later["nodes"] if "operation" in one["input_default"])
    later["nodes"] = [one for one in later["nodes"] if one is not gone]
    later["links"] = [
        one for one in later["links"] if gone["id"] not in {one["source_id"], one["sink_id"]}
    ]
    api.save_draft(later)
    page.reload()
    expect(titled(page, "Calculator")).to_have_count(0)

    page.get_by_role("button", name="Runs", exact=True).click()
    panel(page, "Runs").get_by_role("link", name="Completed").first.click()

    expect(page).to_have_url(re.compile(r"\?execution="))
    expect(titled(page, "Calculator").locator(".node-run")).to_contain_text("Completed")
    expect(page.locator('[data-output="Answer"]')).to_contain_text("5.0")
    titled(page, "Calculator").click()
    expect(page.get_by_role("article").locator('[data-output="result"]')).to_contain_text("5.0")
    page.get_by_role("link", name="Back to editing").click()
    expect(titled(page, "Calculator")).to_have_count(0)
    assert visitor.complaints == []


def test_a_run_from_a_node_on_takes_over_what_was_before_it(visitor: Visitor, api: Api) -> None:
    page = open_builder(visitor, api.make(dividing(2))["id"])
    run(page, n="12")
    expect(in_state(page, "COMPLETED")).to_be_visible()

    titled(page, "Calculator").click()
    page.get_by_role("button", name="Run from here").click()

    expect(page.get_by_text("taken over").first).to_be_visible()
    expect(in_state(page, "COMPLETED")).to_be_visible()
    panel(page, "Steps").get_by_role("button", name="All 3").click()
    said = steps(page)
    assert [("taken over" in one) for one in said if "Calculator" in one] == [False]
    assert sum("taken over" in one for one in said) == 1


def test_one_node_runs_alone_with_given_inputs(visitor: Visitor, api: Api) -> None:
    page = open_builder(visitor, api.make(dividing(2))["id"])
    run(page, n="12")
    expect(in_state(page, "COMPLETED")).to_be_visible()
    titled(page, "Calculator").click()

    page.get_by_role("region", name="Runs").get_by_role("button", name="Run it alone…").click()
    dialog = page.get_by_role("dialog", name="Run Calculator alone")
    expect(dialog.locator('[data-pin="a"] input')).to_have_value(re.compile("^12"))
    dialog.locator('[data-pin="b"] input').fill("3")
    dialog.get_by_role("button", name="Run", exact=True).click()

    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(page.locator(".run-panel__summary")).to_contain_text("1 step")
    panel(page, "Steps")
    expect(page.get_by_role("article").locator('[data-output="result"]')).to_contain_text("4.0")


def test_what_a_block_writes_is_in_the_log_of_its_step(visitor: Visitor, api: Api) -> None:
    g = GraphBuilder("Printing")
    g.link(g.input("word", "Hello log"), "result", g.node("PrintToConsoleBlock"), "text")
    page = open_builder(visitor, api.make(g)["id"])
    run(page)
    expect(in_state(page, "COMPLETED")).to_be_visible()

    titled(page, "Print To Console").click()

    expect(page.locator(".step__log [data-written]")).to_contain_text("Hello log")


def test_pinned_outputs_stand_in_for_a_node(visitor: Visitor, api: Api) -> None:
    page = open_builder(visitor, api.make(dividing(2))["id"])
    run(page, n="12")
    expect(in_state(page, "COMPLETED")).to_be_visible()
    titled(page, "Calculator").click()
    page.get_by_role("button", name="Pin outputs").click()

    with page.expect_response("**/draft/execute/") as started:
        run(page, n="100")

    assert api.ended(started.value.json()["id"])["outputs"] == {"Answer": [6.0]}
    expect(titled(page, "Calculator").locator(".node-run")).to_contain_text("pinned")


def test_a_run_is_stopped(visitor: Visitor, api: Api) -> None:
    page = open_builder(visitor, api.make(sleeping())["id"])
    run(page)
    timer = titled(page, "Countdown Timer")
    expect(timer.locator(".node-run")).to_contain_text("Waiting")
    expect(timer.locator(".node-run__reason")).to_contain_text("sleeps until")

    page.get_by_role("button", name="Stop", exact=True).click()

    expect(in_state(page, "TERMINATED")).to_be_visible()
    expect(timer.locator(".node-run")).to_contain_text("Stopped")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", HOSTILE),
        (
            "Markdown",
            f"# Title {HOSTILE}\n\n[click](javascript:alert(3)) ![x](https://x.invalid/p)",
        ),
        ("a table", [{"a": HOSTILE}, {"a": f"<b onclick=alert(4)>{HOSTILE}</b>"}]),
        ("JSON", {HOSTILE: {"deep": [HOSTILE]}}),
        ("a page", "data:text/html,<script>alert(5)</script>"),
        (
            "a picture",
            "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(6)'/>",
        ),
        ("an address", "javascript:alert(7)"),
    ],
)
def test_what_a_block_gives_cannot_act(visitor: Visitor, api: Api, name: str, value: Any) -> None:
    g = GraphBuilder("Hostile")
    g.link(g.node("StoreValueBlock", input=value), "output", g.output(HOSTILE), "value")
    page = open_builder(visitor, api.make(g)["id"])
    run(page)

    expect(in_state(page, "COMPLETED")).to_be_visible()
    shown = page.locator(".run-outputs .value-view")
    expect(shown).to_be_visible()
    for tool in shown.locator(".value-view__tools button").all():
        tool.click()
    assert page.locator(".run-panel script, .run-panel iframe, .run-panel [onerror]").count() == 0
    assert [one for one in visitor.complaints if "dialog" in one] == []
    assert page.evaluate("document.title") != ""
