"""A forgotten password, and a new one."""

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.integration.accounts.conftest import PASSWORD
from tests.support.mail import link_in

pytestmark = pytest.mark.django_db
NEW = {"password1": "tea-at-six-o-clock", "password2": "tea-at-six-o-clock"}


def follow(client: Client, link: str) -> str:
    """Follow the link, which hides its token from what the page links to; return the form's path."""
    return str(client.get(link)["Location"])


def test_a_link_sets_a_new_password_once(ada: User) -> None:
    client = Client()
    answer = client.post("/account/password/reset/", {"email": "ada@example.org"})
    assert answer["Location"] == "/account/password/reset/sent/"
    link = link_in("Choose a new password", "ada@example.org")

    form = follow(client, link)
    assert client.post(form, NEW)["Location"] == "/account/password/reset/done/"

    ada.refresh_from_db()
    assert ada.check_password("tea-at-six-o-clock")
    assert "This link has been used" in Client().get(link).content.decode()


def test_an_unknown_address_is_answered_alike_and_told_by_mail(ada: User) -> None:
    known = Client().post("/account/password/reset/", {"email": "ada@example.org"})
    unknown = Client().post("/account/password/reset/", {"email": "eve@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert sorted(one.to[0] for one in mail.outbox) == ["ada@example.org", "eve@example.org"]


def test_the_link_of_one_person_sets_nobody_else_s_password(ada: User, bob: User) -> None:
    client = Client()
    client.post("/account/password/reset/", {"email": "ada@example.org"})
    link = link_in("Choose", "ada@example.org")
    ours, _, token = link.rpartition("/reset/")[2].partition("-")
    theirs = link.replace(f"/{ours}-{token}", f"/{bob.pk}-{token}")

    assert "This link has been used" in client.get(theirs).content.decode()


def test_a_new_password_ends_the_other_sessions(ada: User, signed_in: Client) -> None:
    other = Client()
    other.force_login(ada)
    answer = signed_in.post("/account/password/", {"oldpassword": PASSWORD, **NEW})

    assert answer.status_code == 302
    assert signed_in.get("/agents/").status_code == 200
    assert other.get("/agents/").status_code == 302


def test_without_the_old_password_there_is_no_new_one(ada: User, signed_in: Client) -> None:
    page = signed_in.post("/account/password/", {"oldpassword": "guess", **NEW})

    assert page.status_code == 200
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
