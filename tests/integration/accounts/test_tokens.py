"""Signing in for the API: a password for tokens."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.db import connection
from django.test import Client
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import User
from accounts.tokens import AccessToken, RefreshToken

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/token/"
REFRESH = "/api/v1/auth/token/refresh/"
GRAPHS = "/api/v1/graphs/"
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


def test_a_refresh_token_buys_two_new_tokens_once(client: Client, alice: User) -> None:
    old = str(RefreshToken.for_user(alice))

    status, tokens = post(client, REFRESH, {"refresh": old})
    assert (status, sorted(tokens)) == (200, ["access", "refresh"])
    assert (
        client.get(GRAPHS, headers={"Authorization": f"Bearer {tokens['access']}"}).status_code
        == 200
    )
    status, problem = post(client, REFRESH, {"refresh": old})
    assert (status, problem["code"]) == (401, "token_not_valid")
    assert post(client, REFRESH, {"refresh": tokens["refresh"]})[0] == 200


def test_a_token_that_was_made_before_this_release_still_buys_new_ones(
    client: Client, alice: User
) -> None:
    from rest_framework_simplejwt.tokens import RefreshToken as Plain

    assert post(client, REFRESH, {"refresh": str(Plain.for_user(alice))})[0] == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_with_the_same_token_one_is_too_late(alice: User) -> None:
    old = str(RefreshToken.for_user(alice))

    def refresh(_: int) -> int:
        try:
            return post(Client(), REFRESH, {"refresh": old})[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(refresh, range(4))) == [200, 401, 401, 401]


def test_the_database_cannot_give_a_refresh_token_away(alice: User) -> None:
    token = RefreshToken.for_user(alice)
    [row] = OutstandingToken.objects.all()

    assert (row.jti, row.user, row.token) == (token["jti"], alice, "")


def test_a_revoked_token_buys_nothing(client: Client, alice: User) -> None:
    old = {"refresh": str(RefreshToken.for_user(alice))}

    assert post(client, f"{URL}revoke/", old)[0] == 200
    assert post(client, REFRESH, old)[0] == 401
    assert post(client, f"{URL}revoke/", old)[0] == 401


@pytest.mark.parametrize("change", ["password", "everywhere"])
def test_a_refresh_token_ends_with_the_password_and_with_signing_out(
    client: Client, alice: User, change: str
) -> None:
    old = RefreshToken.for_user(alice)
    if change == "password":
        alice.set_password("another good one")
        alice.save()
    else:
        headers = {"Authorization": f"Bearer {old.access_token}"}
        answer = client.post("/api/v1/auth/sign-out-everywhere/", headers=headers)
        assert answer.status_code == 204
        assert client.get(GRAPHS, headers=headers).json()["code"] == "signed_out"

    status, problem = post(client, REFRESH, {"refresh": str(old)})
    code = {"password": "password_changed", "everywhere": "signed_out"}[change]
    assert (status, problem["code"]) == (401, code)
    alice.refresh_from_db()
    assert post(client, REFRESH, {"refresh": str(RefreshToken.for_user(alice))})[0] == 200


class TestSecondFactor:
    """The way by tokens is as strict as the page."""

    @pytest.fixture
    def secret(self, alice: User) -> str:
        secret = str(generate_totp_secret())
        TOTP.activate(alice, secret)
        return secret

    def sign_in(self, client: Client, **more: str) -> tuple[int, str]:
        body = {"username": "alice", "password": PASSWORD, **more}
        status, answer = post(client, URL, body)
        return status, str(answer.get("code", ""))

    def test_the_password_alone_buys_nothing(self, client: Client, secret: str) -> None:
        assert self.sign_in(client) == (401, "second_factor_required")
        assert self.sign_in(client, code="000000") == (401, "second_factor_wrong")

    def test_a_stranger_does_not_learn_that_there_is_one(self, client: Client, secret: str) -> None:
        assert self.sign_in(client, password="guess") == (401, "no_active_account")

    def test_the_code_of_the_app_buys_tokens_once(self, client: Client, secret: str) -> None:
        shown = format_hotp_value(hotp_value(secret, int(time.time()) // 30))

        assert self.sign_in(client, code=shown) == (200, "")
        assert self.sign_in(client, code=shown) == (401, "second_factor_wrong")

    def test_codes_cannot_be_guessed_for_long(self, client: Client, secret: str) -> None:
        for _ in range(5):
            assert self.sign_in(client, code="000000") == (401, "second_factor_wrong")

        assert self.sign_in(client, code="000000") == (429, "too_many_attempts")


def test_passwords_cannot_be_guessed_for_long(client: Client, alice: User) -> None:
    guess = {"username": "alice", "password": "guess"}
    for _ in range(5):
        assert post(client, URL, guess)[0] == 401

    status, problem = post(client, URL, {"username": "alice", "password": PASSWORD})
    assert (status, problem["code"]) == (429, "too_many_attempts")


def test_who_signed_up_gets_tokens_once_the_address_is_verified(
    client: Client, alice: User
) -> None:
    User.objects.update(signed_up=True)
    address = EmailAddress.objects.create(user=alice, email="a@example.org", primary=True)
    asked = {"username": "alice", "password": PASSWORD}

    status, problem = post(client, URL, asked)
    assert (status, problem["code"]) == (401, "address_not_verified")
    address.verified = True
    address.save()
    assert post(client, URL, asked)[0] == 200


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
