"""Somebody new: sign up, verify, make a key, run an agent by curl, and understand a limit."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from playwright.sync_api import expect

from tests.acceptance.browser import Visitor
from tests.acceptance.instances import Trellis, until
from tests.support.graphs import GraphBuilder

PASSWORD = "tea-at-six-o-clock"


def curl(*arguments: str) -> tuple[int, dict[str, str], Any]:
    """Return status, headers and body of what curl brings."""
    done = subprocess.run(
        ["curl", "-sS", "-i", *arguments], capture_output=True, text=True, check=True, timeout=120
    )
    head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
    first, *lines = head.splitlines()
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split()[1]), headers, json.loads(body)


def link_in_mail(trellis: Trellis, receiver: str) -> str:
    def found() -> list[str]:
        mails = trellis.printed.split("To: ")
        mine = "".join(one for one in mails if one.startswith(receiver))
        return re.findall(r"(http://\S+)", mine)

    until(found, f"a mail to {receiver} is printed")
    return found()[-1]


def echo() -> GraphBuilder:
    g = GraphBuilder("Echo")
    g.link(g.input("text", "hello"), "result", g.output("said"), "value")
    return g


def documented(url: str, **values: str) -> list[Any]:
    """Return what the lines of the page for people who begin bring, each as it stands there."""
    page = (Path(settings.BASE_DIR) / "docs" / "accounts.md").read_text("utf-8")
    block = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)[0]
    commands = re.split(r"\n(?=\s*curl )", block.strip())
    assert len(commands) >= 2
    assert all(command.strip().startswith("curl ") for command in commands)
    return [
        json.loads(
            subprocess.run(
                ["sh", "-c", command.replace("http://127.0.0.1:8000", url)],
                env={**os.environ, **values},
                capture_output=True,
                check=True,
                timeout=120,
            ).stdout
        )
        for command in commands
    ]


def test_from_nothing_to_a_limit(stranger: Visitor, trellis: Trellis) -> None:
    page = stranger.page()
    page.goto("/sign-up/")
    page.get_by_label("E-mail address").fill("wanda@example.org")
    page.get_by_label("Username").fill("wanda")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    page.goto(link_in_mail(trellis, "wanda@example.org"))
    page.get_by_role("button", name="Yes, this is my address").click()
    expect(page.get_by_role("heading", name="Agents", exact=True)).to_be_visible()

    page.goto("/account/keys/new/")
    page.get_by_label("Name").fill("curl")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name=re.compile("Make")).click()
    text = page.locator("code", has_text="trls_").first.inner_text()
    key = re.search(r"trls_\w{8}_[\w-]{43}", text)
    assert key, text

    send = ("-H", f"X-API-Key: {key[0]}", "-H", "Content-Type: application/json")
    base = f"{trellis.url}/api/v1"
    graph = json.dumps({"graph": echo().file()})
    status, _, made = curl(*send, "-d", graph, f"{base}/graphs/")
    assert status in {200, 201}, made
    address = f"{base}/graphs/{made['id']}/execute/"
    status, _, run = curl(*send, "-d", '{"inputs": {"text": "hi"}}', address)
    assert status == 202, run

    def ended() -> bool:
        _, _, now = curl(*send, f"{base}/executions/{run['id']}/")
        return bool(now["status"] == "COMPLETED")

    until(ended, "the run is over")
    listed, started = documented(trellis.url, KEY=key[0], ID=made["id"])
    assert [one["id"] for one in listed["results"]] == [made["id"]]
    assert started["graph_id"] == made["id"]
    status, headers, refusal = curl(*send, "-d", '{"inputs": {}}', address)
    assert (status, refusal.get("code")) == (429, "rate_limited"), refusal
    assert 0 < int(headers["retry-after"]) <= 3600
    assert "2" in refusal["detail"]
    assert "hour" in refusal["detail"]
    assert "key" in refusal["detail"]
