"""Signing in for the API: a password for tokens."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts.models import User

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/token/"
REFRESH = "/api/v1/auth/token/refresh/"
PASSWORD = "correct horse battery"


@pytest.fixture
def alice(alice: User) -> User:
    alice.set_password(PASSWORD)
    alice.save()
    return alice


def post(client: Client, url: str, body: Any) -> tuple[int, dict[str, Any]]:
    response = client.post(url, body, content_type="application/json")
    return response.status_code, json.loads(response.content)


@pytest.mark.parametrize("url", [URL, URL.rstrip("/")])
def test_a_password_buys_two_tokens(client: Client, alice: User, url: str) -> None:
    status, tokens = post(client, url, {"username": "alice", "password": PASSWORD})

    assert (status, sorted(tokens)) == (200, ["access", "refresh"])
    assert AccessToken(tokens["access"])["user_id"] == str(alice.pk)


def test_a_refresh_token_buys_a_new_access_token(client: Client, alice: User) -> None:
    refresh = str(RefreshToken.for_user(alice))

    status, tokens = post(client, REFRESH, {"refresh": refresh})

    assert (status, list(tokens)) == (200, ["access"])


@pytest.mark.parametrize(
    "body", [{"username": "alice", "password": "wrong"}, {"username": "x", "password": PASSWORD}]
)
def test_a_wrong_name_and_a_wrong_password_look_alike(
    client: Client, alice: User, body: dict[str, str]
) -> None:
    response = client.post(URL, body, content_type="application/json")

    assert (response.status_code, response.json()["code"]) == (401, "no_active_account")
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_an_inactive_user_gets_no_token_and_no_new_one(client: Client, alice: User) -> None:
    refresh = str(RefreshToken.for_user(alice))
    User.objects.update(is_active=False)

    status, problem = post(client, URL, {"username": "alice", "password": PASSWORD})
    assert (status, problem["code"]) == (401, "no_active_account")
    status, problem = post(client, REFRESH, {"refresh": refresh})
    assert (status, problem["code"]) == (401, "no_active_account")


def test_the_token_of_a_deleted_user_is_as_good_as_none(client: Client, alice: User) -> None:
    refresh = str(RefreshToken.for_user(alice))
    alice.delete()

    status, problem = post(client, REFRESH, {"refresh": refresh})

    assert (status, problem["code"]) == (401, "token_not_valid")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid"),
        ([], 400, "invalid"),
        ("text", 400, "invalid"),
        (None, 400, "invalid"),
        ({"username": ["a"], "password": {}}, 400, "invalid"),
        ({"username": "a\0", "password": "b"}, 400, "invalid"),
        ({"username": "\ud800", "password": "b"}, 400, "invalid"),
        ({"username": "alice", "password": "\ud800"}, 400, "invalid"),
        ({"username": "a" * 100_000, "password": "b"}, 401, "no_active_account"),
    ],
)
def test_odd_bodies_are_refused(
    client: Client, alice: User, body: Any, status: int, code: str
) -> None:
    answer = client.post(URL, json.dumps(body), content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def bearer(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {AccessToken.for_user(user)}"}


@pytest.mark.urls("tests.support.probe")
class TestBearer:
    def test_a_token_signs_its_user_in(self, client: Client, alice: User) -> None:
        assert client.get("/api/whoami/", headers=bearer(alice)).json() == "alice"

    def test_a_new_password_ends_the_tokens_of_the_old_one(
        self, client: Client, alice: User
    ) -> None:
        headers = bearer(alice)
        alice.set_password("another good one")
        alice.save()

        response = client.get("/api/whoami/", headers=headers)

        assert (response.status_code, response.json()["code"]) == (401, "password_changed")

    def test_an_expired_token_is_refused(self, client: Client, alice: User) -> None:
        token = AccessToken.for_user(alice)
        token.set_exp(lifetime=-timedelta(seconds=1))

        response = client.get("/api/whoami/", headers={"Authorization": f"Bearer {token}"})

        assert (response.status_code, response.json()["code"]) == (401, "token_not_valid")

    @pytest.mark.parametrize("value", ["Bearer", "Bearer x", "Bearer a b", "Bearer \xff"])
    def test_nonsense_is_refused(self, client: Client, value: str) -> None:
        response = client.get("/api/whoami/", headers={"Authorization": value})

        assert response.status_code == 401
        assert response["Content-Type"] == "application/problem+json"
