"""Who gets in, and what a stranger learns by trying."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import User
from tests.factories.accounts import UserFactory
from tests.integration.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client: Client, login: str = "ada", password: str = PASSWORD, **more: str) -> str:
    """Return where the form leads; empty where it stays."""
    answer = client.post("/sign-in/", {"login": login, "password": password, **more})
    return answer.get("Location", "")


@pytest.mark.parametrize("login", ["ada", "ADA", "ada@example.org", " ada "])
def test_a_name_or_an_address_and_the_password_let_in(ada: User, login: str) -> None:
    assert sign_in(Client(), login) == "/agents/"


def test_whom_the_command_line_made_needs_no_address() -> None:
    User.objects.create_superuser("root-of-all", password=PASSWORD)

    assert sign_in(Client(), "root-of-all") == "/agents/"


def test_whom_the_command_line_made_needs_not_verify_the_address_given() -> None:
    User.objects.create_superuser("ada", "ada@example.org", PASSWORD)
    client = Client()
    client.post("/account/password/reset/", {"email": "ada@example.org"})  # it notes the address

    assert EmailAddress.objects.filter(verified=False).exists()
    assert sign_in(client) == "/agents/"


def said(client: Client, login: str, password: str) -> str:
    page = client.post("/sign-in/", {"login": login, "password": password}).content.decode()
    [notice] = re.findall(r'role="alert">(.*?)</div>', page, re.DOTALL)
    return " ".join(notice.split())


def test_a_wrong_password_and_an_unknown_name_look_alike(ada: User) -> None:
    client = Client()

    assert said(client, "ada", "guess") == said(client, "nobody-here", "guess")
    assert said(client, "ada@example.org", "guess") == said(client, "x@example.org", "guess")


def test_an_inactive_person_stays_outside(ada: User) -> None:
    User.objects.update(is_active=False)
    client = Client()

    assert sign_in(client) == "/account/inactive/"
    assert "_auth_user_id" not in client.session
    assert sign_in(client, password="guess") == ""


def test_guessing_is_stopped_also_for_who_knows_the_password_then(ada: User) -> None:
    client = Client()
    for _ in range(5):
        assert sign_in(client, password="guess") == ""

    assert "Too many failed login attempts" in said(client, "ada", PASSWORD)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "http://testserver@evil.example/",
        "http://localhost/",
        " https://evil.example/",
        "\thttps://evil.example/",
    ],
)
def test_nobody_is_led_to_another_site(ada: User, target: str) -> None:
    assert sign_in(Client(), next=target) == "/agents/"
    client = Client()
    client.force_login(ada)
    assert client.get("/sign-in/", {"next": target})["Location"] == "/agents/"
    assert client.post("/sign-out/", {"next": target})["Location"] == "/sign-in/"


def test_a_page_of_this_site_is_where_one_wanted_to_go(ada: User) -> None:
    assert sign_in(Client(), next="/runs/?status=FAILED") == "/runs/?status=FAILED"


def test_the_session_of_a_stranger_does_not_become_the_session_of_a_person(ada: User) -> None:
    client = Client()
    client.session.save()
    planted = str(client.session.session_key)
    client.cookies["sessionid"] = planted
    sign_in(client)

    assert client.session.session_key != planted
    other = Client()
    other.cookies["sessionid"] = planted
    assert other.get("/agents/").status_code == 302


def test_the_form_of_another_site_signs_nobody_in(ada: User) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.post("/sign-in/", {"login": "ada", "password": PASSWORD})

    assert page.status_code == 403
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "url",
    [
        "/account/password/",
        "/account/email/",
        "/account/sessions/",
        "/account/two-factor/app/remove/",
        "/sign-out/",
    ],
)
def test_the_form_of_another_site_changes_nothing(ada: User, url: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)

    assert client.post(url, {"action_add": "", "email": "eve@example.org"}).status_code == 403
    assert "_auth_user_id" in client.session


def test_the_staff_screens_have_the_same_door() -> None:
    answer = Client().get("/admin/login/", {"next": "/admin/"})

    assert answer["Location"].startswith("/sign-in/?next=")
    posted = Client().post("/admin/login/", {"username": "ada", "password": PASSWORD})
    assert posted["Location"].startswith("/sign-in/")


def test_cookies_are_not_for_scripts_nor_for_other_sites(ada: User) -> None:
    client = Client()
    sign_in(client)
    cookie = client.cookies["sessionid"]

    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_who_looks_at_a_page_of_the_account_without_having_signed_in_is_asked_to() -> None:
    UserFactory.create()
    for url in (
        "/account/email/",
        "/account/sessions/",
        "/account/two-factor/",
        "/account/password/",
    ):
        assert Client().get(url)["Location"] == f"/sign-in/?next={url}", url
