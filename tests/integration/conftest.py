"""Real PostgreSQL and Redis; what workers would do in the background, tests do by hand."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings


@pytest.fixture(autouse=True, scope="session")
def no_pulse() -> Iterator[None]:
    """Leases are not renewed from a thread, which could not see what a test has not committed."""
    with patch("agents.executions.leases.PULSE", 3600):
        yield


@pytest.fixture(autouse=True)
def no_lane() -> Iterator[None]:
    """Node executions run one at a time, when a test runs them; no block is known to be quick."""
    with (
        patch.dict(settings.EXECUTIONS, {"local_lane": False}),
        patch.dict("agents.executions.costs._means", clear=True),
    ):
        yield


@pytest.fixture
def lane(no_lane: None) -> Iterator[None]:
    """Light successors run in place, and every block that could be light is.

    However busy the machine is: no time runs out.
    """
    with (
        patch.dict(settings.EXECUTIONS, {"local_lane": True}),
        patch("agents.executions.costs.UNKNOWN", 0.0),
        patch("agents.executions.costs.LIGHT", 3600.0),
        patch("agents.executions.claims.STRETCH", 3600.0),
        patch("agents.executions.lane.LANE", 3600.0),
    ):
        yield


@pytest.fixture
def quotas(settings: Any) -> Callable[..., None]:
    """``quotas(runs_per_day=3)``: what everybody may use, for the length of the test."""

    def change(**values: int) -> None:
        settings.QUOTAS = {**settings.QUOTAS, **values}

    return change
