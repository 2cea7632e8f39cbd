"""A new e-mail address, over REST."""

from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from tests.integration.accounts.conftest import PASSWORD
from tests.support.mail import link_in

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
URL = "/api/v1/auth/user/email/"
NEW = "ada@new.example.org"


@pytest.fixture
def verified(ada: User) -> User:
    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
    return ada


def address_of(user: User) -> str:
    user.refresh_from_db()
    return str(user.email)


def test_a_new_address_counts_once_its_link_was_followed(verified: User, api: Api) -> None:
    answer = api(verified).post(URL, {"email": NEW.upper(), "password": PASSWORD})

    assert (answer.status_code, answer.json()) == (
        200,
        {"email": "ada@example.org", "waiting": NEW},
    )
    assert address_of(verified) == "ada@example.org"
    link = link_in("", NEW)
    Client().post(link)
    assert address_of(verified) == NEW
    assert [one.email for one in EmailAddress.objects.filter(user=verified)] == [NEW]


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({}, 403, "proof_required"),
        ({"password": "wrong"}, 403, "wrong_password"),
        ({"password": PASSWORD, "email": "nonsense"}, 400, "invalid"),
    ],
)
def test_without_a_proof_nothing_changes(
    sent: dict[str, str], status: int, code: str, verified: User, api: Api
) -> None:
    answer = api(verified).post(URL, {"email": NEW} | sent)

    assert answer.status_code == status
    assert code in {answer.json()["code"], *(one["code"] for one in answer.json()["errors"])}
    assert EmailAddress.objects.count() == 1
    assert mail.outbox == []


def test_a_session_that_proved_itself_may_send_the_address_alone(
    verified: User, signed_in: Client
) -> None:
    answer = signed_in.post(URL, f'"{NEW}"', content_type="application/json")

    assert (answer.status_code, answer.json()["waiting"]) == (200, NEW)


def test_a_session_that_did_not_is_asked(verified: User) -> None:
    client = Client()
    client.post("/sign-in/", {"login": "ada", "password": PASSWORD})
    answer = client.post(URL, f'"{NEW}"', content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (403, "proof_required")


def test_an_address_of_somebody_else_is_not_told_from_a_free_one(
    verified: User, bob: User, api: Api
) -> None:
    EmailAddress.objects.create(user=bob, email="bob@example.org", verified=True, primary=True)
    answer = api(verified).post(URL, {"email": "bob@example.org", "password": PASSWORD})

    assert (answer.status_code, answer.json()["waiting"]) == (200, "bob@example.org")
    assert EmailAddress.objects.filter(email="bob@example.org", verified=True).get().user == bob


def test_a_key_cannot_do_it(verified: User, keyed: Callable[[User], APIClient]) -> None:
    answer = keyed(verified).post(URL, {"email": NEW, "password": PASSWORD})

    assert (answer.status_code, answer.json()["code"]) == (403, "people_only")
