"""Moderators, and what would be sent to workers."""

from collections.abc import Iterator
from unittest.mock import patch
from uuid import UUID

import pytest

from accounts.models import User
from tests.support.store import moderator


@pytest.fixture
def mona(db: None) -> User:
    """Return a moderator."""
    return moderator("mona")


@pytest.fixture
def sent() -> Iterator[list[UUID]]:
    """Return the versions that workers were asked to screen, once that is committed."""
    asked: list[UUID] = []
    with patch("store.screening.send", asked.append):
        yield asked
