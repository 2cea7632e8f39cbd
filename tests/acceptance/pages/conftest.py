"""A whole instance, and somebody who has signed in, for the tests of all pages."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.acceptance.browser import Visitor, browser, chromium
from tests.acceptance.instances import Trellis


@pytest.fixture(scope="package")
def running() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("There is no Chromium here. Install it, or name it in CHROMIUM.")
    with browser(path) as started:
        yield started


@pytest.fixture(scope="package")
def trellis(running: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trellis]:
    instance = Trellis(tmp_path_factory.mktemp("pages") / "data")
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
    """Somebody who is signed in, and whose browser must have nothing to complain about."""
    visitor = Visitor(running, trellis, session=session)
    yield visitor
    visitor.leave()
    assert visitor.complaints == []
