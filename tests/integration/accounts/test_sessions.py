"""Where somebody is signed in, and signing out there."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from tests.integration.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_sessions_are_listed_with_their_browser(ada: User, signed_in: Client) -> None:
    Client(headers={"User-Agent": FIREFOX}).post(
        "/sign-in/", {"login": "ada", "password": PASSWORD}
    )
    page = signed_in.get("/account/sessions/").content.decode()

    assert page.count("127.0.0.1") == 2
    assert "Firefox on Linux" in page
    assert page.count("this one") == 1


def test_signing_out_elsewhere_ends_every_other_session_and_token(
    ada: User, bob: User, signed_in: Client
) -> None:
    listed, unlisted, stranger = Client(), Client(), Client()
    listed.post("/sign-in/", {"login": "ada", "password": PASSWORD})
    unlisted.force_login(ada)
    UserSession.objects.filter(session_key=unlisted.session.session_key).delete()
    stranger.force_login(bob)
    token = {"Authorization": f"Bearer {AccessToken.for_user(ada)}"}
    assert Client().get("/api/v1/graphs/", headers=token).status_code == 200

    signed_in.post("/account/sessions/")

    assert signed_in.get("/agents/").status_code == 200
    assert [one.get("/agents/").status_code for one in (listed, unlisted, stranger)] == [
        302,
        302,
        200,
    ]
    answer = Client().get("/api/v1/graphs/", headers=token)
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")


def test_it_is_noted_when_a_session_was_last_used(ada: User) -> None:
    client = Client(headers={"User-Agent": FIREFOX})
    client.force_login(ada)
    client.get("/agents/")
    UserSession.objects.update(user_agent="older")
    client.get("/agents/")
    assert UserSession.objects.get(user=ada).user_agent == "older"  # noted a moment ago

    session = client.session
    session["seen_at"] -= 300
    session.save()
    client.get("/agents/")
    assert UserSession.objects.get(user=ada).user_agent == FIREFOX
