"""A whole instance and somebody at a browser in front of it: what a package of such tests shares.

A package that wants them imports them into its conftest, and so gets an instance and a browser of
its own, which end with it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.acceptance.api import Api
from tests.acceptance.browser import Visitor, browser, chromium
from tests.acceptance.instances import Trellis

__all__ = ["api", "running", "session", "trellis", "visitor"]


@pytest.fixture(scope="package")
def running() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("There is no Chromium here. Install it, or name it in CHROMIUM.")
    with browser(path) as started:
        yield started


@pytest.fixture(scope="package")
def trellis(running: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trellis]:
    instance = Trellis(tmp_path_factory.mktemp("instance") / "data")
    try:
        instance.start()
        yield instance
        instance.end()
    finally:
        instance.kill_everything()


@pytest.fixture(scope="package")
def session(running: Browser, trellis: Trellis) -> Any:
    """What the browser keeps of somebody who has signed in."""
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


@pytest.fixture(scope="package")
def api(running: Browser, trellis: Trellis) -> Iterator[Api]:
    """The REST API, with a key of the same user."""
    key = trellis.command("token").stdout.strip()
    context = running.new_context(base_url=trellis.url, extra_http_headers={"X-API-Key": key})
    yield Api(context.request)
    context.close()
