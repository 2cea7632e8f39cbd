"""What people say of themselves, over REST and by the page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Profile, User
from tests.factories.accounts import UserFactory
from tests.support.avatars import picture

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
URL = "/api/v1/auth/user/profile/"
PAGE = "/account/profile/"
ADA = {
    "name": "Ada Lovelace",
    "username": "ada.l",
    "description": "I write programs.",
    "links": ["https://example.org/ada", "http://127.0.0.1:8000/x?y=1#z"],
}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def codes(answer: Any) -> list[str]:
    body = answer.json()
    return [error["code"] for error in body["errors"]] or [body["code"]]


def test_a_profile_is_empty_until_somebody_writes_it(alice: User, api: Api) -> None:
    empty: dict[str, Any] = {
        "name": "",
        "username": "alice",
        "description": "",
        "links": [],
        "avatar_url": None,
    }

    assert api(alice).get(URL).json() == empty
    assert not Profile.objects.exists()


def test_a_profile_is_changed_and_is_one_s_own(alice: User, bob: User, api: Api) -> None:
    answer = api(alice).post(URL, ADA)

    assert (answer.status_code, answer.json()) == (200, ADA | {"avatar_url": None})
    assert api(bob).get(URL).json()["name"] == ""
    alice.refresh_from_db()
    assert (alice.username, alice.get_full_name()) == ("ada.l", "Ada Lovelace")


def test_what_is_not_named_stays(alice: User, api: Api) -> None:
    client = api(alice)
    client.post(URL, ADA)

    assert client.post(URL, {"description": ""}).json()["links"] == ADA["links"]
    assert client.post(URL, {"links": []}).json()["name"] == "Ada Lovelace"


@pytest.mark.parametrize(
    "link",
    [
        *("javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "ftp://example.org"),
        *(
            "example.org",
            "//example.org",
            "https://",
            "https:///path",
            "https://ada:x@example.org/",
        ),
        *("https://exa mple.org", 'https://example.org/"onclick=', "https://example.org:99999"),
        *("https://example.org/\u202egpj", "vbscript:x", "https://[::1", "https:\\\\example.org"),
    ],
)
def test_only_pages_of_the_web_are_links(link: str, alice: User, api: Api) -> None:
    answer = api(alice).post(URL, ADA | {"links": ["https://example.org/", link]})

    assert (answer.status_code, codes(answer)) == (400, ["invalid_link"])
    alice.refresh_from_db()
    assert (alice.username, Profile.objects.count()) == ("alice", 0)


def test_there_are_few_links_and_short_ones(alice: User, api: Api) -> None:
    many = [f"https://example.org/{number}" for number in range(6)]

    assert api(alice).post(URL, {"links": many}).status_code == 400
    assert api(alice).post(URL, {"links": ["https://e.org/" + "x" * 300]}).status_code == 400
    assert api(alice).post(URL, {"links": "https://example.org"}).status_code == 400
    assert not Profile.objects.exists()


@pytest.mark.parametrize("name", ["bob", "BOB"])
def test_a_username_that_somebody_has_in_any_case_is_taken(
    name: str, alice: User, bob: User, api: Api
) -> None:
    answer = api(alice).post(URL, {"username": name, "description": "new"})

    assert (answer.status_code, codes(answer)) == (409, ["username_taken"])
    alice.refresh_from_db()
    assert (alice.username, Profile.objects.count()) == ("alice", 0)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *[("Admin", "reserved_username"), ("trellis", "reserved_username")],
        *[("al@ice", "invalid_username"), ("-alice", "invalid_username")],
        *[("аlice", "invalid_username"), ("al", "min_length")],
    ],
)
def test_a_username_that_misleads_is_refused(name: str, code: str, alice: User, api: Api) -> None:
    answer = api(alice).post(URL, {"username": name})

    assert (answer.status_code, codes(answer)) == (400, [code])
    alice.refresh_from_db()
    assert alice.username == "alice"


def test_a_name_from_before_the_rules_may_stay(api: Api) -> None:
    admin = UserFactory.create(username="admin")

    assert api(admin).post(URL, {"username": "admin", "name": "Root"}).status_code == 200


def test_the_case_of_one_s_own_name_may_change(alice: User, api: Api) -> None:
    assert api(alice).post(URL, {"username": "Alice"}).json()["username"] == "Alice"


def test_the_page_saves_everything_at_once(alice: User) -> None:
    client = browser(alice)
    body = ADA | {
        "links": "https://example.org/ada\r\n\r\n  http://127.0.0.1:8000/x?y=1#z",
        "time_zone": "Europe/Rome",
        "picture": picture(),
    }
    answer = client.post(PAGE, body, follow=True)

    assert answer.redirect_chain == [(PAGE, 302)]
    page = answer.content.decode()
    assert "The profile is saved." in page
    alice.refresh_from_db()
    assert f'src="/avatars/{alice.avatar.pk}/"' in page
    assert (alice.profile.links, alice.time_zone) == (ADA["links"], "Europe/Rome")


def test_what_is_wrong_is_said_and_nothing_is_saved(alice: User) -> None:
    body = ADA | {"links": "https://example.org", "time_zone": "UTC"}
    for wrong, words in (
        ({"username": "root"}, "This name is kept for the instance itself."),
        ({"links": "javascript:alert(1)"}, "is not the address of a web page"),
        ({"time_zone": "Mars/Base"}, "is not one of the available choices"),
        ({"picture": picture((1, 1), "TIFF")}, "This cannot be read as a picture."),
    ):
        answer = browser(alice).post(PAGE, body | wrong)
        assert answer.status_code == 400
        assert words in answer.content.decode()
    alice.refresh_from_db()
    assert (alice.username, Profile.objects.count()) == ("alice", 0)


def test_a_picture_is_taken_away_by_the_page(alice: User) -> None:
    client = browser(alice)
    body = {"username": "alice", "time_zone": "UTC"}
    client.post(PAGE, body | {"picture": picture()})
    client.post(PAGE, body | {"remove_picture": "on"})

    assert "Take the picture away" not in client.get(PAGE).content.decode()


def test_what_somebody_wrote_is_text_on_the_page(alice: User, api: Api) -> None:
    api(alice).post(URL, {"name": "<script>alert(1)</script>", "description": "</textarea><b>"})
    page = browser(alice).get(PAGE).content.decode()

    assert "<script>alert(1)" not in page
    assert "</textarea><b>" not in page
