"""axe finds nothing on any page, light on a desk or dark on a phone, and all of each is in the window."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.acceptance.axe import complaints
from tests.acceptance.browser import DESK, PHONE, Visitor
from tests.acceptance.pages.steps import agent_file, asking, imported, in_state, run
from tests.support.graphs import GraphBuilder

MARKDOWN = "# Report\n\n- one\n- [two](https://example.org)\n\n|a|b|\n|-|-|\n|1|2|\n"


def showing() -> GraphBuilder:
    """Return the graph that brings out values of all kinds, and then fails."""
    g = GraphBuilder("All kinds")
    values = {
        "markdown": MARKDOWN,
        "table": [{"name": "tea", "price": 3}],
        "picture": "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
        "file": "data:text/csv,a;b",
        "json": {"a": [1, 2]},
        "text": "Good morning",
    }
    for name, value in values.items():
        g.link(g.input(name, value), "result", g.output(name), "value")
    node = g.node("CalculatorBlock", operation="Divide", a=1, b=0)
    g.link(node, "result", g.output("never"), "value")
    return g


def pages(page: Page, folder: Path) -> dict[str, str]:
    """Return the addresses of all pages by what they show, filled with something to see."""
    page.goto("/account/files/")
    file = FilePayload(name="list.csv", mimeType="text/csv", buffer=b"a,b\n1,2\n")
    page.get_by_label("Any kind of file").set_input_files(file)
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("link", name="list.csv", exact=True).wait_for()
    page.goto("/account/webhooks/new/")
    page.get_by_label("Address").fill("https://example.org/in")
    page.get_by_role("button", name="Add the webhook").click()
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Send a test").click()
    page.get_by_text("on its way").first.wait_for()
    webhook = page.url
    imported(page, agent_file(folder, showing()))
    agent = page.url
    page.get_by_role("link", name="Make a preset").click()
    page.get_by_label("Name").fill("Kept")
    page.get_by_role("button", name="Keep the preset").click()
    page.get_by_role("link", name="Kept", exact=True).click()
    preset = page.url
    page.goto(f"{agent}schedules/new/")
    page.get_by_label("Name").fill("Each morning")
    page.get_by_role("button", name="Keep the schedule").click()
    page.get_by_text("The schedule is kept.").wait_for()
    schedule = page.url
    page.goto(f"{agent}triggers/new/generic_webhook/")
    page.get_by_label("What arrives goes to").select_option(label="The input “text”")
    page.get_by_role("button", name="Keep the trigger").click()
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Send it").click()
    page.get_by_text("The test arrived.").wait_for()
    trigger = page.url
    page.goto(agent)
    run(page)
    expect(in_state(page, "FAILED")).to_be_visible()
    failed = page.url
    imported(page, agent_file(folder, asking({"amount": 100})))
    run(page)
    page.get_by_role("link", name="The refund").wait_for()
    live = page.url
    page.get_by_role("link", name="The refund").click()
    page.wait_for_url("**/reviews/*/")
    return {
        **credentials(page),
        "agents": "/agents/",
        "blocks": "/blocks/",
        "no blocks": "/blocks/?q=nothing+of+that+name",
        "a block": "/blocks/b1ab9b19-67a6-406d-abf5-2dba76d00c79/",
        "no agents": "/agents/?q=nothing+of+that+name",
        "an agent": agent,
        "settings": f"{agent}settings/",
        "deletion": f"{agent}delete/",
        "a preset": preset,
        "a new preset": f"{agent}presets/new/",
        "a preset's deletion": f"{preset}delete/",
        "schedules": "/schedules/",
        "the coming week": "/schedules/week/",
        "a schedule": schedule,
        "a new schedule": f"{agent}schedules/new/",
        "a schedule's form": f"{schedule}edit/",
        "a schedule's deletion": f"{schedule}delete/",
        "triggers": "/triggers/",
        "a trigger": trigger,
        "a kind of trigger": f"{agent}triggers/new/",
        "a new trigger": f"{agent}triggers/new/generic_webhook/",
        "a new trigger of GitHub": f"{agent}triggers/new/github/",
        "a trigger's form": f"{trigger}edit/",
        "a trigger's deletion": f"{trigger}delete/",
        "runs": "/runs/",
        "no runs": "/runs/?q=nothing+of+that+name",
        "a failed run": failed,
        "a failed run's deletion": f"{failed}delete/",
        "a failed run's links": f"{failed}shares/",
        "a live run": live,
        "reviews": "/reviews/",
        "no reviews": "/reviews/?status=WITHDRAWN",
        "a review": page.url,
        "what happened": "/notifications/",
        "webhooks": "/account/webhooks/",
        "a new webhook": "/account/webhooks/new/",
        "a webhook": webhook,
        "a webhook's deletion": f"{webhook}delete/",
        "keys": "/account/keys/",
        "a new key": "/account/keys/new/",
        "profile": "/account/profile/",
        "notifications": "/account/mails/",
        "data": "/account/data/",
        "files": "/account/files/",
        "no knowledge": "/account/knowledge/",
        "password": "/account/password/",
        "sessions": "/account/sessions/",
        "two factors": "/account/two-factor/",
        "addresses": "/account/email/",
        "usage": "/account/usage/",
        "activity": "/account/activity/",
        "activity with runs": "/account/activity/?kind=run.",
        "no activity": "/account/activity/?kind=file.",
        "leaving": "/account/delete/",
        "nothing": "/nowhere/",
    }


def credentials(page: Page) -> dict[str, str]:
    """Return the addresses of the pages about credentials, of which there is one."""
    add = "/account/credentials/new/http/host_scoped/"
    page.goto("/account/credentials/")
    if not page.get_by_role("link", name="Work").is_visible():
        page.goto(add)
        page.get_by_label("Host").fill("api.example.org")
        page.get_by_label("Title").fill("Work")
        page.get_by_label("Headers").fill("X-Key: secret")
        page.locator("main form button[type=submit]").click()
        page.goto("/account/credentials/")
    kept = page.get_by_role("link", name="Work").get_attribute("href")
    return {
        "credentials": "/account/credentials/",
        "a kind of credential": "/account/credentials/new/",
        "a new credential": add,
        "a new password": "/account/credentials/new/smtp/user_password/",
        "a credential": f"{kept}",
        "a credential's deletion": f"{kept}delete/",
        "a block that others call": "/blocks/6c60ec01-8128-419e-988f-96a063ee2fea/",
        "blocks of a kind": "/blocks/?category=AI",
    }


@pytest.mark.parametrize(("colours", "viewport"), [("light", DESK), ("dark", PHONE)])
def test_axe_finds_nothing_on_any_page(
    colours: str, viewport: dict[str, int], visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.page(color_scheme=colours, viewport=viewport, reduced_motion="reduce")
    found, widths = {}, {}
    for name, address in pages(page, tmp_path).items():
        page.goto(address)
        if name in {"a failed run", "a trigger"}:
            page.evaluate(
                "document.querySelectorAll('main details').forEach(one => one.open = true)"
            )
        found[name] = complaints(page)
        widths[name] = page.evaluate("document.documentElement.scrollWidth")
    page.context.clear_cookies()
    page.goto("/sign-in/")
    found["sign-in"] = complaints(page)
    visitor.complaints = [one for one in visitor.complaints if not re.search("404", one)]

    assert {name: some for name, some in found.items() if some} == {}
    assert {name: width for name, width in widths.items() if width > viewport["width"]} == {}
