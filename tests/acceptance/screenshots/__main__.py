"""Takes a picture of every page, wide and narrow, light and dark, empty and filled.

``make screenshots`` writes them to docs/screenshots/; ``python -m tests.acceptance.screenshots agent
builder`` those whose names begin so. Look at each: no program sees what is ugly.
"""

import base64
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, Browser, FilePayload, Page

from tests.acceptance.browser import Visitor, browser, chromium
from tests.acceptance.instances import SAMPLES, Trellis
from tests.acceptance.screenshots import agents, starts
from tests.support.apis import pets
from tests.support.graphs import GraphBuilder

TARGET = Path(__file__).parents[3] / "docs" / "screenshots"
SIZES = {1440: 900, 390: 844}
TALLEST = 2000  # pixels; what is below is more of the same
QUALITY = 72
PATIENCE = 60  # seconds


class Studio:
    """One instance, and somebody who has signed in to it with a browser of each kind."""

    def __init__(self, running: Browser, trellis: Trellis, wanted: tuple[str, ...]) -> None:
        self.wanted = wanted
        self.visitor = Visitor(running, trellis)
        first = self.visitor.sign_in()
        first.goto("/account/keys/new/")
        first.get_by_label("Name").fill("Studio")
        for box in first.get_by_role("checkbox").all():
            box.check()
        first.get_by_role("button", name="Make the key").click()
        self.key = first.locator("#key-text").inner_text()
        self.api: APIRequestContext = first.request
        self.pages = list(self._pages())

    def _pages(self) -> Iterator[tuple[str, Page]]:
        for width, height in SIZES.items():
            for colours in ("light", "dark"):
                view = {"width": width, "height": height}
                yield f"{width}-{colours}", self.visitor.page(viewport=view, color_scheme=colours)

    def call(self, method: str, path: str, body: Any = None, if_match: str = "") -> Any:
        """Return what the API answers."""
        answer = self.api.fetch(
            f"{self.visitor.trellis.url}/api/v1/{path}",
            method=method,
            headers={"X-API-Key": self.key} | ({"If-Match": if_match} if if_match else {}),
            data=body,
        )
        assert answer.ok, answer.text()
        return answer.json() if answer.body() else None

    def make(self, graph: GraphBuilder, description: str) -> str:
        """Return the id of a new agent."""
        file = {**graph.file(), "description": description}
        return str(self.call("POST", "graphs/", {"graph": file})["id"])

    def run(self, agent: str, **inputs: Any) -> str:
        """Return the id of a new run."""
        return str(self.call("POST", f"graphs/{agent}/execute/", {"inputs": inputs})["id"])

    def send(self, files: Mapping[str, bytes]) -> None:
        """Send files in."""
        page = self.pages[0][1]
        for name, content in files.items():
            page.goto("/account/files/")
            file = FilePayload(name=name, mimeType="", buffer=content)
            page.locator('input[type="file"]').set_input_files(file)
            page.get_by_role("button", name="Send", exact=True).click()
            page.get_by_role("link", name=name, exact=True).wait_for()

    def wait(self, run: str, true: Callable[[Any], bool]) -> None:
        """Return once the run is as it should be."""
        deadline = time.monotonic() + PATIENCE
        while not true(self.call("GET", f"executions/{run}/")):
            assert time.monotonic() < deadline, f"{run} is not as it should be."
            time.sleep(0.2)

    def take(
        self,
        name: str,
        address: str,
        ready: str = "main h1",
        then: Callable[[Page], None] = lambda page: None,
    ) -> None:
        """Take the page's pictures; it has to show the element that says that it is ready.

        ``then`` is what somebody does on the page before.
        """
        if not name.startswith(self.wanted):
            return
        for kind, page in self.pages:
            page.goto(address)
            page.locator(ready).first.wait_for()
            page.wait_for_load_state("load")
            then(page)
            page.wait_for_timeout(600)  # for what fills in by script
            save(page, TARGET / f"{name}-{kind}.webp")
        print(name, flush=True)


def save(page: Page, file: Path) -> None:
    """Write what the page shows, down to some height."""
    width, height = page.evaluate(
        "[document.documentElement.clientWidth, document.documentElement.scrollHeight]"
    )
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST), "scale": 1}
    session = page.context.new_cdp_session(page)
    picture = session.send(
        "Page.captureScreenshot",
        {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True},
    )
    session.detach()
    file.write_bytes(base64.b64decode(picture["data"]))


