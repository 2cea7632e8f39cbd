"""Clients that speak to the API in the test's own process."""

from rest_framework.test import APIClient

from accounts.models import User
from apikeys.services import DEFAULT, issue


def api(user: User | None = None) -> APIClient:
    """Return a client that is signed in as the user by force, or not at all."""
    client = APIClient()
    if user is not None:
        client.force_authenticate(user)
    return client


def keyed(user: User, *, name: str = DEFAULT) -> APIClient:
    """Return a client that sends a real API key of the user, a new one of that name."""
    client = APIClient()
    client.credentials(HTTP_X_API_KEY=issue(user, name=name))
    return client
