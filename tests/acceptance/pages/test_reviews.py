"""Reviews: found, and decided."""

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.acceptance.browser import Visitor
from tests.acceptance.pages.steps import (
    HOSTILE,
    agent_file,
    asking,
    imported,
    in_state,
    outputs,
    run,
)


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
