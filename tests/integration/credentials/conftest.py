"""A provider of OAuth, and an instance that is registered there."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import oauth2


@pytest.fixture
def provider(settings: Any, servers: None) -> Iterator[oauth2.Server]:
    with oauth2.registered(settings) as running:
        yield running
