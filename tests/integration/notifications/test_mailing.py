"""Mails: one for a person, about all that is due, never more than the person wants."""

import re
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.core import mail
from django.test import Client
from django.utils.timezone import now

from accounts import notifications as preferences
from accounts.models import User
from accounts.notifications import NotificationType
from notifications import mailing, services, unsubscribing
from notifications.models import Notification
from notifications.services import Note

pytestmark = pytest.mark.django_db

FAILED, ENDED = NotificationType.BLOCK_EXECUTION_FAILED, NotificationType.AGENT_RUN


@pytest.fixture(autouse=True)
def settled(settings: object) -> None:
    settings.PUBLIC_URL = "https://trellis.example"  # type: ignore[attr-defined]


@pytest.fixture
def ada(alice: User) -> User:
    alice.email = "ada@example.org"
    alice.save(update_fields=["email"])
    return alice


@pytest.fixture
def away() -> Iterator[None]:
    """The mail server is away."""
    with patch(
        "django.core.mail.backends.locmem.EmailBackend.send_messages",
        side_effect=smtplib.SMTPServerDisconnected("gone"),
    ):
        yield


def told(user: User, *titles: str, kind: NotificationType = FAILED, link: str = "") -> None:
    """Tell it, due now."""
    services.tell(*(Note(user.pk, kind, title, link=link) for title in titles))
    make_due()


def _kinds(user: User) -> dict[NotificationType, bool]:
    return preferences.kinds_of(preferences.preferences_of(user))


def make_due() -> None:
    rows = Notification.objects.filter(mail_due_at__isnull=False)
    rows.update(mail_due_at=now() - timedelta(seconds=1))


def test_one_mail_tells_of_all_that_is_due(ada: User) -> None:
    told(ada, "Tea failed", link="/runs/7/")
    services.tell(*[Note(ada.pk, FAILED, "Milk failed", "No cow.", about="milk")] * 3)
    make_due()

    assert mailing.send_due() == 1
    assert mailing.send_due() == 0

    [sent] = mail.outbox
    assert sent.to == ["ada@example.org"]
    assert sent.subject == "[Trellis] Milk failed and 1 more"
    text = str(sent.body)
    assert "* Milk failed (3 times)\n  No cow.\n" in text
    assert "* Tea failed\n  https://trellis.example/runs/7/\n" in text
    assert Notification.objects.filter(mailed_at__isnull=False, mail_due_at=None).count() == 2


def test_what_is_not_due_waits(ada: User) -> None:
    services.tell(Note(ada.pk, FAILED, "Tea failed"), Note(ada.pk, ENDED, "Tea has ended"))
    waits = {
        row.kind: row.mail_due_at - row.updated
        for row in Notification.objects.all()
        if row.mail_due_at
    }

    assert mailing.send_due() == 0
    assert waits == {FAILED: timedelta(minutes=1), ENDED: timedelta(hours=1)}


def test_kinds_that_are_not_wanted_are_not_mailed(ada: User) -> None:
    preferences.change(ada, kinds={ENDED: False})
    told(ada, "Tea has ended", kind=ENDED)

    assert mailing.send_due() == 0
    assert mail.outbox == []
    row = Notification.objects.get()
    assert (row.mail_due_at, row.mailed_at) == (None, None)


def test_who_has_no_address_gets_none(bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(email="")
    told(bob, "Tea failed")

    assert mailing.send_due() == 0
    assert mail.outbox == []


def test_when_the_day_is_full_the_next_ones_mail_has_the_rest(ada: User) -> None:
    preferences.change(ada, daily_limit=1)
    told(ada, "one")
    mailing.send_due()
    told(ada, "two", "three")

    assert mailing.send_due() == 0
    days = set(Notification.objects.filter(mailed_at=None).values_list("mail_due_at", flat=True))
    midnight = datetime.combine(now().date() + timedelta(days=1), datetime.min.time(), UTC)
    assert days == {midnight}
    assert [one.subject for one in mail.outbox] == ["[Trellis] one"]


def test_a_server_that_is_away_puts_mails_off_for_longer_each_time(ada: User, away: None) -> None:
    told(ada, "Tea failed")
    waits = []
    for _ in range(7):
        before = now()
        assert mailing.send_due() == 0
        due = Notification.objects.get().mail_due_at
        waits.append(due and round((due - before).total_seconds() / 60))
        make_due()

    assert waits == [1, 5, 30, 120, 360, 720, None]
    assert preferences.sent_today(preferences.preferences_of(ada)) == 0


def test_an_address_in_the_mail_stops_these_mails_and_no_others(ada: User) -> None:
    told(ada, "Tea has ended", kind=ENDED)
    mailing.send_due()
    [sent] = mail.outbox
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert f"No more of these: {address}\n" in str(sent.body)
    path = address.removeprefix("https://trellis.example")
    before = _kinds(ada)
    assert before[ENDED]
    stranger = Client(enforce_csrf_checks=True)

    asked = stranger.get(path)
    assert "Stop these mails?" in asked.content.decode()
    assert _kinds(ada) == before, "asking stops nothing"
    done = stranger.post(path, {"List-Unsubscribe": "One-Click"})

    assert (done.status_code, "These mails have stopped" in done.content.decode()) == (200, True)
    assert _kinds(ada) == before | {ENDED: False}


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: "x" + text, lambda _: "x"])
def test_an_address_that_was_not_in_a_mail_stops_nothing(ada: User, change: object) -> None:
    path = unsubscribing.path_for(ada, {ENDED})
    token = path.rstrip("/").rpartition("/")[2]
    before = _kinds(ada)

    answer = Client().post(path.replace(token, change(token)))  # type: ignore[operator]

    assert answer.status_code == 404
    assert _kinds(ada) == before


def test_a_title_with_lines_makes_a_subject_of_one_line(ada: User) -> None:
    told(ada, "Tea\r\nBcc: eve@example.org")

    mailing.send_due()

    [sent] = mail.outbox
    assert sent.subject == "[Trellis] Tea Bcc: eve@example.org"
    assert not re.search(r"^bcc", str(sent.message()), re.I | re.M)