def empty(studio: Studio) -> None:
    """Take the pages of somebody who has nothing yet."""
    for graph in studio.call("GET", "graphs/")["results"]:
        studio.call("DELETE", f"graphs/{graph['id']}/")
    studio.take("agents-empty", "/agents/")
    studio.take("runs-empty", "/runs/")
    studio.take("reviews-empty", "/reviews/")
    studio.take("credentials-empty", "/account/credentials/")
    studio.take("files-empty", "/account/files/")
    studio.take("notifications-empty", "/notifications/")
    studio.take("knowledge-empty", "/account/knowledge/")
    starts.nothing(studio)
    studio.take("not-found", "/agents/00000000-0000-4000-8000-000000000000/")
    studio.take("builder-empty", "/agents/new/", ready=".canvas")


def filled(studio: Studio) -> None:
    """Take the pages of somebody who works with it."""
    for sample in sorted(SAMPLES.glob("*.json")):
        studio.call("POST", "graphs/", {"graph": json.loads(sample.read_text())})
    price = studio.make(agents.failing(), "What a cup costs, given how many were poured.")
    watch = studio.make(agents.sleeping(), "Says good night, and good morning when it is time.")
    desk = studio.make(agents.asking(), "Asks somebody before money goes back to a customer.")
    digest = studio.make(agents.digest(), "Sums up a week: a text, a table, a picture, a note.")
    failed, asked = studio.run(price, cups=0), studio.run(desk)
    asleep, done = studio.run(watch), studio.run(digest)
    for run, status in ((done, "COMPLETED"), (failed, "FAILED")):
        studio.wait(run, lambda found, status=status: found["status"] == status)  # type: ignore[misc]
    studio.wait(asleep, lambda found: "sleeps until" in str(found["waiting_for"]))
    studio.wait(asked, lambda found: "approve" in str(found["waiting"]).lower() or found["waiting"])
    [review] = studio.call("GET", "reviews/?status=WAITING")["results"]

    studio.take("agents", "/agents/")
    studio.take("agent", f"/agents/{digest}/")
    studio.take("agent-settings", f"/agents/{digest}/settings/")
    studio.take("runs", "/runs/")
    studio.take("run", f"/runs/{done}/")
    studio.take("run-failed", f"/runs/{failed}/")
    studio.take("run-live", f"/runs/{asleep}/")
    studio.take("run-delete", f"/runs/{failed}/delete/")
    studio.take("reviews", "/reviews/")
    studio.take("review", f"/reviews/{review['id']}/")
    told(studio)
    starts.something(studio)
    studio.take("keys", "/account/keys/")
    studio.take("key-new", "/account/keys/new/")
    studio.take("profile", "/account/profile/")
    studio.send(agents.FILES)
    studio.take("files", "/account/files/")
    studio.take("mails", "/account/mails/")
    studio.take("password", "/account/password/")
    studio.take("usage", "/account/usage/")
    studio.take("activity", "/account/activity/")
    studio.take("data", "/account/data/")
    studio.take("sessions", "/account/sessions/")
    studio.take("two-factor", "/account/two-factor/")
    credentials(studio)
    tools(studio)
    studio.take("builder", f"/agents/{digest}/edit/", ready=".react-flow__node")
    studio.take(
        "builder-run", f"/agents/{digest}/edit/?execution={done}", ready=".react-flow__node"
    )
    failing = f"/agents/{price}/edit/?execution={failed}"
    studio.take("builder-failed", failing, ready=".react-flow__node")
    changed = studio.call("GET", f"graphs/{digest}/draft/")
    changed["graph"]["nodes"][0]["metadata"]["position"]["y"] += 60
    changed["graph"]["nodes"][2]["input_default"]["seconds"] = 3
    changed["graph"]["nodes"].append(agents.added())
    studio.call(
        "PUT", f"graphs/{digest}/draft/", {"graph": changed["graph"]}, f'"{changed["revision"]}"'
    )
    studio.take("builder-compared", f"/agents/{digest}/edit/", ".react-flow__node", compare)


def told(studio: Studio) -> None:
    """Take what people are told of, and webhooks with something in their log."""
    studio.take("notifications", "/notifications/")
    studio.take("webhook-new", "/account/webhooks/new/")
    events = ["execution.completed", "execution.failed"]
    body = {
        "url": "https://example.org/trellis",
        "events": events,
        "name": "The shop's back office",
    }
    made = studio.call("POST", "webhooks/", body)
    studio.call("POST", f"webhooks/{made['id']}/test/")
    studio.take("webhooks", "/account/webhooks/")
    studio.take("webhook", f"/account/webhooks/{made['id']}/")


