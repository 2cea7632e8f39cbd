"""Authenticator apps and recovery codes."""

import time
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.webauthn.internal.flows import auth as webauthn_auth
from django.test import Client

from accounts.models import User
from tests.integration.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def code(secret: str, step: int = 0) -> str:
    """Return what an app shows, so many steps from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step)))


def set_up(client: Client) -> str:
    """Set up an app and return its secret."""
    secret: str = client.get("/account/two-factor/app/").context["form"].secret
    answer = client.post("/account/two-factor/app/", {"code": code(secret)})
    assert answer.status_code == 302, answer.content
    return secret


def enter(client: Client) -> str:
    answer = client.post("/sign-in/", {"login": "ada", "password": PASSWORD})
    return str(answer["Location"])


def test_the_password_alone_no_longer_lets_in(ada: User, signed_in: Client) -> None:
    secret = set_up(signed_in)
    client = Client()

    assert enter(client) == "/sign-in/code/"
    assert client.get("/agents/").status_code == 302
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 200
    assert client.get("/agents/").status_code == 302
    assert client.post("/sign-in/code/", {"code": code(secret, 1)})["Location"] == "/agents/"
    assert client.get("/agents/").status_code == 200


def test_a_code_lets_in_once(ada: User, signed_in: Client) -> None:
    secret = set_up(signed_in)
    first, second = Client(), Client()
    now = code(secret, 1)
    enter(first)
    enter(second)

    assert first.post("/sign-in/code/", {"code": now}).status_code == 302
    assert second.post("/sign-in/code/", {"code": now}).status_code == 200
    assert second.get("/agents/").status_code == 302


def test_a_recovery_code_lets_in_once(ada: User, signed_in: Client) -> None:
    set_up(signed_in)
    page = signed_in.get("/account/two-factor/codes/")
    recovery = page.context["unused_codes"][0]
    for expected in (302, 200):
        client = Client()
        enter(client)
        assert client.post("/sign-in/code/", {"code": recovery}).status_code == expected


def test_where_the_code_is_asked_for_recovery_codes_and_own_keys_are_offered(
    ada: User, signed_in: Client
) -> None:
    set_up(signed_in)
    client = Client()
    enter(client)
    page = client.get("/sign-in/code/").content.decode()
    assert "one of your recovery codes" in page
    assert "Use a passkey or security key" not in page

    credential = {"type": "public-key", "id": "YQ"}
    with patch.object(webauthn_auth, "begin_authentication") as begun:
        begun.return_value = {"publicKey": {"challenge": "YQ", "allowCredentials": [credential]}}
        page = client.get("/sign-in/code/").content.decode()
    assert "Use a passkey or security key" in page
    assert 'data-allauth-onload="allauth.webauthn.forms.authenticateForm"' in page


def test_an_app_that_is_switched_off_takes_its_recovery_codes_along(
    ada: User, signed_in: Client
) -> None:
    set_up(signed_in)
    assert signed_in.post("/account/two-factor/app/remove/").status_code == 302

    assert not Authenticator.objects.filter(user=ada).exists()
    assert enter(Client()) == "/agents/"


def test_secrets_cannot_be_read_in_the_database(ada: User, signed_in: Client) -> None:
    secret = set_up(signed_in)
    kept = {one.type: str(one.data) for one in Authenticator.objects.filter(user=ada)}

    assert sorted(kept) == ["recovery_codes", "totp"]
    assert secret not in "".join(kept.values())
    assert all("gAAAA" in data for data in kept.values())


def test_codes_cannot_be_guessed_for_long(ada: User, signed_in: Client) -> None:
    set_up(signed_in)
    client = Client()
    enter(client)
    for _ in range(5):
        client.post("/sign-in/code/", {"code": "000000"})
    page = client.post("/sign-in/code/", {"code": "000001"}).content.decode()

    assert "Too many failed login attempts" in page


def test_an_old_session_asks_who_it_is_before_a_factor_changes(ada: User) -> None:
    client = Client()
    client.force_login(ada)  # a session that no password began a moment ago

    for url in ("/account/two-factor/app/", "/account/passkeys/add/"):
        assert client.get(url)["Location"].startswith("/account/confirm/"), url


def test_passkeys_can_be_asked_for_by_a_stranger(client: Client) -> None:
    answer = client.get("/sign-in/passkey/", headers={"Accept": "application/json"})

    options = answer.json()["request_options"]["publicKey"]
    assert options["rpId"] == "testserver"
    assert len(options["challenge"]) >= 32
