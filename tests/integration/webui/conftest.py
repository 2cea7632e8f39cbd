"""Browsers without JavaScript: Django's client, signed in."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User

Browse = Callable[[User], Client]


@pytest.fixture
def browse(db: None) -> Browse:
    """``browse(alice)``: a client that is signed in as Alice."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture(autouse=True)
def fresh_limits(servers: None) -> None:
    """How often one may sign in is counted anew for each test."""
    cache.clear()
