"""Class 21: methods that nobody knows, and headers and fields that claim another one.

Odd spellings of addresses and headers that name a user are in test_class_21_default_deny.py, forged
addresses in test_class_21_forged_addresses.py.
"""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from agents.graphs.models import Agent
from tests.support.graphs import calculator
from tests.support.runs import version_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "GET /"])
def test_an_unknown_method_does_nothing(alice: User, method: str) -> None:
    client = Client()
    client.force_login(alice)

    for path in ("/api/v1/graphs/", "/agents/"):
        assert client.generic(method, path).status_code in {400, 403, 405}


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-Method-Override"])
def test_no_header_and_no_field_changes_the_method(
    alice: User, api: Callable[..., APIClient], header: str
) -> None:
    agent = version_of(alice, calculator()).agent_id
    client, headers = api(alice), {header: "DELETE"}

    client.get(f"/api/v1/graphs/{agent}/?_method=DELETE", headers=headers)
    client.post(f"/api/v1/graphs/{agent}/", {"_method": "DELETE"}, headers=headers)

    assert Agent.objects.filter(pk=agent, deleted_at=None).exists()
