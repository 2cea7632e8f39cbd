"""What people say of agents in the store."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.holdings import everything
from accounts.models import User
from agents.executions.services import start_execution
from audit.models import Entry
from store import announcing
from store.models import Listing, ListingRating, ListingReview, Report
from store.rating import forget
from tests.support.market import collected, listed, telling
from tests.support.runs import run_to_end

pytestmark = pytest.mark.django_db

Api = Callable[..., APIClient]


@pytest.fixture
def greeter(alice: User) -> Listing:
    return listed(alice, telling())


@pytest.fixture
def rated() -> Any:
    """Return the listings that were told to have other ratings."""
    told: list[Any] = []
    announcing.RATING_LISTENERS.append(told.extend)
    yield told
    announcing.RATING_LISTENERS.remove(told.extend)


def at(listing: Listing, rest: str = "review/") -> str:
    return f"/api/v1/store/agents/{listing.owner.username}/{listing.slug}/{rest}"


def has_run(user: User, listing: Listing) -> User:
    """Let the user run the agent to its end."""
    collected(user, listing)
    run_to_end(
        start_execution(owner=user, agent_id=listing.agent_id, inputs={"name": user.username})
    )
    return user


def review(api: Api, user: User, listing: Listing, score: int, comments: str = "") -> Any:
    body = {"score": score, "comments": comments}
    return api(user).post(at(listing), body, format="json")


def figures(listing: Listing) -> tuple[int, int]:
    found = ListingRating.objects.filter(listing=listing).first()
    return (found.total, found.count) if found else (0, 0)


def test_whoever_ran_it_reviews_it_once_and_may_change_that(
    api: Api, bob: User, greeter: Listing, rated: list[Any]
) -> None:
    has_run(bob, greeter)

    first = review(api, bob, greeter, 2, "Too short.")
    second = review(api, bob, greeter, 5, "Better now.")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert (second.json()["author"], second.json()["comments"]) == ("bob", "Better now.")
    assert figures(greeter) == (5, 1)
    assert rated == [greeter.pk, greeter.pk]
    assert Entry.objects.filter(action="listing.reviewed").count() == 2


@pytest.mark.parametrize("runs", [False, True], ids=["nobody ran", "somebody only began to run"])
def test_who_did_not_run_it_to_its_end_may_not(
    api: Api, bob: User, greeter: Listing, runs: bool
) -> None:
    if runs:
        collected(bob, greeter)
        start_execution(owner=bob, agent_id=greeter.agent_id, inputs={"name": "B"})

    answer = review(api, bob, greeter, 5)

    assert (answer.status_code, answer.json()["code"]) == (403, "review_needs_a_run")
    assert (ListingReview.objects.count(), figures(greeter)) == (0, (0, 0))


def test_creators_do_not_review_their_own(api: Api, alice: User, greeter: Listing) -> None:
    run_to_end(start_execution(owner=alice, agent_id=greeter.agent_id, inputs={"name": "A"}))

    answer = review(api, alice, greeter, 5)

    assert (answer.status_code, answer.json()["code"]) == (403, "own_agent_reviewed")


@pytest.mark.parametrize("score", [0, 6, -1, "many"])
def test_scores_are_of_one_to_five_stars(api: Api, bob: User, greeter: Listing, score: Any) -> None:
    has_run(bob, greeter)

    assert review(api, bob, greeter, score).status_code == 400
    assert figures(greeter) == (0, 0)


def test_the_figures_follow_every_review(
    api: Api, bob: User, charlie: User, greeter: Listing
) -> None:
    review(api, has_run(bob, greeter), greeter, 4)
    review(api, has_run(charlie, greeter), greeter, 1)
    assert figures(greeter) == (5, 2)

    review(api, bob, greeter, 3)
    assert figures(greeter) == (4, 2)

    assert api(charlie).delete(at(greeter)).status_code == 204
    assert api(charlie).delete(at(greeter)).status_code == 404
    assert figures(greeter) == (3, 1)


def test_everybody_reads_them_the_last_written_first(
    api: Api, bob: User, charlie: User, greeter: Listing, django_assert_num_queries: Any
) -> None:
    review(api, has_run(bob, greeter), greeter, 4, "<script>alert(1)</script>")
    review(api, has_run(charlie, greeter), greeter, 1)

    with django_assert_num_queries(3):
        told = api().get(at(greeter, "reviews/")).json()

    assert [(one["author"], one["score"]) for one in told["reviews"]] == [
        ("charlie", 1),
        ("bob", 4),
    ]
    assert told["pagination"]["total_items"] == 2


def test_of_a_listing_that_nobody_sees_there_are_no_reviews(
    api: Api, bob: User, greeter: Listing
) -> None:
    review(api, has_run(bob, greeter), greeter, 4)
    Listing.objects.update(suspended_at="2026-01-01T00:00Z")

    assert api().get(at(greeter, "reviews/")).status_code == 404
    assert review(api, bob, greeter, 1).status_code == 404
    assert figures(greeter) == (4, 1)


class TestAnswers:
    def test_the_creator_answers_and_takes_it_back(
        self, api: Api, alice: User, bob: User, greeter: Listing
    ) -> None:
        made = review(api, has_run(bob, greeter), greeter, 2).json()
        address = f"/api/v1/store/reviews/{made['id']}/answer/"

        answered = api(alice).post(address, {"text": "Thank you."}, format="json").json()
        again = api(alice).post(address, {"text": ""}, format="json").json()

        assert answered["answer"] == "Thank you."
        assert answered["updated_at"] == made["updated_at"]  # it is the review's
        assert (again["answer"], again["answered_at"]) == ("", None)

    def test_nobody_else_does(self, api: Api, bob: User, charlie: User, greeter: Listing) -> None:
        made = review(api, has_run(bob, greeter), greeter, 2).json()
        address = f"/api/v1/store/reviews/{made['id']}/answer/"

        for somebody in (bob, charlie):
            assert api(somebody).post(address, {"text": "Mine"}, format="json").status_code == 404
        assert ListingReview.objects.get().answer == ""


class TestReports:
    def test_a_second_one_changes_the_first_until_it_is_settled(
        self, api: Api, bob: User, greeter: Listing
    ) -> None:
        address = at(greeter, "report/")

        first = api(bob).post(address, {"reason": "spam"}, format="json")
        second = api(bob).post(
            address, {"reason": "harmful", "text": "It sends mails."}, format="json"
        )

        assert first.json() == second.json()
        assert [(one.reason, one.text) for one in Report.objects.all()] == [
            ("harmful", "It sends mails.")
        ]
        Report.objects.update(resolved_at="2026-01-01T00:00Z")
        third = api(bob).post(address, {"reason": "spam"}, format="json")
        assert third.json() != first.json()

    def test_a_review_is_reported(
        self, api: Api, bob: User, charlie: User, greeter: Listing
    ) -> None:
        made = review(api, has_run(bob, greeter), greeter, 1, "rude").json()

        answer = api(charlie).post(
            f"/api/v1/store/reviews/{made['id']}/report/", {"reason": "abusive"}, format="json"
        )

        assert answer.status_code == 201
        assert str(Report.objects.get().review_id) == made["id"]

    def test_there_are_no_more_than_twenty_a_day(
        self, api: Api, bob: User, greeter: Listing
    ) -> None:
        Report.objects.bulk_create(
            [
                Report(
                    reporter=bob, listing=greeter, reason="spam", resolved_at="2026-01-01T00:00Z"
                )
                for _ in range(20)
            ]
        )

        answer = api(bob).post(at(greeter, "report/"), {"reason": "spam"}, format="json")

        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_reports")
        assert Report.objects.filter(resolved_at=None).count() == 0


def test_who_is_erased_takes_the_scores_along(
    api: Api, bob: User, charlie: User, greeter: Listing
) -> None:
    review(api, has_run(bob, greeter), greeter, 4)
    review(api, has_run(charlie, greeter), greeter, 1)
    [holding] = [one for one in everything() if one.model is ListingReview]

    forget(holding, bob.pk)

    assert figures(greeter) == (1, 1)
    assert [one.author for one in ListingReview.objects.all()] == [charlie]


def test_a_hidden_review_is_not_shown(api: Api, bob: User, greeter: Listing) -> None:
    review(api, has_run(bob, greeter), greeter, 4)
    ListingReview.objects.update(hidden_at="2026-01-01T00:00Z")

    assert api().get(at(greeter, "reviews/")).json()["reviews"] == []
