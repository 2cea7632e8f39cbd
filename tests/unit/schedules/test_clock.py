"""Cron lines, intervals and single moments."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from agents.schedules.clock import Cron, Interval, NotCron, Once, between, delay

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SCHEDULE = UUID("11111111-1111-4111-8111-111111111111")


def test_a_line_is_read_in_its_zone() -> None:
    assert Cron("0 9 * * MON-FRI", BERLIN).after(NOON) == datetime(2026, 5, 4, 7, tzinfo=UTC)


def test_what_lies_in_a_gap_happens_once_at_its_end() -> None:
    clock = Cron("0,15,30 2 * * *", BERLIN)

    found = between(
        clock, datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 30, 0, 10, tzinfo=UTC), 9
    )

    assert found == [
        datetime(2026, 3, 29, 1, tzinfo=UTC),  # 03:00, where 02:00 would have been
        datetime(2026, 3, 30, 0, tzinfo=UTC),
    ]


def test_what_comes_twice_happens_the_first_time() -> None:
    found = between(
        Cron("30 2 * * *", BERLIN),
        datetime(2026, 10, 25, tzinfo=UTC),
        datetime(2026, 10, 26, tzinfo=UTC),
        9,
    )

    assert found == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


def test_every_hour_happens_in_both_hours_that_are_called_the_same() -> None:
    found = between(
        Cron("30 * * * *", BERLIN),
        datetime(2026, 10, 25, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 2, tzinfo=UTC),
        9,
    )

    assert found == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "* * * *",
        "0 0 9 * * *",
        "60 * * * *",
        "*/0 * * * *",
        "a b c d e",
        "5L/2 * * * *",
        "0 0 31 2 *",
        "",
        "@daily",
        "1," * 200 + "1 * * * *",
    ],
)
def test_what_is_no_line_is_refused(line: str) -> None:
    with pytest.raises(NotCron):
        Cron(line, BERLIN)


def test_the_refusal_names_the_field() -> None:
    with pytest.raises(NotCron, match="The day of week cannot be read"):
        Cron("0 9 * * MONDAY", BERLIN)


def test_a_line_is_said_in_words() -> None:
    assert Cron("0 9 * * 1", BERLIN).in_words() == "At 09:00 on Monday"


def test_intervals_are_counted_from_their_beginning() -> None:
    clock = Interval(timedelta(minutes=90), NOON)

    assert clock.after(NOON - timedelta(days=1)) == NOON
    assert clock.after(NOON) == NOON + timedelta(minutes=90)
    assert clock.after(NOON + timedelta(minutes=100)) == NOON + timedelta(minutes=180)


def test_a_single_moment_comes_once() -> None:
    assert Once(NOON).after(NOON - timedelta(seconds=1)) == NOON
    assert Once(NOON).after(NOON) is None


def test_between_has_both_ends_and_no_more_than_asked() -> None:
    clock = Interval(timedelta(hours=1), NOON)

    assert between(clock, NOON, NOON + timedelta(hours=2), 9) == [
        NOON,
        NOON + timedelta(hours=1),
        NOON + timedelta(hours=2),
    ]
    assert between(clock, NOON, NOON + timedelta(hours=2), 2) == [NOON, NOON + timedelta(hours=1)]


def test_a_delay_is_the_same_whoever_asks_and_lies_within_its_limit() -> None:
    most = timedelta(minutes=10)
    found = [delay(SCHEDULE, NOON + timedelta(minutes=step), most) for step in range(200)]

    assert found == [delay(SCHEDULE, NOON + timedelta(minutes=step), most) for step in range(200)]
    assert min(found) >= timedelta()
    assert max(found) < most
    assert len(set(found)) == 200
    assert delay(SCHEDULE, NOON, timedelta()) == timedelta()
