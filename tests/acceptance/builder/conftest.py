"""One instance for all tests of the builder, and somebody who is signed in to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, APIResponse, Browser, Page, expect

from tests.acceptance.browser import Visitor, browser, chromium
from tests.acceptance.instances import Trellis
from tests.support.graphs import GraphBuilder

DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="package")
def running() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("There is no Chromium here. Install it, or name it in CHROMIUM.")
    with browser(path) as started:
        yield started


@pytest.fixture(scope="package")
def trellis(running: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trellis]:
    instance = Trellis(tmp_path_factory.mktemp("builder") / "data")
    try:
        instance.start()
        yield instance
        instance.end()
    finally:
        instance.kill_everything()


@pytest.fixture(scope="package")
def session(running: Browser, trellis: Trellis) -> Any:
    visitor = Visitor(running, trellis)
    visitor.sign_in()
    visitor.leave()
    return visitor.session


@pytest.fixture
def visitor(running: Browser, trellis: Trellis, session: Any) -> Iterator[Visitor]:
    """Somebody who is signed in. What the browser complains about is in ``complaints``."""
    visitor = Visitor(running, trellis, session=session)
    yield visitor
    visitor.leave()


@dataclass(frozen=True)
class Api:
    """The REST API, as the visitor's own program would use it."""

    request: APIRequestContext

    def get(self, path: str) -> Any:
        return self._answer(self.request.get(f"/api/v1/{path}"))

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self._answer(self.request.post(f"/api/v1/{path}", data=body, headers=headers))

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self._answer(self.request.put(f"/api/v1/{path}", data=body, headers=headers))

    def make(self, graph: GraphBuilder) -> Any:
        """Make an agent, and return its draft's graph."""
        made = self.post("graphs/", {"graph": graph.file()})
        return self.draft(made["id"])["graph"]

    def draft(self, agent: str) -> Any:
        return self.get(f"graphs/{agent}/draft/")

    def save_draft(self, graph: Any) -> None:
        """Save the agent's draft as somebody else would."""
        revision = self.draft(graph["id"])["revision"]
        path = f"graphs/{graph['id']}/draft/"
        self.put(path, {"graph": graph}, **{"If-Match": f'"{revision}"'})

    @staticmethod
    def _answer(response: APIResponse) -> Any:
        assert response.ok, response.text()
        return response.json() if response.body() else None


@pytest.fixture(scope="package")
def api(running: Browser, trellis: Trellis) -> Iterator[Api]:
    key = trellis.command("token").stdout.strip()
    context = running.new_context(base_url=trellis.url, extra_http_headers={"X-API-Key": key})
    yield Api(context.request)
    context.close()


def open_builder(visitor: Visitor, agent: str, **options: Any) -> Page:
    """Return a page that shows the agent's draft in the builder."""
    page = visitor.page(**{"viewport": DESK, **options})
    page.goto(f"/agents/{agent}/edit/")
    expect(page.locator(".react-flow__viewport")).to_be_visible()
    return page
