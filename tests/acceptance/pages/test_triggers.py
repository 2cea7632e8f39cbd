"""Triggers in a browser, and calls as GitHub makes them, with real processes."""

import json
from typing import Any
from uuid import uuid4

import httpx
from playwright.sync_api import expect

from tests.acceptance.api import Api
from tests.acceptance.browser import PHONE, Visitor
from tests.acceptance.pages.steps import reach
from tests.support.hooks import by_github, github_graph, hook_graph
from tests.support.waiting import eventually

SECRET = "the-secret-of-the-callers"
PULL = {
    "action": "opened",
    "number": 2,
    "pull_request": {"html_url": "https://github.com/example/tea/pull/2", "title": "Add mint"},
    "sender": {"login": "mia"},
}


def test_a_call_of_github_begins_one_run_however_often_it_comes(visitor: Visitor, api: Api) -> None:
    graph, _ = github_graph()
    agent = api.make(graph)
    node = next(one["id"] for one in agent["nodes"] if "repo" in one["input_default"])
    body = {"kind": "github", "node_id": node, "secret": SECRET, "name": "Pull requests"}
    made = api.post(f"graphs/{agent['id']}/triggers/", body)["trigger"]
    raw = json.dumps(PULL).encode()
    headers = by_github(raw, SECRET, id=str(uuid4()))

    answers = [httpx.post(made["address"], content=raw, headers=headers) for _ in range(2)]
    forged = httpx.post(made["address"], content=raw + b" ", headers=headers)

    first, second = answers
    assert (first.status_code, second.status_code, forged.status_code) == (202, 202, 401)
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert api.ended(first.json()["id"])["outputs"] == {"number": [2]}

    def runs() -> Any:
        return api.get(f"executions/?graph_id={agent['id']}")["results"]

    assert [one["id"] for one in runs()] == [first.json()["id"]]
    page = visitor.page()
    page.goto(f"/triggers/{made['id']}/")
    expect(page.get_by_role("link", name="It began a run")).to_have_count(1)
    expect(page.get_by_text("It was not genuine")).to_have_count(1)
    page.get_by_role("link", name="It began a run").click()
    page.wait_for_url(f"**/runs/{first.json()['id']}/")


def test_a_caller_who_waits_gets_the_outputs(api: Api) -> None:
    graph, _ = hook_graph()
    agent = api.make(graph)
    node = next(one["id"] for one in agent["nodes"] if "payload" not in str(one["input_default"]))
    body = {"kind": "generic_webhook", "node_id": node, "secret": SECRET}
    made = api.post(f"graphs/{agent['id']}/triggers/", body)["trigger"]
    # The same call again waits for the same run, however busy the machine is.
    headers = {"X-Webhook-Secret": SECRET, "Idempotency-Key": str(uuid4())}

    def answered() -> Any:
        address = f"{made['address']}?wait=30"
        found = httpx.post(address, json={"order": 7}, headers=headers, timeout=60)
        return found if found.status_code == 200 else None

    answer = eventually(answered)

    assert answer.json()["status"] == "COMPLETED"
    assert answer.json()["outputs"] == {"payload": [{"order": 7}]}


def test_a_trigger_is_made_paused_and_deleted_by_keyboard_on_a_phone(
    visitor: Visitor, api: Api
) -> None:
    graph, _ = hook_graph(f"Keys {uuid4()}")
    agent = api.make(graph)
    page = visitor.page(viewport=PHONE, color_scheme="dark")
    page.goto(f"/agents/{agent['id']}/")

    reach(page, "Make a trigger")
    page.keyboard.press("Enter")
    page.wait_for_url("**/triggers/new/")
    reach(page, "Webhook")
    page.keyboard.press("Enter")
    page.wait_for_url("**/triggers/new/generic_webhook/")
    reach(page, "Name")
    page.keyboard.press("Control+A")
    page.keyboard.type("By keyboard")
    reach(page, "Keep the trigger")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Address and secret")).to_be_visible()
    secret = page.locator("#trigger-secret").inner_text()
    reach(page, "I have copied it")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="By keyboard")).to_be_visible()
    assert secret not in page.content()

    reach(page, "Pause")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="It is paused")).to_be_visible()
    reach(page, "Resume")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The trigger goes on.")).to_be_visible()
    reach(page, "Delete")
    page.keyboard.press("Enter")
    page.wait_for_url("**/delete/")
    reach(page, "Delete the trigger")
    page.keyboard.press("Enter")
    page.wait_for_url("**/triggers/")

    expect(page.get_by_role("link", name="By keyboard")).to_have_count(0)


def test_a_schedule_is_made_by_keyboard_and_shows_what_its_kind_needs(
    visitor: Visitor, api: Api
) -> None:
    graph, _ = hook_graph(f"Clock {uuid4()}")
    agent = api.make(graph)
    page = visitor.page()
    page.goto(f"/agents/{agent['id']}/")

    reach(page, "Make a schedule")
    page.keyboard.press("Enter")
    page.wait_for_url("**/schedules/new/")
    expect(page.get_by_label("Cron line")).to_be_visible()
    expect(page.get_by_label("Every so many")).to_be_hidden()
    reach(page, "Name")
    page.keyboard.type("Each hour")
    reach(page, "It starts")
    page.keyboard.type("Every")
    expect(page.get_by_label("Every so many")).to_be_visible()
    expect(page.get_by_label("Cron line")).to_be_hidden()
    reach(page, "Every so many")
    page.keyboard.type("60")
    reach(page, "Show the next times")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The next times")).to_be_visible()
    reach(page, "Keep the schedule")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The schedule is kept.")).to_be_visible()
    expect(page.get_by_text("Every hour").first).to_be_visible()
