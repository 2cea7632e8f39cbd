"""Class 23: what a page of another site can do with somebody's browser.

Origins of WebSockets are in test_class_22_websockets.py; real browsers in tests/acceptance/identity.
"""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from agents.graphs.models import Agent
from tests.support.graphs import calculator
from tests.support.runs import version_of

pytestmark = pytest.mark.django_db(transaction=True)
FOREIGN = "https://evil.example"


def test_a_session_changes_nothing_without_a_token_of_the_page(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    agent = version_of(alice, calculator()).agent_id

    of_api = client.delete(f"/api/v1/graphs/{agent}/")
    of_page = client.post(f"/agents/{agent}/delete/")

    assert (of_api.status_code, of_page.status_code) == (403, 403)
    assert Agent.objects.filter(pk=agent, deleted_at=None).exists()


def test_other_sites_are_not_invited(alice: User, api: Callable[..., APIClient]) -> None:
    for path in ("/api/v1/graphs/", "/api/v1/auth/token/", "/agents/", "/api/schema/"):
        for method in ("get", "options"):
            answer = getattr(api(alice), method)(path, HTTP_ORIGIN=FOREIGN)
            told = {name.lower() for name in answer.headers}
            assert not {name for name in told if name.startswith("access-control-")}


def test_cookies_are_for_this_site_and_not_for_scripts(alice: User) -> None:
    alice.set_password("a-long-word-7741")
    alice.save()
    client = Client()
    sign_in = client.get("/sign-in/").wsgi_request.path

    client.post(sign_in, {"login": "alice", "password": "a-long-word-7741"})

    session = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert client.cookies[settings.CSRF_COOKIE_NAME]["samesite"] == "Lax"


@pytest.mark.parametrize(
    "path", ["/sign-in/", "/api/v1/graphs/", "/nowhere/", "/static/webui/main.js"]
)
def test_every_answer_has_the_headers_that_protect(path: str) -> None:
    answer = Client().get(path)
    b"".join(answer)
    answer.close()

    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    if not path.startswith("/static/"):
        assert headers["X-Frame-Options"] == "DENY"
        assert "unsafe" not in headers["Content-Security-Policy"]
