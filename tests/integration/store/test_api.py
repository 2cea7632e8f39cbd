"""Submissions and moderation over HTTP, in the shapes that clients of the AutoGPT Platform know."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from store.models import Listing, ListingVersion
from tests.support.avatars import picture
from tests.support.store import SAID, agent, approved, screened, submitted

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
SUBMISSIONS = "/api/v1/store/submissions/"


def review(pk: UUID | str) -> str:
    return f"/api/v1/store/admin/submissions/{pk}/review/"


def test_a_creator_sends_an_agent_with_pictures(alice: User, api: Api) -> None:
    version = agent(alice)
    sent = api(alice).post(f"{SUBMISSIONS}media/", {"file": picture()}, format="multipart")
    assert sent.status_code == 201
    assert (sent.data["width"], sent.data["height"]) == (400, 300)

    made = api(alice).post(
        SUBMISSIONS,
        {
            **SAID,
            "agent_id": str(version.agent_id),
            "agent_version": 1,
            "slug": "sums",
            "image_urls": [sent.data["image_url"]],
            "video_url": None,
            "recommended_schedule_cron": "0 9 * * 1",
        },
        format="json",
    )

    assert made.status_code == 201
    assert made["Location"].endswith(f"{SUBMISSIONS}{made.data['store_listing_version_id']}/")
    told = made.json()
    assert {name: told[name] for name in SAID} == SAID
    assert (told["status"], told["slug"], told["version"]) == ("PENDING", "sums", 1)
    assert told["image_urls"] == [sent.data["image_url"]]
    assert told["recommended_schedule_cron"] == "0 9 * * 1"
    assert told["manifest"]["blocks"]["Calculator"] == 1
    assert "internal_comments" not in told
    shown = api().get(sent.data["image_url"])
    assert shown["Content-Type"] == "image/webp"
    assert "sandbox" in shown["Content-Security-Policy"]


def test_submissions_come_in_pages(alice: User, charlie: User, api: Api) -> None:
    for number in range(3):
        submitted(alice, name=f"Agent {number}")
    submitted(charlie)

    page = api(alice).get(SUBMISSIONS, {"page": 2, "page_size": 2}).json()

    assert [one["name"] for one in page["submissions"]] == ["Agent 0"]
    assert page["pagination"] == {
        "total_items": 3,
        "total_pages": 2,
        "current_page": 2,
        "page_size": 2,
    }
    assert api(alice).get(SUBMISSIONS, {"page": 0}).status_code == 400


def test_the_number_of_queries_does_not_grow_with_the_page(
    alice: User, api: Api, django_assert_num_queries: Any
) -> None:
    for number in range(4):
        submitted(alice, name=f"Agent {number}")
    client = api(alice)

    with django_assert_num_queries(4):
        client.get(SUBMISSIONS)


def test_a_submission_is_changed_and_taken_back(alice: User, charlie: User, api: Api) -> None:
    waiting = submitted(alice)
    address = f"{SUBMISSIONS}{waiting.pk}/"

    assert api(charlie).put(address, {"name": "Mine"}, format="json").status_code == 404
    changed = api(alice).put(address, {"name": "Sums"}, format="json")
    assert (changed.data["name"], changed.data["revision"]) == ("Sums", 2)
    assert api(alice).put(address, {"nmae": "x"}, format="json").status_code == 400
    assert api(charlie).delete(address).status_code == 404
    assert api(alice).delete(address).data["status"] == "WITHDRAWN"
    refused = api(alice).put(address, {"name": "Again"}, format="json")
    assert (refused.status_code, refused.data["code"]) == (409, "submission_closed")


def test_a_draft_is_kept_and_sent_later(alice: User, api: Api) -> None:
    version = agent(alice)
    body = {"agent_id": str(version.agent_id), "draft": True}
    made = api(alice).post(SUBMISSIONS, body, format="json")
    assert (made.status_code, made.data["status"]) == (201, "DRAFT")
    address = f"{SUBMISSIONS}{made.data['store_listing_version_id']}/"

    refused = api(alice).post(f"{address}send/")
    assert (refused.status_code, refused.data["code"]) == (400, "invalid_listing")
    assert [one["attr"] for one in refused.data["errors"]] == [
        *("sub_heading", "description", "categories")
    ]
    api(alice).put(address, {name: SAID[name] for name in SAID}, format="json")
    assert api(alice).post(f"{address}send/").data["status"] == "PENDING"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/x.png",
        "javascript:alert(1)",
        "",
        f"https://evil.example.com/store/pictures/{UUID(int=1)}/",
        f"/store/pictures/{UUID(int=1)}/",
    ],
)
def test_only_own_pictures_are_shown(alice: User, api: Api, url: str) -> None:
    body = {**SAID, "agent_id": str(agent(alice).agent_id), "image_urls": [url]}
    refused = api(alice).post(SUBMISSIONS, body, format="json")

    assert refused.status_code in {400, 404}
    assert not Listing.objects.exists()


def test_agents_to_choose_from_say_what_is_listed(alice: User, charlie: User, api: Api) -> None:
    agent(charlie)
    plain = agent(alice)
    listed = submitted(alice)

    told = api(alice).get("/api/v1/store/myagents/").json()

    assert {one["agent_id"]: one["slug"] for one in told["agents"]} == {
        str(plain.agent_id): None,
        str(listed.listing.agent_id): "calculator",
    }
    assert told["pagination"]["total_items"] == 2


def test_moderators_decide_and_the_second_one_meets_a_conflict(
    alice: User, mona: User, api: Api
) -> None:
    waiting = submitted(alice)
    body = {"is_approved": True, "comments": "Good", "internal_comments": "Checked", "revision": 1}

    decided = api(mona).post(review(waiting.pk), body, format="json")
    assert decided.status_code == 200
    told = decided.json()
    assert (told["status"], told["is_active"], told["internal_comments"]) == (
        *("APPROVED", True, "Checked"),
    )
    second = api(mona).post(review(waiting.pk), {"is_approved": False}, format="json")
    assert (second.status_code, second.data["code"]) == (409, "already_decided")
    assert "Checked" not in api(alice).get(f"{SUBMISSIONS}{waiting.pk}/").content.decode()


def test_only_moderators_moderate(alice: User, charlie: User, api: Api) -> None:
    waiting = submitted(alice)

    for user in (alice, charlie):
        refused = api(user).post(review(waiting.pk), {"is_approved": True}, format="json")
        assert (refused.status_code, refused.data["code"]) == (403, "role_required")
    waiting.refresh_from_db()
    assert waiting.status == "PENDING"


def test_the_queue_is_searched_and_filtered(alice: User, mona: User, api: Api) -> None:
    approved(alice, by=mona, name="Tea")
    submitted(alice, name="Cake")
    address = "/api/v1/store/admin/listings/"

    def found(**query: str) -> list[str]:
        return [one["slug"] for one in api(mona).get(address, query).json()["listings"]]

    assert found() == ["tea", "cake"]
    assert found(status="PENDING") == ["cake"]
    assert found(search="te") == ["tea"]
    assert found(search="ALICE", status="APPROVED") == ["tea"]
    assert api(mona).get(address, {"status": "NONE"}).status_code == 400


def test_a_listing_is_suspended_restored_and_has_a_history(
    alice: User, mona: User, api: Api
) -> None:
    listed = approved(alice, by=mona)
    address = f"/api/v1/store/admin/listings/{listed.listing_id}/"

    assert api(mona).post(f"{address}suspend/", {}, format="json").status_code == 400
    assert Listing.objects.public().exists()
    api(mona).post(f"{address}suspend/", {"reason": "Spam"}, format="json")
    assert not Listing.objects.public().exists()
    mine = api(alice).get(f"{SUBMISSIONS}{listed.pk}/").json()
    assert (mine["is_suspended"], mine["suspended_reason"]) == (True, "Spam")
    api(mona).post(f"{address}restore/")
    assert Listing.objects.public().exists()
    told = api(mona).get(f"{address}history/").json()
    assert [one["action"] for one in told] == ["restore", "suspend", "approve", "submit"]


def test_what_is_not_there_is_not_found(alice: User, mona: User, api: Api) -> None:
    assert api(mona).post(review(uuid4()), {"is_approved": True}, format="json").status_code == 404
    assert api(alice).get(f"{SUBMISSIONS}{uuid4()}/").status_code == 404


def test_a_life_with_a_rejection_in_it(alice: User, mona: User, api: Api) -> None:
    first = submitted(alice)
    api(mona).post(review(first.pk), {"is_approved": False, "comments": "Say more"}, format="json")
    assert api(alice).get(f"{SUBMISSIONS}{first.pk}/").data["review_comments"] == "Say more"

    body = {**SAID, "agent_id": str(first.listing.agent_id), "description": "More"}
    second = api(alice).post(SUBMISSIONS, body, format="json").data["store_listing_version_id"]
    screened(second)
    api(mona).post(review(second), {"is_approved": True}, format="json")

    assert str(Listing.objects.public().get().active_version_id) == second
    assert ListingVersion.objects.get(pk=second).number == 2
