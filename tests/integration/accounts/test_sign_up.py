"""Somebody makes an account: by a form, and a link in a mail."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.factories.accounts import UserFactory
from tests.support.mail import link_in

pytestmark = pytest.mark.django_db
FORM = {"email": "eve@example.org", "username": "eve", "password1": "tea-at-six-o-clock"}


@pytest.fixture(autouse=True)
def is_open(settings: Any) -> None:
    settings.SIGN_UP = "open"


def signed_in_as(client: Client) -> str | None:
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk).username if pk else None


def test_who_signs_up_verifies_by_mail_and_is_signed_in_by_the_same_browser() -> None:
    client = Client()
    answer = client.post("/sign-up/", FORM)

    assert answer["Location"] == "/sign-up/verify/"
    assert signed_in_as(client) is None
    eve = User.objects.get(username="eve")
    assert (eve.signed_up, eve.is_staff, eve.role) == (True, False, "user")

    link = link_in("Verify your e-mail address", "eve@example.org")
    assert "Is <strong" in client.get(link).content.decode()
    answer = client.post(link)
    assert answer["Location"] == "/agents/"
    assert signed_in_as(client) == "eve"


def test_the_link_in_another_browser_verifies_and_leads_to_the_sign_in() -> None:
    Client().post("/sign-up/", FORM)
    other = Client()
    answer = other.post(link_in("Verify", "eve@example.org"))

    assert answer["Location"] == "/sign-in/"
    assert signed_in_as(other) is None
    answer = other.post("/sign-in/", {"login": "eve@example.org", "password": FORM["password1"]})
    assert answer["Location"] == "/agents/"


def test_looking_at_the_link_verifies_nothing() -> None:
    Client().post("/sign-up/", FORM)
    client = Client()
    client.get(link_in("Verify", "eve@example.org"))
    answer = client.post("/sign-in/", {"login": "eve", "password": FORM["password1"]})

    assert answer["Location"] == "/sign-up/verify/"
    assert signed_in_as(client) is None


def test_an_address_that_is_taken_looks_as_if_it_were_free(settings: Any) -> None:
    UserFactory.create(username="ada", email="eve@example.org")
    client = Client()
    answer = client.post("/sign-up/", FORM)

    assert answer["Location"] == "/sign-up/verify/"
    assert not User.objects.filter(username="eve").exists()
    [message] = mail.outbox
    assert message.to == ["eve@example.org"]
    assert "already" in message.subject.lower()
    assert client.get("/sign-up/verify/").status_code == 200


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("admin", "kept for the instance itself"),
        ("Support", "kept for the instance itself"),
        ("ada@example.org", "Use letters from A to Z"),
        ("аda", "Use letters from A to Z"),
        ("-ada", "Use letters from A to Z"),
        ("ad", "at least 3 characters"),
        ("BOB", "already exists"),
        ("x" * 151, "at most 150 characters"),
    ],
    ids=["reserved", "any-case", "address", "cyrillic", "dash", "short", "taken", "long"],
)
def test_a_name_that_could_deceive_is_refused(name: str, words: str, bob: User) -> None:
    page = Client().post("/sign-up/", {**FORM, "username": name})

    assert words in page.content.decode()
    assert User.objects.count() == 1
    assert mail.outbox == []


@pytest.mark.parametrize("password", ["short", "12345678901", "password123", "eve@example.org"])
def test_a_password_that_is_guessed_easily_is_refused(password: str) -> None:
    page = Client().post("/sign-up/", {**FORM, "password1": password})

    assert page.status_code == 200
    assert "field__errors" in page.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize("state", ["closed", "providers"])
def test_a_closed_door_says_so_and_makes_nobody(state: str, settings: Any) -> None:
    settings.SIGN_UP = state
    client = Client()

    assert "Sign-up is closed" in client.get("/sign-up/").content.decode()
    assert "Sign-up is closed" in client.post("/sign-up/", FORM).content.decode()
    assert not User.objects.exists()
    assert "/sign-up/" not in client.get("/sign-in/").content.decode()


def test_an_account_does_not_fail_with_its_mail(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there
    client = Client()
    answer = client.post("/sign-up/", FORM)

    assert answer["Location"] == "/sign-up/verify/"
    assert "The mail could not be sent" in client.get("/sign-up/verify/").content.decode()
    assert User.objects.get().username == "eve"


def test_signing_up_again_and_again_is_slowed_down() -> None:
    client = Client()
    statuses = [
        client.post("/sign-up/", {**FORM, "password1": "short"}).status_code for _ in range(21)
    ]

    assert statuses == [200] * 20 + [429]


def test_two_names_that_differ_in_case_only_cannot_both_be_made(alice: User) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="user_one_per_name_in_any_case"):
        UserFactory.create(username="Alice")
