from collections.abc import Iterator

import pytest

from tests.support.probes import registered


@pytest.fixture(autouse=True)
def probes() -> Iterator[None]:
    """The blocks of ``tests.support.probes`` exist."""
    with registered():
        yield
