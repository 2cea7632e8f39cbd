"""A whole instance, and somebody who has signed in, for the tests of all pages."""

from collections.abc import Iterator

import pytest

from tests.acceptance.browser import Visitor
from tests.acceptance.fixtures import api, running, session, trellis, visitor

__all__ = ["api", "running", "session", "trellis", "visitor"]


@pytest.fixture(autouse=True)
def content(visitor: Visitor) -> Iterator[None]:
    """The browser has nothing to complain about on any page."""
    yield
    assert visitor.complaints == []
