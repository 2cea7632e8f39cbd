"""The cast: Alice owns, Bob is a colleague of hers, Charlie is a stranger."""

from collections.abc import AsyncIterator, Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories.accounts import UserFactory
from tests.support import clients
from tests.support.sockets import Sockets


@pytest.fixture
def alice(db: None) -> User:
    return UserFactory.create(username="alice")


@pytest.fixture
def bob(db: None) -> User:
    return UserFactory.create(username="bob")


@pytest.fixture
def charlie(db: None) -> User:
    return UserFactory.create(username="charlie")


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """``api(alice)``: a client signed in by force; ``api()``: nobody's."""
    return clients.api


@pytest.fixture
def keyed() -> Callable[[User], APIClient]:
    """``keyed(alice)``: a client that sends a real API key."""
    return clients.keyed


@pytest.fixture
async def socket(servers: None) -> AsyncIterator[Sockets]:
    """``await socket("/ws/v1/", user=alice)``: a connection, closed after the test."""
    from config.asgi import application

    sockets = Sockets(application)
    yield sockets
    await sockets.close()
