"""Which mails people want."""

from collections.abc import Callable
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts import notifications
from accounts.models import NotificationPreferences, User
from accounts.notifications import NotificationType

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
URL = "/api/v1/auth/user/preferences/"
ALL = dict.fromkeys(NotificationType.values, True) | {
    "DAILY_SUMMARY": False,
    "MONTHLY_SUMMARY": False,
}


@pytest.fixture
def ada(alice: User) -> User:
    alice.email = "ada@example.org"
    alice.save()
    return alice


def test_everything_but_frequent_summaries_is_wanted_until_somebody_says_otherwise(
    ada: User, api: Api
) -> None:
    assert api(ada).get(URL).json() == {
        "user_id": ada.pk,
        "email": "ada@example.org",
        "preferences": ALL,
        "daily_limit": 10,
        "emails_sent_today": 0,
        "last_reset_date": None,
    }


def test_kinds_that_are_not_named_stay(ada: User, bob: User, api: Api) -> None:
    client = api(ada)
    client.post(URL, {"preferences": {"AGENT_RUN": False}, "daily_limit": 3})
    answer = client.post(URL, {"email": "ada@example.org", "preferences": {"LOW_BALANCE": False}})

    assert answer.json()["preferences"] == ALL | {"AGENT_RUN": False, "LOW_BALANCE": False}
    assert answer.json()["daily_limit"] == 3
    assert api(bob).get(URL).json()["preferences"] == ALL


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"preferences": {"SPAM": True}}, "unknown_notification_type"),
        ({"preferences": {"AGENT_RUN": "perhaps"}}, "invalid"),
        ({"daily_limit": -1}, "min_value"),
        ({"daily_limit": 1001}, "max_value"),
        ({"email": "other@example.org"}, "address_changes_elsewhere"),
    ],
)
def test_what_cannot_be_chosen_changes_nothing(
    body: dict[str, object], code: str, ada: User, api: Api
) -> None:
    answer = api(ada).post(URL, {"preferences": {"AGENT_RUN": False}} | body)

    errors = answer.json()["errors"] or [answer.json()]
    assert (answer.status_code, errors[0]["code"]) == (400, code)
    assert not NotificationPreferences.objects.exists()


def test_the_page_saves_the_choice(ada: User) -> None:
    client = Client()
    client.force_login(ada)
    wanted = {kind: "on" for kind, on in ALL.items() if on and kind != "WEEKLY_SUMMARY"}
    answer = client.post("/account/mails/", wanted | {"daily_limit": "5"}, follow=True)

    assert "Your choice is saved." in answer.content.decode()
    row = NotificationPreferences.objects.get(user=ada)
    assert (row.chosen, row.daily_limit) == ({"WEEKLY_SUMMARY": False}, 5)


def goes(user: User, kind: NotificationType) -> bool:
    """Return whether a mail of the kind may go now; then it is counted."""
    with notifications.counted(user) as mails:
        return mails.wants(kind) and mails.take_one()


def test_a_mail_goes_where_it_is_wanted_and_the_day_has_room(ada: User) -> None:
    notifications.change(ada, kinds={NotificationType.AGENT_RUN: False}, daily_limit=2)
    kinds = [NotificationType.AGENT_RUN, *[NotificationType.LOW_BALANCE] * 3]

    assert [goes(ada, kind) for kind in kinds] == [False, True, True, False]
    tomorrow = datetime(2100, 1, 1, tzinfo=UTC).date()
    with patch("accounts.notifications._today", return_value=tomorrow):
        assert goes(ada, NotificationType.LOW_BALANCE)
        assert notifications.sent_today(notifications.preferences_of(ada)) == 1


def test_nobody_without_an_address_gets_mail(bob: User) -> None:
    assert not goes(bob, NotificationType.AGENT_RUN)
