from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.integration.webui.conftest import Browse

pytestmark = pytest.mark.django_db

SOME = [str(uuid4())]
PAGES = [
    ("agents", []),
    ("import", []),
    ("agent", SOME),
    ("export", SOME),
    ("delete", SOME),
    ("runs", []),
    ("run", SOME),
    ("waiting", SOME),
    ("value", SOME),
    ("keys", []),
    ("new-key", []),
    ("password", []),
]


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", password="engine-of-1843")


def test_signing_in_leads_to_the_agents(ada: User) -> None:
    page = Client().post("/sign-in/", {"login": "ada", "password": "engine-of-1843"})

    assert page.status_code == 302
    assert page["Location"] == "/agents/"


def test_signing_in_leads_back_to_the_page_asked_for(ada: User) -> None:
    body = {"login": "ada", "password": "engine-of-1843", "next": "/runs/"}
    assert Client().post("/sign-in/", body)["Location"] == "/runs/"


def test_signing_in_never_leads_to_another_site(ada: User) -> None:
    body = {"login": "ada", "password": "engine-of-1843", "next": "https://evil.example/"}
    assert Client().post("/sign-in/", body)["Location"] == "/agents/"


def test_a_wrong_password_is_refused_in_words(ada: User) -> None:
    client = Client()
    page = client.post("/sign-in/", {"login": "ada", "password": "guess"})

    assert "username and/or password you specified are not correct" in page.content.decode()
    assert client.get("/agents/").status_code == 302


def test_signing_out_takes_a_post_and_ends_the_session(ada: User, browse: Browse) -> None:
    client = browse(ada)
    assert "Sign out?" in client.get("/sign-out/").content.decode()
    assert client.get("/agents/").status_code == 200

    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/agents/").status_code == 302


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_every_page_asks_a_stranger_to_sign_in(name: str, args: list[str]) -> None:
    url = reverse(f"webui:{name}", args=args)

    assert Client().get(url)["Location"] == f"/sign-in/?next={url}"


@pytest.mark.parametrize("name", ["login", "agents", "runs", "keys"])
def test_pages_answer_with_and_without_the_trailing_slash(
    name: str, alice: User, browse: Browse
) -> None:
    url = reverse(f"webui:{name}")
    client = Client() if name == "login" else browse(alice)

    assert client.get(url).status_code == 200
    assert client.get(url.rstrip("/")).status_code == 200


@pytest.mark.parametrize("action", ["run", "activate"])
def test_who_signs_in_to_send_a_form_comes_back_to_the_page(
    action: str, alice: User, browse: Browse
) -> None:
    agent = f"/agents/{uuid4()}/"
    assert browse(alice).get(f"{agent}{action}/")["Location"] == agent


def test_a_form_of_another_site_is_refused_with_a_page(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    page = client.post("/account/keys/new/", {"name": "forged"})

    assert page.status_code == 403
    assert "This form is out of date" in page.content.decode()
    assert not alice.api_keys.exists()
