"""Notifications over REST and on pages."""

from uuid import UUID

import pytest
from django.test import Client

from accounts.models import User
from accounts.notifications import NotificationType
from notifications import services
from notifications.models import Notification
from notifications.services import Note
from tests.support.clients import api

pytestmark = pytest.mark.django_db

URL = "/api/v1/notifications/"


@pytest.fixture
def two(alice: User, bob: User) -> list[UUID]:
    """Two notifications of Alice, the newer one first; one of Bob."""
    kind = NotificationType.BLOCK_EXECUTION_FAILED
    services.tell(Note(bob.pk, kind, "Bob's"))
    services.tell(Note(alice.pk, kind, "Tea failed", "No leaves.", "/runs/7/"))
    services.tell(Note(alice.pk, kind, "<b>Milk</b> failed"))
    rows = Notification.objects.filter(owner=alice).order_by("-updated")
    return list(rows.values_list("pk", flat=True))


def test_one_lists_ones_own_the_newest_first(alice: User, two: list[UUID]) -> None:
    rows = api(alice).get(URL).json()["results"]

    assert [row["id"] for row in rows] == [str(pk) for pk in two]
    assert {
        name: rows[1][name] for name in ("kind", "title", "text", "link", "count", "read_at")
    } == {
        "kind": "BLOCK_EXECUTION_FAILED",
        "title": "Tea failed",
        "text": "No leaves.",
        "link": "/runs/7/",
        "count": 1,
        "read_at": None,
    }


def test_what_is_named_is_read_and_counted(alice: User, bob: User, two: list[UUID]) -> None:
    assert api(alice).get(f"{URL}unread/").json() == {"count": 2}
    assert api(bob).post(f"{URL}read/", {"ids": two}, format="json").json() == {"count": 0}
    assert api(alice).post(f"{URL}read/", {"ids": two[:1]}, format="json").json() == {"count": 1}
    assert api(alice).get(f"{URL}unread/").json() == {"count": 1}
    assert api(alice).post(f"{URL}read/", {}, format="json").json() == {"count": 1}
    assert api(bob).get(f"{URL}unread/").json() == {"count": 1}


@pytest.mark.parametrize("body", [{"ids": []}, {"ids": ["x"]}, {"id": []}])
def test_a_body_that_names_none_reads_none(alice: User, two: list[UUID], body: object) -> None:
    assert api(alice).post(f"{URL}read/", body, format="json").status_code == 400
    assert Notification.objects.filter(owner=alice).unread().count() == 2


class TestPages:
    def test_the_bell_counts_and_the_page_tells(self, alice: User, two: list[UUID]) -> None:
        browser = Client()
        browser.force_login(alice)

        page = browser.get("/notifications/").content.decode()

        assert '<span class="count">2<span class="visually-hidden"> unread</span></span>' in page
        assert "&lt;b&gt;Milk&lt;/b&gt; failed" in page
        assert "Bob&#x27;s" not in page

    def test_following_one_reads_it_and_leads_on(self, alice: User, two: list[UUID]) -> None:
        browser = Client()
        browser.force_login(alice)

        answer = browser.get(f"/notifications/{two[1]}/")

        assert answer["Location"] == "/runs/7/"
        assert [row.pk for row in Notification.objects.filter(owner=alice).unread()] == two[:1]

    def test_anothers_is_not_there(self, bob: User, two: list[UUID]) -> None:
        browser = Client()
        browser.force_login(bob)

        assert browser.get(f"/notifications/{two[0]}/").status_code == 404
        assert Notification.objects.unread().count() == 3

    def test_all_are_read_at_once(self, alice: User, two: list[UUID]) -> None:
        browser = Client()
        browser.force_login(alice)

        page = browser.post("/notifications/read/", follow=True).content.decode()

        assert "All is marked as read." in page
        assert '<span class="count">' not in page
        assert Notification.objects.unread().count() == 1
