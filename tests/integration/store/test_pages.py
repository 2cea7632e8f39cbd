"""A creator's pages: from an agent to a listing, without a line of JavaScript."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from store.actions.reject import reject
from store.deciding import Comments
from store.models import Listing, ListingVersion
from store.moderation import State
from tests.support.avatars import picture
from tests.support.graphs import calculator
from tests.support.store import SAID, agent, approved, submitted

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def pages(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_draft_is_kept_looked_at_and_sent(pages: Client, alice: User) -> None:
    g = calculator()
    g.node("SendWebRequestBlock", url="https://api.example.com/")
    version = agent(alice, g)
    form = f"/creator/agents/{version.agent_id}/new/"
    assert "Calculator" in text(pages, form)

    kept = pages.post(form, {**SAID, "description": f"**Adds** {EVIL}", "picture": picture()})

    made = ListingVersion.objects.get()
    assert kept["Location"] == f"/creator/listings/{made.listing_id}/"
    assert made.status == State.DRAFT
    shown = text(pages, kept["Location"])
    assert "api.example.com" in shown
    assert "<strong>Adds</strong>" in shown
    assert EVIL not in shown
    assert "/store/pictures/" in shown
    pages.post(f"/creator/submissions/{made.pk}/send/")
    made.refresh_from_db()
    assert made.status == State.PENDING
    assert "waits for a moderator" in text(pages, "/creator/listings/")


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(
    pages: Client, alice: User
) -> None:
    form = f"/creator/agents/{agent(alice).agent_id}/new/"
    many = {**SAID, "categories": ["data", "sales", "other", "research"]}

    for said in ({}, many, {**SAID, "video_url": "javascript:alert(1)"}):
        assert pages.post(form, said).status_code == 400
    refused = pages.post(form, {**SAID, "picture": _no_picture()})

    assert refused.status_code == 400
    assert "cannot be read as a picture" in refused.content.decode()
    assert not Listing.objects.exists()


def _no_picture() -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("x.png", b"<svg onload=alert(1)>", "image/png")


def test_a_version_that_waits_is_edited_and_keeps_its_pictures(pages: Client, alice: User) -> None:
    version = agent(alice)
    pages.post(f"/creator/agents/{version.agent_id}/new/", {**SAID, "picture": picture()})
    made = ListingVersion.objects.get()
    edit = f"/creator/submissions/{made.pk}/edit/"
    again = pages.get(f"/creator/agents/{version.agent_id}/new/")
    assert again["Location"] == edit

    pages.post(edit, {**SAID, "name": "Sums"})
    made.refresh_from_db()
    assert (made.name, made.shown_pictures.count()) == ("Sums", 1)
    pages.post(edit, {**SAID, "name": "Sums", "remove_pictures": "on"})
    assert made.shown_pictures.count() == 0


def test_a_creator_reads_why_it_was_rejected_and_tries_again(
    pages: Client, alice: User, mona: User
) -> None:
    waiting = submitted(alice)
    reject(mona, waiting.pk, comments=Comments("Say what it needs.", "A bad one"))

    shown = text(pages, f"/creator/listings/{waiting.listing_id}/")
    assert "Say what it needs." in shown
    assert "A bad one" not in shown
    assert "mona" not in shown
    form = f"/creator/agents/{waiting.listing.agent_id}/new/"
    assert "It **calculates**." in text(pages, form)
    pages.post(form, {**SAID, "description": "It needs nothing."})
    assert ListingVersion.objects.get(number=2).status == State.DRAFT


def test_a_version_is_taken_back_after_a_question(pages: Client, alice: User, mona: User) -> None:
    listed = approved(alice, by=mona)
    address = f"/creator/submissions/{listed.pk}/withdraw/"

    assert "Nobody gets version 1 any more" in text(pages, address)
    assert Listing.objects.public().exists()
    pages.post(address)
    assert not Listing.objects.public().exists()


def test_nobody_else_sees_a_creator_s_pages(client: Client, alice: User, charlie: User) -> None:
    waiting = submitted(alice)
    client.force_login(charlie)

    assert "Calculator" not in text(client, "/creator/listings/")
    for address in (
        f"/creator/listings/{waiting.listing_id}/",
        f"/creator/submissions/{waiting.pk}/edit/",
        f"/creator/submissions/{waiting.pk}/withdraw/",
    ):
        assert client.get(address).status_code == 404
    assert client.post(f"/creator/submissions/{waiting.pk}/withdraw/").status_code == 404
    waiting.refresh_from_db()
    assert waiting.status == State.PENDING
