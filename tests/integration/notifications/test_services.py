"""Telling people: the like joins, others never see it, reading ends it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils.timezone import now

from accounts.models import User
from accounts.notifications import NotificationType
from notifications import services, tidying
from notifications.models import Notification
from notifications.services import Note

pytestmark = pytest.mark.django_db

FAILED = NotificationType.BLOCK_EXECUTION_FAILED


def note(user: User, title: str = "Tea failed", about: str = "tea", **more: str) -> Note:
    return Note(user.pk, FAILED, title, about=about, **more)


def shown(user: User) -> list[tuple[str, int]]:
    rows = Notification.objects.filter(owner=user).order_by("title")
    return list(rows.values_list("title", "count"))


def test_what_is_about_the_same_joins_under_the_newest_title(alice: User) -> None:
    services.tell(note(alice, "one", link="/runs/1/"))
    services.tell(note(alice, "two", text="why", link="/runs/2/"), note(alice, "three"))

    [row] = Notification.objects.all()
    assert (row.title, row.text, row.link, row.count) == ("three", "", "", 3)


def test_what_is_about_nothing_stays_apart(alice: User) -> None:
    services.tell(note(alice, "one", about=""), note(alice, "two", about=""))

    assert shown(alice) == [("one", 1), ("two", 1)]


def test_what_was_read_is_told_anew(alice: User) -> None:
    services.tell(note(alice, "one"))
    assert services.mark_read(alice) == 1
    services.tell(note(alice, "two"))

    assert shown(alice) == [("one", 1), ("two", 1)]
    assert services.mark_read(alice) == 1
    assert services.mark_read(alice) == 0


def test_people_and_kinds_are_apart(alice: User, bob: User) -> None:
    services.tell(
        note(alice), note(bob), Note(alice.pk, NotificationType.AGENT_RUN, "A", about="tea")
    )

    assert (len(shown(alice)), len(shown(bob))) == (2, 1)
    assert services.mark_read(bob, *Notification.objects.values_list("pk", flat=True)) == 1
    assert Notification.objects.filter(owner=alice).unread().count() == 2


def test_who_is_not_active_is_not_told(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    services.tell(note(alice))

    assert shown(alice) == []


def test_a_link_stays_on_this_instance(alice: User) -> None:
    for link in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="is no path of this instance"):
            note(alice, link=link)


def test_reading_stops_the_mail(alice: User) -> None:
    services.tell(note(alice))
    assert Notification.objects.get().mail_due_at is not None

    services.mark_read(alice)

    assert Notification.objects.get().mail_due_at is None


def test_a_second_mail_about_the_same_waits_an_hour(alice: User) -> None:
    services.tell(note(alice))
    mailed = now()
    Notification.objects.update(mail_due_at=None, mailed_at=mailed)

    services.tell(note(alice))

    assert Notification.objects.get().mail_due_at == mailed + timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
def test_two_who_tell_the_same_at_the_same_time_make_one_line(alice: User) -> None:
    def elsewhere() -> None:
        try:
            services.tell(note(alice, "second"))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            services.tell(note(alice, "first"))
            other = pool.submit(elsewhere)
        other.result(60)

    assert shown(alice) == [("second", 2)]


def test_old_ones_go_and_others_stay(alice: User) -> None:
    services.tell(*(note(alice, title, about="") for title in ("read", "just read", "old", "new")))
    rows = {row.title: row.pk for row in Notification.objects.all()}
    past = now() - timedelta(days=31)
    Notification.objects.filter(pk=rows["read"]).update(read_at=past, updated=past)
    Notification.objects.filter(pk=rows["just read"]).update(read_at=now(), updated=past)
    Notification.objects.filter(pk=rows["old"]).update(updated=now() - timedelta(days=181))

    assert tidying.tidy() == 2

    assert shown(alice) == [("just read", 1), ("new", 1)]
