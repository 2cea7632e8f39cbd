"""Limits that hold in one test, in a Redis that is empty."""

from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from pytest_django import Settings

from quotas import own
from quotas.policy import Kind, parse_rates
from quotas.windows import windows_at
from tests.support.probes import registered

Limit = Callable[..., None]


@pytest.fixture(autouse=True)
def probes() -> Iterator[None]:
    """The blocks of ``tests.support.probes`` exist."""
    with registered():
        yield


@pytest.fixture
def limit(settings: Settings, servers: None) -> Iterator[Limit]:
    """``limit(reads="2/minute per user")``: these rates hold, and nothing has been counted."""
    with patch("quotas.windows.PATIENCE", 60.0):  # however busy the machine is
        windows_at.cache_clear()
        windows = windows_at(settings.REDIS_URL)

    def set_rates(**texts: str) -> None:
        settings.RATES = {Kind(kind): parse_rates(text) for kind, text in texts.items()}

    windows.reset()
    own.known.forget()
    with patch.object(own, "AGE", 0.0):
        yield set_rates
    own.known.forget()
    windows.reset()
    windows_at.cache_clear()
