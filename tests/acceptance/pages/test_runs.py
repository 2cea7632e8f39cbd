"""The list of runs: it keeps itself up to date, and stops several runs at once."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.acceptance.browser import Visitor
from tests.acceptance.pages.steps import agent_file, imported, in_state, run, sleeper


def begin(page: Page, folder: Path, name: str, times: int = 1) -> list[str]:
    """Start an agent of that name, which sleeps, and return the addresses of its runs."""
    graph = sleeper(600)
    graph.name = name
    imported(page, agent_file(folder, graph))
    agent, found = page.url, []
    for _ in range(times):
        page.goto(agent)
        run(page)
        expect(page.locator('[data-live="waiting"]')).to_contain_text("sleeps until")
        found.append(page.url)
    return found


def row(page: Page, address: str) -> Locator:
    return page.locator(f"#run-{address.rstrip('/').rpartition('/')[2]}")


def test_the_list_shows_new_runs_what_they_wait_for_and_how_they_end(
    visitor: Visitor, tmp_path: Path
) -> None:
    page, other = visitor.page(), visitor.page()
    page.goto("/runs/")
    [started] = begin(other, tmp_path, "Seen from afar")
    expect(row(page, started)).to_contain_text("sleeps until")
    expect(row(page, started)).to_contain_text("Running")
    other.get_by_role("button", name="Stop").click()

    expect(row(page, started)).to_contain_text("Stopped")
    expect(row(page, started)).not_to_contain_text("sleeps until")


def test_several_runs_are_stopped_by_keyboard_while_the_list_goes_on(
    visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.page()
    runs = begin(page, tmp_path, "Stopped together", times=3)
    page.goto("/runs/?q=stopped+together")
    stop = page.locator("[data-stop-chosen]")
    expect(stop).to_be_disabled()
    for address in runs[:2]:
        choice = row(page, address).get_by_role("checkbox")
        choice.focus()
        page.keyboard.press("Space")
    expect(stop).to_have_text("Stop 2 chosen runs")
    with page.expect_response(re.compile(r"/runs/\?q=stopped")):  # the list looks again
        pass
    expect(stop).to_have_text("Stop 2 chosen runs")
    expect(row(page, runs[1]).get_by_role("checkbox")).to_be_focused()
    stop.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("2 runs are stopped.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/runs/\?q=stopped\+together$"))
    expect(row(page, runs[0])).to_contain_text("Stopped")
    expect(row(page, runs[2])).to_contain_text("Running")
    page.goto(runs[2])
    page.get_by_role("button", name="Stop").click()
    expect(in_state(page, "TERMINATED")).to_be_visible()


def test_all_on_the_page_are_chosen_at_once(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    begin(page, tmp_path, "Chosen at once", times=2)
    page.goto("/runs/?q=chosen+at+once")
    page.get_by_label("All on this page").check()
    page.get_by_role("button", name="Stop 2 chosen runs").click()

    expect(page.get_by_text("2 runs are stopped.")).to_be_visible()


def test_filters_narrow_the_list_and_its_address_says_so(visitor: Visitor, tmp_path: Path) -> None:
    page = visitor.page()
    [started] = begin(page, tmp_path, "Looked for")
    page.get_by_role("button", name="Stop").click()
    expect(in_state(page, "TERMINATED")).to_be_visible()
    page.goto("/runs/")
    page.get_by_label("Agent").select_option("Looked for")
    expect(page.locator(".run-row")).to_have_count(1)
    page.get_by_label("Started in").select_option("The last hour")
    expect(page).to_have_url(re.compile("since=1h"))
    page.get_by_role("link", name="Failed", exact=True).click()
    expect(page.get_by_text("Nothing that you are looking for")).to_be_visible()
    expect(page.get_by_label("Agent")).to_have_value(re.compile("-"))  # it is still narrowed
    page.get_by_role("link", name="Stopped", exact=True).click()

    expect(row(page, started)).to_be_visible()
    page.get_by_label("Search").fill(started.rstrip("/").rpartition("/")[2][:13])
    expect(page).to_have_url(re.compile("q="))
    expect(row(page, started)).to_be_visible()


def test_it_needs_no_script(visitor: Visitor, tmp_path: Path) -> None:
    starting = visitor.page()
    [started] = begin(starting, tmp_path, "Without a script")
    page = visitor.page(java_script_enabled=False)
    page.goto("/runs/")
    page.get_by_label("Search").fill("without a script")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".run-row")).to_have_count(1)
    row(page, started).get_by_role("checkbox").check()
    page.get_by_role("button", name="Stop the chosen runs").click()

    expect(page.get_by_text("One run is stopped.")).to_be_visible()
    expect(row(page, started)).to_contain_text("Stopped")


def test_a_server_that_cannot_be_reached_is_told_until_it_can(visitor: Visitor) -> None:
    page = visitor.page()
    page.goto("/runs/")
    page.route(re.compile("/runs/"), lambda route: route.abort())
    notice = page.get_by_text("This page cannot reach the server and may be out of date.")
    expect(notice).to_be_visible()
    page.unroute(re.compile("/runs/"))

    expect(notice).to_be_hidden()
    assert all("ERR_FAILED" in one or "htmx:error" in one for one in visitor.complaints)
    visitor.complaints.clear()
