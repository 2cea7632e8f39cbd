"""Orders: bounded, monotone, and the more is known the more it weighs."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.ranking import (
    COLD,
    EPOCH,
    HALF_LIFE,
    PRIOR_MEAN,
    Happening,
    alike,
    heat,
    mean,
    relevance,
    score,
    warmth,
)

ratings = st.tuples(*[st.integers(0, 40)] * 5).map(
    lambda counts: [stars for stars, count in enumerate(counts, 1) for _ in range(count)]
)
moments = st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: EPOCH + timedelta(minutes=minutes))

happenings = st.builds(Happening, *[st.integers(0, 10_000)] * 4)


def test_a_listing_that_nobody_rated_has_the_score_of_the_prior() -> None:
    assert score(0, 0) == PRIOR_MEAN
    assert mean(0, 0) == 0


@given(ratings)
def test_a_score_lies_between_one_and_five_stars(given: list[int]) -> None:
    assert 1 <= score(sum(given), len(given)) <= 5


@given(ratings, st.integers(1, 5))
def test_a_rating_pulls_the_score_towards_itself(given: list[int], stars: int) -> None:
    before, after = (
        score(sum(given), len(given)),
        score(sum(given) + stars, len(given) + 1),
    )

    assert min(before, stars) - 1e-9 <= after <= max(before, stars) + 1e-9


@given(ratings.filter(bool), st.integers(2, 50))
def test_more_of_the_same_ratings_weigh_more(given: list[int], times: int) -> None:
    few = score(sum(given), len(given))
    many = score(sum(given) * times, len(given) * times)
    plain = mean(sum(given), len(given))

    assert abs(many - plain) <= abs(few - plain) + 1e-9


def test_a_hundred_good_ratings_stand_above_one_that_is_perfect() -> None:
    assert score(450, 100) > score(5, 1) > score(0, 0) > score(1, 1)


@given(happenings, moments)
def test_heat_never_falls(happened: Happening, moment: datetime) -> None:
    first = heat(COLD, happened, moment)

    assert first >= COLD
    assert heat(first, happened, moment) >= first


@given(happenings, moments, st.integers(1, 1000))
def test_later_is_hotter(happened: Happening, moment: datetime, hours: int) -> None:
    later = moment + timedelta(hours=hours)

    assert heat(COLD, happened, later) >= heat(COLD, happened, moment)


@given(happenings.filter(lambda one: one.weight > 0), moments)
def test_what_happened_now_is_as_warm_as_its_weight(happened: Happening, moment: datetime) -> None:
    kept = heat(COLD, happened, moment)

    assert warmth(kept, moment) == pytest.approx(happened.weight)
    assert warmth(kept, moment + HALF_LIFE) == pytest.approx(happened.weight / 2)


@given(st.lists(st.tuples(happenings, moments), max_size=8), moments)
def test_what_is_kept_is_the_fading_sum(
    events: list[tuple[Happening, datetime]], at: datetime
) -> None:
    kept = COLD
    for happened, moment in events:
        kept = heat(kept, happened, moment)
    plain = sum(happened.weight * 2.0 ** ((moment - at) / HALF_LIFE) for happened, moment in events)

    assert warmth(kept, at) == pytest.approx(plain, rel=1e-6, abs=1e-9)


def test_a_thousand_runs_long_ago_are_colder_than_ten_now() -> None:
    today = EPOCH + timedelta(days=365)

    old = heat(COLD, Happening(runs=1000), today - timedelta(days=70))
    new = heat(COLD, Happening(runs=10), today)

    assert new > old


@given(st.floats(0, 10), st.floats(1, 5), st.integers(0, 10**9))
def test_quality_at_most_doubles_what_the_words_are_worth(
    text: float, stars: float, runs: int
) -> None:
    assert text <= relevance(text, stars, runs) <= 2 * text + 1e-9


@given(st.floats(0, 10), st.floats(1, 4), st.integers(0, 10**6))
def test_better_and_more_used_is_not_lower(text: float, stars: float, runs: int) -> None:
    here = relevance(text, stars, runs)

    assert relevance(text, stars + 1, runs) >= here
    assert relevance(text, stars, runs + 1) >= here


def test_alike_is_what_two_have_in_common() -> None:
    assert alike(["a", "b"], ["b", "a"]) == 1
    assert alike(["a", "b"], ["b", "c"]) == pytest.approx(1 / 3)
    assert alike([], []) == alike(["a"], []) == 0
