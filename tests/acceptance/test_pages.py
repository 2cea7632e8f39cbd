"""The pages in a real browser, in front of a whole instance."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from tests.acceptance.browser import PHONE, Visitor, browser, chromium
from tests.acceptance.instances import SAMPLES, Trellis
from tests.support.graphs import GraphBuilder

HOSTILE = '</pre><script>alert(1)</script><img src=x onerror="alert(2)">'


@pytest.fixture(scope="module")
def running() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("There is no Chromium here. Install it, or name it in CHROMIUM.")
    with browser(path) as started:
        yield started


@pytest.fixture(scope="module")
def trellis(running: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trellis]:
    instance = Trellis(tmp_path_factory.mktemp("pages") / "data")
    try:
        instance.start()
        yield instance
        instance.end()
    finally:
        instance.kill_everything()


@pytest.fixture(scope="module")
def session(running: Browser, trellis: Trellis) -> Any:
    visitor = Visitor(running, trellis)
    visitor.sign_in()
    visitor.leave()
    return visitor.session


@pytest.fixture
def visitor(running: Browser, trellis: Trellis, session: Any) -> Iterator[Visitor]:
    """Somebody who is signed in, and whose browser must have nothing to complain about."""
    visitor = Visitor(running, trellis, session=session)
    yield visitor
    visitor.leave()
    assert visitor.complaints == []


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


def in_state(page: Page, status: str) -> Locator:
    return page.locator(f'[data-run-status="{status}"]')


def outputs(page: Page) -> Locator:
    return page.locator('[data-live="run-outputs"]')


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


def test_a_calculation_fills_in_while_it_runs(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/")
    page.get_by_role("link", name="Calculator", exact=True).click()
    page.get_by_label(re.compile("Input")).first.fill("8")
    run(page)

    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(outputs(page)).to_contain_text("42.0")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    live = page.locator('[data-live="nodes"]').inner_text()
    page.reload()
    expect(outputs(page)).to_contain_text("42.0")
    assert re.sub(r"\d+ ms", "", page.locator('[data-live="nodes"]').inner_text()) == re.sub(
        r"\d+ ms", "", live
    )


def test_a_run_that_is_over_needs_no_script(visitor: Visitor) -> None:
    page = visitor.page(java_script_enabled=False)
    page.goto("/agents/")
    page.get_by_role("link", name="Report from a table", exact=True).click()
    run(page)
    while not in_state(page, "COMPLETED").count():
        page.wait_for_timeout(500)
        page.reload()

    expect(outputs(page)).to_contain_text("4 products brought in 1083.75.")


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


def until(page: Page, true: Callable[[], object], seconds: float = 10) -> None:
    """Let the page live until the condition holds."""
    for _ in range(int(seconds * 20)):
        if true():
            return
        page.wait_for_timeout(50)
    raise AssertionError("The condition did not come to hold.")


def test_a_lost_connection_is_told_and_nothing_is_missed(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    imported(page, agent_file(tmp_path, sleeper(8)))
    subscriptions: list[dict[str, Any]] = []
    numbers: list[int] = []  # of the events that the page got before the connection broke
    routes: list[WebSocketRoute] = []
    broken: list[WebSocketRoute] = []

    def meet(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        routes.append(route)

        def to_server(message: str | bytes) -> None:
            read = json.loads(message)
            if read["method"] == "subscribe_graph_execution":
                subscriptions.append(read["data"])
            server.send(message)

        def to_page(message: str | bytes) -> None:
            if route in broken:
                return
            if route is routes[0] and "seq" in json.loads(message):
                numbers.append(json.loads(message)["seq"])
            route.send(message)

        route.on_message(to_server)
        server.on_message(to_page)

    page.route_web_socket(re.compile(r"/ws/v1/"), meet)
    run(page)
    expect(outputs(page)).to_contain_text("Good night")
    expect(page.locator('[data-live="waiting"]')).to_contain_text("sleeps until")
    until(page, lambda: subscriptions)  # the server may have written all this into the page
    broken.append(routes[0])
    routes[0].close(code=1012)

    expect(page.get_by_text("The live connection is lost.")).to_be_visible()
    expect(page.get_by_text("The live connection is lost.")).to_be_hidden()
    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(outputs(page)).to_contain_text("Good morning")
    assert outputs(page).locator("pre").count() == 2
    first, second = subscriptions[:2]
    assert second["since"] == max(numbers, default=first["since"])


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


def test_the_keyboard_is_enough(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Calculator", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label(re.compile("Input")).first.fill("1")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/*/")

    expect(in_state(page, "COMPLETED")).to_be_visible()


def test_a_review_is_found_on_the_live_page_and_decided_by_keyboard(
    visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.page()
    imported(page, agent_file(tmp_path, asking({"amount": 100})))
    run(page)
    link = page.get_by_role("link", name="The refund")
    expect(link).to_be_visible()
    node = page.locator('[data-live="nodes"] li').first
    expect(node.locator('[data-live="review"]')).to_have_attribute("href", re.compile("/reviews/"))
    live = page.url
    link.focus()
    page.locator("#waiting-title").evaluate("title => { title.textContent = 'Of a while ago' }")
    expect(page.get_by_role("heading", name="Waiting", exact=True)).to_be_visible()
    expect(link).to_be_focused()  # though the page looked again at what waits
    page.keyboard.press("Enter")
    data = page.get_by_label("Data")
    expect(data).to_have_value('{\n  "amount": 100\n}')
    data.fill('{"amount": 90')
    page.get_by_role("button", name="Approve").press("Enter")
    expect(page.locator("textarea:invalid")).to_have_count(1)  # the browser does not send it
    data.fill('{"amount": 90}')
    page.keyboard.press("Tab")
    page.keyboard.type("That is enough.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(live)

    expect(page.get_by_text("Approved. The run goes on.")).to_be_visible()
    expect(in_state(page, "COMPLETED")).to_be_visible()
    expect(outputs(page)).to_contain_text('{"amount": 90}')
    expect(outputs(page)).to_contain_text("That is enough.")


def test_a_review_is_rejected_without_a_script(visitor: Visitor, tmp_path: Path) -> None:
    starting = visitor.page()
    imported(starting, agent_file(tmp_path, asking(HOSTILE, name=HOSTILE)))
    run(starting)
    expect(starting.get_by_text("Waiting for your review")).to_be_visible()
    page = visitor.page(java_script_enabled=False)
    page.goto("/agents/")
    page.get_by_role("link", name=re.compile(r"^Reviews \d+ waiting$")).click()
    page.get_by_role("link", name=HOSTILE).click()
    expect(page.get_by_label("Data")).to_have_value(HOSTILE)
    page.get_by_label("Message").fill("No.")
    page.get_by_role("button", name="Reject").click()

    expect(page.get_by_text("Rejected. The run goes on.")).to_be_visible()
    expect(in_state(starting, "COMPLETED")).to_be_visible()  # the page that follows heard of it
    expect(outputs(starting)).to_contain_text("No.")
    expect(starting.get_by_text("Waiting for your review")).to_have_count(0)


def test_the_account_menu_opens_and_closes(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/agents/")
    summary = page.locator("[data-menu] summary")
    summary.press("Enter")
    expect(page.get_by_role("link", name="API key")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="API key")).to_be_hidden()
    expect(summary).to_be_focused()


def test_dark_colours_are_kept(visitor: Visitor) -> None:
    page = visitor.page(color_scheme="light")
    page.goto("/agents/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto("/runs/")

    assert light != dark
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1280, "height": 900}])
def test_pages_fit_their_windows_and_browsers_do_not_complain(
    viewport: dict[str, int], visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.page(viewport=viewport)
    g = GraphBuilder("very-long-name-" * 17)
    for block in ("AgentFileInputBlock", "AgentTableInputBlock", "AgentLongTextInputBlock"):
        g.node(block, name="حاسبة-" * 40)
    g.output("x" * 300, value="y" * 3000)
    imported(page, agent_file(tmp_path, g))
    agent = page.url
    imported(page, agent_file(tmp_path, asking(["y" * 3000], name="very-long-name-" * 17)))
    run(page)
    page.get_by_role("link", name=re.compile("very-long-name")).first.click()
    review = page.url
    accounts = ["/account/key/", "/account/password/"]
    for url in [agent, review, "/agents/", "/runs/", "/reviews/", *accounts]:
        page.goto(url)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"], url
        assert page.locator("h1").count() == 1, url
        assert unlabelled(page) == [], url


def test_staff_screens_and_the_api_reference_work_under_the_policy(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/admin/executions/execution/")
    expect(page.get_by_role("heading", name="Select execution to view")).to_be_visible()
    page.goto("/api/docs/")
    expect(page.get_by_text("/api/v1/executions/").first).to_be_visible()


def unlabelled(page: Page) -> list[str]:
    """Return the controls that a screen reader could not name."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("input, select, textarea, button")]
          .filter((one) => one.type !== "hidden" && one.checkVisibility())
          .filter((one) => !one.labels?.length && !one.ariaLabel && !one.textContent.trim())
          .map((one) => one.outerHTML)"""
    )
    return found
