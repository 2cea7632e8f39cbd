from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.probes import registered

Limits = Callable[..., None]


@pytest.fixture(autouse=True)
def probes() -> Iterator[None]:
    """The blocks of ``tests.support.probes`` exist."""
    with registered():
        yield


@pytest.fixture
def limits(settings: Any) -> Limits:
    """``limits(max_depth=3)``: set these of ``settings.EXECUTIONS``, for the length of the test."""

    def change(**values: Any) -> None:
        settings.EXECUTIONS = {**settings.EXECUTIONS, **values}

    return change
