"""Who is asking, over REST."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User

pytestmark = pytest.mark.django_db
URL = "/api/v1/auth/user/"


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_says_who_is_asking(
    method: str, alice: User, bob: User, api: Callable[..., APIClient]
) -> None:
    answer = getattr(api(alice), method)(URL)

    assert (answer.status_code, answer.json()) == (
        200,
        {
            "id": alice.pk,
            "username": "alice",
            "email": "",
            "name": "",
            "role": "user",
            "timezone": "UTC",
        },
    )


def test_staff_are_admins(alice: User, api: Callable[..., APIClient]) -> None:
    alice.is_staff = True

    assert api(alice).get(URL).json()["role"] == "admin"


@pytest.mark.parametrize("url", [URL, f"{URL}timezone/"])
def test_a_stranger_is_asked_to_sign_in(url: str, api: Callable[..., APIClient]) -> None:
    assert api().get(url).status_code == 401
    assert api().post(url, {"timezone": "Europe/Rome"}).status_code == 401


def test_the_time_zone_is_the_person_s_own(
    alice: User, bob: User, api: Callable[..., APIClient]
) -> None:
    answer = api(alice).post(f"{URL}timezone/", {"timezone": "Europe/Rome"})

    assert (answer.status_code, answer.json()) == (200, {"timezone": "Europe/Rome"})
    assert api(alice).get(f"{URL}timezone/").json() == {"timezone": "Europe/Rome"}
    bob.refresh_from_db()
    assert bob.time_zone == "UTC"


def test_a_time_zone_that_is_none_changes_nothing(
    alice: User, api: Callable[..., APIClient]
) -> None:
    answer = api(alice).post(f"{URL}timezone/", {"timezone": "Mars/Base"})

    assert answer.status_code == 400
    assert [error["code"] for error in answer.json()["errors"]] == ["unknown_time_zone"]
    alice.refresh_from_db()
    assert alice.time_zone == "UTC"
