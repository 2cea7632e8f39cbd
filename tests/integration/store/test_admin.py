"""The moderators' screens: the queue, a version with everything about it, and the decisions."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agents.graphs.models import Agent
from store.actions.edit import edit
from store.models import Decision, Listing, ListingVersion
from store.moderation import State
from tests.support.avatars import picture
from tests.support.graphs import GraphBuilder, calculator
from tests.support.store import agent, approved, screened, submitted

pytestmark = pytest.mark.django_db
QUEUE = "/admin/store/listingversion/"
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def screens(client: Client, mona: User) -> Client:
    client.force_login(mona)
    return client


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def of(version: ListingVersion, name: str = "change") -> str:
    return f"{QUEUE}{version.pk}/{name}/"


def decide(client: Client, version: ListingVersion, name: str, **said: Any) -> Any:
    return client.post(of(version, name), {"comments": "", "revision": 1, **said})


def test_the_queue_shows_what_waits_with_counts(alice: User, mona: User, screens: Client) -> None:
    approved(alice, by=mona, name="Old one")
    submitted(alice, name="New one")

    shown = page(screens, QUEUE)
    assert "New one" in shown
    assert "Old one" not in shown
    assert "Pending (1)" in shown
    assert "All (2)" in shown
    assert "Old one" in page(screens, f"{QUEUE}?state=APPROVED")
    assert "Old one" in page(screens, f"{QUEUE}?state=all")
    assert "New one" in page(screens, f"{QUEUE}?findings=none&q=new")
    assert "New one" not in page(screens, f"{QUEUE}?findings=danger")


def test_a_version_is_shown_with_everything_and_nothing_of_it_runs(
    alice: User, screens: Client
) -> None:
    g = GraphBuilder(f"Boss {EVIL}")
    g.agent(calculator(f"Helper {EVIL}"))
    g.add("00000000-0000-4000-8000-000000000001", {"a": EVIL, "api_key": "hunter2"}, title=EVIL)
    g.node("SendWebRequestBlock", url="https://api.example.com/")
    version = agent(alice, g)
    waiting = submitted(
        alice,
        version,
        name=f"Name {EVIL}",
        description=f"**Bold** {EVIL} [x](javascript:alert(1))",
        changes_summary=EVIL,
    )

    shown = page(screens, of(waiting))

    assert EVIL not in shown
    assert 'href="javascript:' not in shown
    assert "<strong>Bold</strong>" in shown
    assert "api.example.com" in shown
    assert "has no block" in shown
    assert "hunter2" not in shown
    assert "Helper" in shown
    assert "<svg" in shown
    assert not re.search(r"<script>alert|onerror=", shown)


def test_what_is_new_in_a_version_is_shown(alice: User, mona: User, screens: Client) -> None:
    first = approved(alice, by=mona)
    more = calculator()
    more.node("SendWebRequestBlock", url="https://new.example.com/")
    from agents.graphs import services as graphs

    saved = graphs.save_version(
        first.graph_version.agent, {**more.file(), "id": str(first.graph_version.agent_id)}
    )
    second = submitted(alice, saved, changes_summary="More")

    assert "+ new.example.com" in page(screens, of(second))


def test_a_version_is_approved_by_a_page_of_its_own(
    alice: User, mona: User, screens: Client
) -> None:
    waiting = submitted(alice)
    asked = page(screens, of(waiting, "approve"))
    assert "everybody finds this version" in asked
    assert not Listing.objects.public().exists()

    done = decide(screens, waiting, "approve", comments="Good", internal_comments="Looked twice")

    assert done["Location"] == of(waiting)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reviewer, waiting.review_comments) == (
        *(State.APPROVED, mona, "Good"),
    )
    shown = page(screens, of(waiting))
    assert "Looked twice" in shown
    assert "mona" in shown


def test_a_refusal_is_told_and_nothing_changes(alice: User, screens: Client) -> None:
    waiting = submitted(alice)

    refused = decide(screens, waiting, "reject")
    assert "Tell the creator" in refused.content.decode()

    edit(alice, waiting.pk, fields={"name": "Edited"})
    screened(waiting.pk)
    refused = decide(screens, waiting, "approve", revision=1)
    assert "edited since you looked" in refused.content.decode()
    waiting.refresh_from_db()
    assert waiting.status == State.PENDING


def test_a_listing_is_suspended_and_restored(alice: User, mona: User, screens: Client) -> None:
    listed = approved(alice, by=mona)

    decide(screens, listed, "suspend", comments="Spam")
    assert not Listing.objects.public().exists()
    decide(screens, listed, "restore")
    assert Listing.objects.public().exists()
    assert [one.action for one in Decision.objects.order_by("-pk")[:2]] == ["restore", "suspend"]


def test_a_moderator_tries_a_copy_of_their_own(alice: User, mona: User, screens: Client) -> None:
    waiting = submitted(alice)

    done = decide(screens, waiting, "try")

    copy = Agent.objects.get(owner=mona)
    assert done["Location"] == reverse("webui:agent", args=[copy.pk])
    assert copy.pk != waiting.listing.agent_id
    assert Agent.objects.filter(owner=alice).count() == 1


def test_staff_without_the_right_see_and_decide_nothing(alice: User, client: Client) -> None:
    staff = User.objects.create(username="stan", is_staff=True)
    client.force_login(staff)
    waiting = submitted(alice)

    for address in (QUEUE, of(waiting), of(waiting, "approve")):
        assert client.get(address).status_code == 403
    assert decide(client, waiting, "approve").status_code == 403
    waiting.refresh_from_db()
    assert waiting.status == State.PENDING


def test_nothing_is_edited_or_deleted_here(alice: User, screens: Client) -> None:
    waiting = submitted(alice)

    assert screens.post(of(waiting), {"name": "Mine"}).status_code == 403
    assert screens.post(of(waiting, "delete"), {"post": "yes"}).status_code == 403
    assert screens.get(f"{QUEUE}add/").status_code == 403
    assert ListingVersion.objects.get().name == "Calculator"


def test_pictures_are_shown_to_moderators(alice: User, screens: Client) -> None:
    from store import pictures

    kept = pictures.keep(alice, picture())
    waiting = submitted(alice)
    edit(alice, waiting.pk, fields={}, shown=[kept.pk])

    assert f"/store/pictures/{kept.pk}/" in page(screens, of(waiting))
