"""What the tests of security share."""

import pytest

from kernel import standing
from tests.integration.conftest import lane, no_lane, no_pulse

__all__ = ["lane", "no_lane", "no_pulse"]


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the next look."""
    monkeypatch.setattr(standing, "EVERY", 0.05)
