"""What the tests of security share."""

import io
import logging
from collections.abc import Iterator

import pytest

from kernel import standing
from telemetry.logs import formatter
from tests.integration.conftest import lane, no_lane, no_pulse
from tests.support.probes import registered

__all__ = ["lane", "no_lane", "no_pulse"]


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the next look."""
    monkeypatch.setattr(standing, "EVERY", 0.05)


@pytest.fixture
def probes(servers: None) -> Iterator[None]:
    """The blocks of tests are there, such as one that crashes."""
    with registered():
        yield


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What our processes would write into their logs."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter("json"))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
