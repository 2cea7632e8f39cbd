"""Doors whose limits begin anew for each test."""

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User

PASSWORD = "engine-of-1843"


@pytest.fixture(autouse=True)
def fresh_limits(servers: None) -> None:
    cache.clear()


@pytest.fixture
def ada(db: None) -> User:
    """Somebody whom an administrator made."""
    return User.objects.create_user("ada", "ada@example.org", PASSWORD)


@pytest.fixture
def signed_in(ada: User) -> Client:
    """Ada's browser, signed in a moment ago, and asked once more who it is."""
    client = Client()
    answer = client.post("/sign-in/", {"login": "ada", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.post("/account/confirm/", {"password": PASSWORD}).status_code == 302
    return client