def credentials(studio: Studio) -> None:
    """Take the pages of credentials, and where the builder asks for one."""
    for provider, given in agents.CREDENTIALS.items():
        studio.call("POST", f"integrations/{provider}/credentials/", given)
    studio.take("credentials", "/account/credentials/")
    studio.take("blocks", "/blocks/?category=TEXT")
    studio.take("block", "/blocks/b1ab9b19-67a6-406d-abf5-2dba76d00c79/")
    studio.take("credential-choose", "/account/credentials/new/")
    studio.take("credential-new", "/account/credentials/new/searxng/user_password/")
    [kept] = studio.call("GET", "integrations/smtp/credentials/")["results"]
    studio.take("credential", f"/account/credentials/{kept['id']}/")
    studio.take("credential-delete", f"/account/credentials/{kept['id']}/delete/")
    search = studio.make(agents.searching(), "Looks a tea up on the web.")
    studio.take("agent-credentials", f"/agents/{search}/")
    studio.take("builder-key", f"/agents/{search}/edit/", ".react-flow__node", add_key)


def tools(studio: Studio) -> None:
    """Take the pages of APIs, and where a tool of an MCP server is chosen."""
    studio.take("apis-empty", "/account/apis/")
    made = studio.call("POST", "apis/", {"document": json.dumps(pets("Pet shop"))})
    studio.take("apis", "/account/apis/")
    studio.take("api", f"/account/apis/{made['id']}/")
    studio.take("credential-connect", "/account/credentials/connect/mcp/")
    caller = studio.make(agents.calling(), "Asks a server of tools.")
    studio.take("builder-tool", f"/agents/{caller}/edit/", ".react-flow__node", choose_tool)


def choose_tool(page: Page) -> None:
    """Ask the server of the node for its tools, where there is room to edit."""
    if is_narrow(page):
        return
    page.locator(".react-flow__node").filter(has_text="MCP Tool").locator("header").click()
    page.get_by_role("button", name="Choose another…").click()
    page.get_by_role("dialog").get_by_text("Return the text.").wait_for()


def add_key(page: Page) -> None:
    """Choose the node that searches and ask for a new key, where there is room to edit."""
    if is_narrow(page):
        return
    page.locator(".react-flow__node").filter(has_text="Search The Web").locator("header").click()
    page.get_by_role("button", name="Add a key…").click()
    page.get_by_label("API key required").wait_for()


def compare(page: Page) -> None:
    """Show what publishing would change."""
    if is_narrow(page):
        return
    page.get_by_role("button", name="Versions").click()
    page.get_by_role("button", name="What publishing changes").click()
    page.get_by_label("Comparison").wait_for()


def is_narrow(page: Page) -> bool:
    size = page.viewport_size
    return size is not None and size["width"] < 1000


def market(studio: Studio) -> None:
    """Take the pages that strangers see: empty, then filled by the demo."""
    for _, page in studio.pages:
        page.context.clear_cookies()
    studio.take("market-empty", "/market/")
    done = studio.visitor.trellis.command("demo", "--among-people")
    assert done.returncode == 0, done.stderr
    studio.take("market-front", "/market/")
    studio.take("market-search", "/market/search/?q=list")
    studio.take("market-typo", "/market/search/?q=agneda")
    studio.take("market-category", "/market/search/?category=education&sort=rating")
    studio.take("market-agent", "/market/agents/tealab/weekly-sales-report/")
    studio.take("market-creators", "/market/creators/")
    studio.take("market-creator", "/market/creators/okoro/")
    studio.take("market-top", "/market/top/")


def main() -> int:
    path = chromium()
    if path is None:
        print("There is no Chromium here. Install it, or name it in CHROMIUM.", file=sys.stderr)
        return 1
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browser(path) as running:
        trellis = Trellis(Path(folder) / "data")
        try:
            trellis.start()
            studio = Studio(running, trellis, tuple(sys.argv[1:]) or ("",))
            if studio.wanted != ("market",):
                empty(studio)
                filled(studio)
            market(studio)
            studio.take("sign-in", "/sign-in/")
            studio.take("sign-up", "/sign-up/")
        finally:
            trellis.kill_everything()
    size = sum(file.stat().st_size for file in TARGET.iterdir())
    print(f"{size / 1e6:.1f} MB in {TARGET}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
