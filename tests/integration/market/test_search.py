"""Agents are found by their words, in their order, and by others than they are spelled."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import User
from market import indexing
from market.models import Entry, Word
from market.search import MOST_RANKED, find, marks, narrowed, suggestion
from market.wanted import NAME, NEW, RATING, SORTS, Wanted, read
from store.models import Listing
from store.moderation import State
from tests.factories.market import listed, version

pytestmark = pytest.mark.django_db


def names(wanted: Wanted) -> list[str]:
    return [str(one.active_version and one.active_version.name) for one in find(wanted).listings]


class TestWords:
    def test_the_name_weighs_more_than_the_description(self, alice: User) -> None:
        listed(alice, "Post office", description="It can sort invoices, too.")
        listed(alice, "Invoice reader", description="Reads mails.")

        assert names(Wanted(query="invoice")) == ["Invoice reader", "Post office"]

    def test_words_are_found_in_other_forms(self, alice: User) -> None:
        listed(alice, "Summaries", description="It summarises reports.")

        assert names(Wanted(query="reporting")) == ["Summaries"]

    @pytest.mark.parametrize("typed", ["c", "calc", "calculat", "calculator", "tea calc"])
    def test_a_word_that_has_only_begun_finds_what_begins_so(self, alice: User, typed: str) -> None:
        listed(alice, "Tea calculator")
        listed(alice, "Weather")

        assert names(Wanted(query=typed)) == ["Tea calculator"]

    def test_all_words_must_be_there_unless_one_says_or(self, alice: User) -> None:
        listed(alice, "Tea party")
        listed(alice, "Tea house")

        assert names(Wanted(query="tea party")) == ["Tea party"]
        assert sorted(names(Wanted(query="party or house"))) == ["Tea house", "Tea party"]
        assert names(Wanted(query="tea -party")) == ["Tea house"]
        assert names(Wanted(query='"house tea"')) == []

    def test_a_creator_is_found_by_name(self, alice: User, bob: User) -> None:
        listed(alice, "One")
        listed(bob, "Two")

        assert names(Wanted(query="bob")) == ["Two"]

    @pytest.mark.parametrize(
        "query",
        ["'", "\\", "a:*", "& |", "!!", "(", '"', "''':*", "<b>", "%", "-", "\ue000x", "the"],
    )
    def test_signs_of_the_query_language_do_no_harm(self, alice: User, query: str) -> None:
        listed(alice, "Calculator")

        wanted = read({"q": query})

        find(wanted)
        suggestion(wanted)


class TestMarks:
    def test_what_matches_is_marked_and_everything_else_escaped(self, alice: User) -> None:
        listing = listed(
            alice, "<b>Tea</b> & cake", sub_heading="Tea!", description="<script>tea</script>"
        )

        found = marks([listing], "tea")[listing.pk]

        assert found.name == "&lt;b&gt;<mark>Tea</mark>&lt;/b&gt; &amp; cake"
        assert found.sub_heading == "<mark>Tea</mark>!"
        assert "<script" not in found.description

    def test_signs_that_mark_cannot_be_brought_along(self, alice: User) -> None:
        listing = listed(alice, "Tea \ue000x\ue001", sub_heading="\ue000")

        found = marks([listing], "tea")[listing.pk]

        assert found.name == "<mark>Tea</mark> x"
        assert found.sub_heading == ""


class TestSpelling:
    @pytest.mark.parametrize(
        "typed", ["calcualtor", "calculatr", "calculattor", "calcolator", "kalculator"]
    )
    def test_a_slip_is_recognised(self, alice: User, typed: str) -> None:
        listed(alice, "Tea calculator")

        assert suggestion(Wanted(query=f"tea {typed}")) == "tea calculator"

    def test_words_of_what_nobody_may_see_any_more_are_not_suggested(self, alice: User) -> None:
        hidden = listed(alice, "Scandalous calculator")
        hidden.suspended_at = now()
        hidden.save()

        assert Word.objects.filter(text="scandalous").exists()
        assert suggestion(Wanted(query="scandalos")) == ""
        assert suggestion(Wanted(query="calculatr")) == ""

    def test_what_is_spelled_right_gets_no_suggestion(self, alice: User) -> None:
        listed(alice, "Calculator")

        assert suggestion(Wanted(query="calculator")) == ""


class TestNarrowing:
    def test_each_filter_leaves_what_it_names(self, alice: User, bob: User) -> None:
        one = listed(alice, "One", categories=["data", "finance"])
        two = listed(
            bob,
            "Two",
            categories=["sales"],
            manifest={"credentials": [{}], "cost": {"questions": 1}},
        )
        Entry.objects.filter(pk=two.pk).update(rating_total=50, rating_count=10, score=4.5)

        assert names(Wanted(category="finance")) == ["One"]
        assert names(Wanted(creator="BOB")) == ["Two"]
        assert names(Wanted(no_credentials=True)) == ["One"]
        assert names(Wanted(free=True)) == ["One"]
        assert names(Wanted(stars=4)) == ["Two"]
        assert one.pk in set(narrowed(Wanted()).values_list("pk", flat=True))

    @pytest.mark.parametrize("sort", SORTS)
    def test_every_order_can_be_turned_round(self, alice: User, sort: str) -> None:
        for number in range(3):
            made = listed(alice, f"Tea {number}")
            Entry.objects.filter(pk=made.pk).update(
                heat=number, score=1 + number, runs=number, downloads=number
            )

        there = names(Wanted(sort=sort))
        back = names(Wanted(sort=sort, rising=True))

        assert back == there[::-1]
        assert there == (
            ["Tea 0", "Tea 1", "Tea 2"] if sort == NAME else ["Tea 2", "Tea 1", "Tea 0"]
        )

    def test_pages_hold_everything_once(self, alice: User) -> None:
        made = {listed(alice, f"Tea {number}").pk for number in range(7)}

        for wanted in (Wanted(), Wanted(sort=NEW), Wanted(query="tea")):
            seen = [find(wanted, number, 3) for number in (1, 2, 3, 4)]
            assert [len(one.listings) for one in seen] == [3, 3, 1, 0]
            assert {one.pk for page in seen for one in page.listings} == made
            assert [one.total for one in seen] == [7, 7, 7, 7]
            assert [one.has_next for one in seen] == [True, True, False, False]


class TestStates:
    @pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
    def test_only_what_is_approved_is_found(self, alice: User, state: State) -> None:
        listed(alice, "Hidden tea", state=state)

        assert find(Wanted(query="tea")).total == 0
        assert find(Wanted()).total == 0

    def test_what_is_suspended_is_gone_at_once_even_if_nobody_says_so(self, alice: User) -> None:
        listing = listed(alice, "Tea")
        Listing.objects.filter(pk=listing.pk).update(suspended_at=now())

        assert find(Wanted(query="tea")).total == 0
        assert find(Wanted()).total == 0
        assert Entry.objects.filter(pk=listing.pk).exists()  # and its counts stay

    def test_a_new_version_is_found_by_its_new_words_alone(self, alice: User) -> None:
        listing = listed(alice, "Tea")
        version(listing, "Coffee")
        assert indexing.missing() == [listing.pk]

        indexing.refresh([listing.pk])

        assert indexing.missing() == []
        assert names(Wanted(query="coffee")) == ["Coffee"]
        assert names(Wanted(query="tea")) == ["Coffee"]  # by its address, which stays


def test_a_word_that_all_have_is_ranked_among_the_hottest(
    alice: User, django_assert_num_queries: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        made = listed(alice, f"Tea {number}")
        Entry.objects.filter(pk=made.pk).update(heat=number)
    monkeypatch.setattr("market.search.MOST_RANKED", 3)

    with django_assert_num_queries(2):
        found = find(Wanted(query="tea"))

    assert MOST_RANKED > 3
    assert (found.total, found.is_capped) == (3, True)
    assert sorted(str(one.active_version) for one in found.listings) == [
        "Tea 3 (1)",
        "Tea 4 (1)",
        "Tea 5 (1)",
    ]


def test_what_is_better_stands_first_among_equal_matches(alice: User) -> None:
    for name, total in (("Tea one", 10), ("Tea two", 50), ("Tea three", 30)):
        made = listed(alice, name)
        Entry.objects.filter(pk=made.pk).update(
            rating_total=total, rating_count=10, score=total / 10
        )

    assert names(Wanted(query="tea")) == ["Tea two", "Tea three", "Tea one"]
    assert names(Wanted(sort=RATING)) == ["Tea two", "Tea three", "Tea one"]
