"""What the tests of security share."""

import pytest

from kernel import standing


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the next look."""
    monkeypatch.setattr(standing, "EVERY", 0.05)
