"""What the log tells of accounts."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts import services
from accounts.models import User
from audit.models import Entry

pytestmark = pytest.mark.django_db
PASSWORD = "engine-of-1843"
TOKEN = "/api/v1/auth/token/"


@pytest.fixture(autouse=True)
def fresh_limits(servers: None) -> None:
    cache.clear()


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.org", PASSWORD)


def told(*names: str) -> list[tuple[Any, ...]]:
    """Return these fields of all lines, oldest first."""
    return list(Entry.objects.order_by("pk").values_list(*names))


def sign_in(client: Client, login: str = "ada", password: str = PASSWORD) -> None:
    headers = {"X-Request-ID": "request-7"}
    client.post("/sign-in/", {"login": login, "password": password}, headers=headers)


def test_signing_in_and_out_says_who_from_where_and_by_which_request(ada: User) -> None:
    client = Client(REMOTE_ADDR="203.0.113.7")
    sign_in(client)
    client.post("/sign-out/")

    names = ("action", "outcome", "actor_id", "owner_id", "via", "address")
    assert told(*names) == [
        ("account.signed_in", "done", ada.pk, ada.pk, "session", "203.0.113.7"),
        ("account.signed_out", "done", ada.pk, ada.pk, "session", "203.0.113.7"),
    ]
    assert Entry.objects.earliest("pk").request_id == "request-7"


def test_a_failed_attempt_is_told_to_whose_account_it_is(ada: User) -> None:
    sign_in(Client(REMOTE_ADDR="203.0.113.7"), "ADA", "wrong")

    names = ("action", "outcome", "actor_id", "owner_id", "via", "address", "details")
    assert told(*names) == [
        (
            *("account.sign_in_failed", "refused", None, ada.pk, "nobody", "203.0.113.7"),
            {"why": "password", "account_exists": True},
        )
    ]


def test_of_an_attempt_at_no_account_what_was_typed_is_not_kept(db: None) -> None:
    sign_in(Client(), "my-real-password", "wrong")

    [line] = Entry.objects.values()
    assert line["details"] == {"why": "password", "account_exists": False}
    assert line["owner_id"] is None
    assert "my-real-password" not in str(line)


def test_tokens_are_a_way_to_sign_in(ada: User, client: Client) -> None:
    body = {"username": "ada", "password": PASSWORD}
    good = client.post(TOKEN, body, content_type="application/json")
    bad = client.post(TOKEN, {**body, "password": "wrong"}, content_type="application/json")

    assert (good.status_code, bad.status_code) == (200, 401)
    assert told("action", "via", "actor_id", "owner_id") == [
        ("account.signed_in", "token", ada.pk, ada.pk),
        ("account.sign_in_failed", "nobody", None, ada.pk),
    ]


def test_a_new_password_is_told_without_it(ada: User) -> None:
    client = Client()
    sign_in(client)
    client.post("/account/confirm/", {"password": PASSWORD})
    new = {"oldpassword": PASSWORD, "password1": "loom-of-1804", "password2": "loom-of-1804"}

    assert client.post("/account/password/", new).status_code == 302

    ada.refresh_from_db()
    assert ada.check_password("loom-of-1804")
    assert ("account.password_changed", ada.pk) in told("action", "owner_id")
    assert "loom" not in str(list(Entry.objects.values()))


def test_signing_out_everywhere_is_one_line(ada: User) -> None:
    services.sign_out_everywhere(ada)

    assert told("action", "via", "owner_id") == [
        ("account.signed_out_everywhere", "system", ada.pk)
    ]
