"""A run's page, while the run goes on and afterwards."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, expect

from tests.acceptance.api import Api
from tests.acceptance.browser import Visitor
from tests.acceptance.feed import Line
from tests.acceptance.pages.steps import (
    HOSTILE,
    agent_file,
    imported,
    in_state,
    outputs,
    run,
    run_of,
    sleeper,
    until,
)
from tests.support.graphs import GraphBuilder

GIF = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
OUTPUTS = {
    "markdown": "# Report\n\nThis is **bold**.",
    "table": [{"name": "tea", "price": 3}],
    "picture": GIF,
    "file": "data:text/html,<script>alert(1)</script>",
}
HOSTILE_OUTPUTS: list[Any] = [
    HOSTILE,
    f"# {HOSTILE}\n\n**x** [link](javascript:alert(1)) ![x](javascript:alert(2))",
    "**x** <svg onload=alert(1)> <a hx-get='/agents/' hx-trigger='load'>x</a>",
    "[x](//evil.example 'a\" onclick=\"alert(1)') **y**",
    [{HOSTILE: HOSTILE}],
    {HOSTILE: [HOSTILE]},
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "data:text/html,<script>alert(1)</script>",
    'data:image/png;base64,"onerror="alert(1)',
]


def test_a_calculation_fills_in_while_it_runs(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/?q=Calculator")
    page.get_by_role("link", name="Calculator", exact=True).click()
    page.get_by_label(re.compile("Input")).first.fill("8")
    run(page)

    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(outputs(page)).to_contain_text("42.0")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    live = page.locator('[data-live="nodes"]').inner_text()
    page.reload()
    expect(outputs(page)).to_contain_text("42.0")
    assert timeless(page.locator('[data-live="nodes"]').inner_text()) == timeless(live)


def timeless(text: str) -> str:
    """Return the text without durations, which the page and the server may round differently."""
    return re.sub(r"[\d.]+ m?s\b", "", text)


def test_a_run_that_is_over_needs_no_script(visitor: Visitor) -> None:
    page = visitor.page(java_script_enabled=False)
    page.goto("/agents/")
    page.get_by_role("link", name="Report from a table", exact=True).click()
    run(page)
    while not in_state(page, "COMPLETED").count():
        page.wait_for_timeout(500)
        page.reload()

    expect(outputs(page)).to_contain_text("4 products brought in 1083.75.")


def test_what_a_block_gives_is_shown_as_text(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    g = GraphBuilder(HOSTILE)
    g.link(g.input(HOSTILE), "result", g.output(HOSTILE), "value")
    imported(page, agent_file(tmp_path, g))
    page.get_by_role("textbox").first.fill(HOSTILE)
    run(page)

    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(outputs(page).locator("pre")).to_have_text(HOSTILE)
    assert page.locator("main img, main script:not(#feed)").count() == 0


def test_a_lost_connection_is_told_and_nothing_is_missed(
    visitor: Visitor, api: Api, tmp_path: Path
) -> None:
    page = visitor.page()
    g = GraphBuilder("Asked at night")
    person = g.node("HumanInTheLoopBlock", data="Good morning", name="Is it morning?")
    g.link(g.input("first", "Good night"), "result", g.output("evening"), "value")
    g.link(person, "approved_data", g.output("morning"), "value")
    imported(page, agent_file(tmp_path, g))
    line = Line()
    line.lay(page)
    run(page)
    expect(outputs(page)).to_contain_text("Good night")
    expect(page.get_by_role("link", name="Is it morning?")).to_be_visible()
    until(page, lambda: line.asked)  # the server may have written all this into the page
    line.cut()
    known = max([*line.asked, *line.told])

    expect(page.get_by_text("The live connection is lost.")).to_be_visible()
    execution = run_of(page)
    api.approve(execution)
    api.ended(execution)
    # It was given, unheard. The outputs may show it: they are asked for apart, and perhaps late.
    expect(in_state(page, "COMPLETED")).to_be_hidden()
    line.mend()
    expect(page.get_by_text("The live connection is lost.")).to_be_hidden()
    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(outputs(page)).to_contain_text("Good morning")
    assert outputs(page).locator("pre").count() == 2
    assert line.asked[1] == known


def test_a_run_is_stopped(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    imported(page, agent_file(tmp_path, sleeper(600)))
    run(page)
    expect(outputs(page)).to_contain_text("Good night")
    page.get_by_role("button", name="Stop").click()

    expect(in_state(page, "TERMINATED")).to_be_visible()


def test_a_failure_is_shown_where_it_happened(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    g = GraphBuilder("Division")
    node = g.node("CalculatorBlock", operation="Divide", a=1)
    g.link(g.input("by"), "result", node, "b")
    g.link(node, "result", g.output("out"), "value")
    imported(page, agent_file(tmp_path, g))
    page.get_by_label(re.compile("by")).first.fill("0")
    run(page)

    expect(in_state(page, "FAILED")).to_be_visible()
    expect(page.get_by_role("heading", name="The run failed")).to_be_visible()
    failed = page.locator("details[open]").filter(has_text="Calculator")
    expect(failed.get_by_text("block_failed")).to_be_visible()


def test_a_long_value_is_shown_whole_on_demand(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    g = GraphBuilder("Long")
    g.link(g.input("in", "🫖" * 9000), "result", g.output("out"), "value")
    imported(page, agent_file(tmp_path, g))
    run(page)
    expect(in_state(page, "COMPLETED")).to_be_visible()
    outputs(page).get_by_role("link", name="Show all").click()

    expect(outputs(page).locator("pre")).to_have_text("🫖" * 9000)


def test_outputs_are_shown_as_what_they_are_while_the_run_goes_on(
    visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.page()
    g = sleeper(6)
    for name, value in OUTPUTS.items():
        g.link(g.input(name, value), "result", g.output(name), "value")
    imported(page, agent_file(tmp_path, g))
    run(page)
    shown = outputs(page)
    expect(shown.get_by_role("heading", name="Report")).to_be_visible()
    expect(shown.get_by_role("columnheader", name="price")).to_be_visible()
    picture = shown.get_by_role("img", name="The picture that “picture” gave")
    expect(picture).to_be_visible()
    assert picture.evaluate("async (one) => { await one.decode(); return one.naturalWidth }") == 1
    shown.get_by_text("As it was written").first.click()
    expect(in_state(page, "COMPLETED")).to_be_visible()

    expect(shown).to_contain_text("Good morning")
    expect(shown.locator("pre").filter(has_text="**bold**")).to_be_visible()  # still open
    with page.expect_download() as download:
        shown.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "file.html"
    assert Path(download.value.path()).read_text() == "<script>alert(1)</script>"


def test_hostile_outputs_run_nothing(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    g = GraphBuilder("Hostile outputs")
    for number, value in enumerate(HOSTILE_OUTPUTS):
        g.link(g.input(f"in {number}", value), "result", g.output(f"{number} {HOSTILE}"), "value")
    imported(page, agent_file(tmp_path, g))
    run(page)
    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(outputs(page).locator("dt")).to_have_count(len(HOSTILE_OUTPUTS))
    for _ in range(2):  # as it filled in, and as the server writes it
        attributes = outputs(page).evaluate(
            "(part) => [...part.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())"
        )
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert outputs(page).locator("script, iframe, object, embed, form, svg, style").count() == 0
        for link in outputs(page).locator("a").all():
            assert re.match(r"(https?:|/|mailto:)", link.get_attribute("href") or "/")
        for picture in outputs(page).locator("img").all():
            assert (picture.get_attribute("src") or "").startswith("/runs/")
        page.reload()


def test_the_timeline_shows_when_each_node_ran_and_slept(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    imported(page, agent_file(tmp_path, sleeper(4)))
    run(page)
    timer = page.locator(".nodrun").filter(has_text="Countdown")
    expect(timer.locator(".bar--slept")).to_have_count(1)
    expect(in_state(page, "COMPLETED")).to_be_visible()
    live = bars(timer)
    page.reload()
    final = bars(timer)

    assert [kind for kind, *_ in live] == [kind for kind, *_ in final]
    slept = next(width for kind, _, width in final if kind == "bar bar--slept")
    length = float(page.locator('[data-live="nodes"]').get_attribute("data-length") or 0)
    assert slept / 1000 * length > 3900  # ms; it was asked for 4000, and bars are rounded
    for (_, x, width), (_, then_x, then_width) in zip(live, final, strict=True):
        assert abs(x - then_x) < 60
        assert abs(width - then_width) < 60


def bars(node: Locator) -> list[tuple[str, float, float]]:
    """Return the bars of a node execution: kind, place and width."""
    return [
        (
            bar.get_attribute("class") or "",
            float(bar.get_attribute("x") or 0),
            float(bar.get_attribute("width") or 0),
        )
        for bar in node.locator("rect").all()
    ]


def test_a_run_leads_to_the_canvas(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/?q=Calculator")
    page.get_by_role("link", name="Calculator", exact=True).click()
    page.get_by_label(re.compile("Input")).first.fill("8")
    run(page)
    link = page.get_by_role("link", name="Open on the canvas")

    expect(link).to_have_attribute(
        "href", re.compile(rf"/agents/[0-9a-f-]+/edit/\?execution={run_of(page)}$")
    )
