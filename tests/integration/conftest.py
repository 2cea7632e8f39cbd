"""Real PostgreSQL and Redis; what workers would do in the background, tests do by hand."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest


@pytest.fixture(autouse=True, scope="session")
def no_pulse() -> Iterator[None]:
    """Leases are not renewed from a thread, which could not see what a test has not committed."""
    with patch("agents.executions.leases.PULSE", 3600):
        yield
