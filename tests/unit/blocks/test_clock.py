"""The time, the date and waiting. Here it is always 2 January 2026, 03:04:05.000678 UTC."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from blocks.sdk import BlockError, InvalidPins
from blocks.sdk.testing import FakeContext
from tests.support.blocks import emitted

TIME, DATE, BOTH = "GetCurrentTimeBlock", "GetCurrentDateBlock", "GetCurrentDateAndTimeBlock"


def told(name: str, **inputs: Any) -> str:
    context = FakeContext(
        moment=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
        user_timezone=ZoneInfo("America/New_York"),
    )
    [(_, value)] = emitted(name, {"trigger": "go", **inputs}, context)
    return str(value)


def strftime(format: str, **more: Any) -> dict[str, Any]:
    return {"discriminator": "strftime", "format": format, **more}


def iso(**more: Any) -> dict[str, Any]:
    return {"discriminator": "iso8601", **more}


@pytest.mark.parametrize(
    ("name", "format_type", "expected"),
    [
        (TIME, strftime("%H:%M"), "03:04"),
        (TIME, {"discriminator": "strftime"}, "03:04:05"),
        (TIME, strftime("%I %p", timezone="Asia/Kathmandu"), "08 AM"),
        (TIME, strftime("%H:%M", use_user_timezone=True), "22:04"),
        (TIME, strftime("%H", timezone="Asia/Tokyo", use_user_timezone=True), "22"),
        (TIME, iso(), "T03:04:05+00:00"),
        (TIME, iso(timezone="Asia/Kathmandu"), "T08:49:05+05:45"),
        (TIME, iso(include_microseconds=True), "T03:04:05.000678+00:00"),
        (DATE, strftime("%d.%m.%Y"), "02.01.2026"),
        (DATE, iso(use_user_timezone=True), "2026-01-01"),
        (BOTH, strftime("%A %H h"), "Friday 03 h"),
        (BOTH, iso(timezone="America/New_York"), "2026-01-01T22:04:05-05:00"),
        (BOTH, iso(include_microseconds=True), "2026-01-02T03:04:05.000678+00:00"),
        (BOTH, strftime(""), ""),
        (BOTH, strftime("Uhrzeit: %H Uhr 🕒"), "Uhrzeit: 03 Uhr 🕒"),
    ],
)
def test_time_is_told_in_the_asked_form(name: str, format_type: Any, expected: str) -> None:
    assert told(name, format_type=format_type) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [(TIME, "03:04:05"), (DATE, "2026-01-02"), (BOTH, "2026-01-02 03:04:05")],
)
def test_time_is_told_in_the_usual_form_otherwise(name: str, expected: str) -> None:
    assert told(name) == expected


def test_format_of_older_agents_is_read() -> None:
    assert told(TIME, format="%H h %M") == "03 h 04"
    assert told(TIME, format="%H", format_type=iso()) == "T03:04:05+00:00"


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (0, "2026-01-02"),
        (1, "2026-01-01"),
        ("-30", "2026-02-01"),
        (" 2 ", "2025-12-31"),
        ("soon", "2026-01-02"),
        ("", "2026-01-02"),
        (None, "2026-01-02"),
    ],
)
def test_offset_days_are_taken_off_the_date(offset: Any, expected: str) -> None:
    assert told(DATE, offset=offset) == expected


@pytest.mark.parametrize("offset", [10**6, -(10**7), 10**30, "9" * 40])
def test_offset_beyond_the_calendar_is_an_error(offset: Any) -> None:
    with pytest.raises(BlockError, match="There is no date"):
        told(DATE, offset=offset)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../../etc/passwd", "/etc/passwd", "a\0b", "."])
def test_unknown_time_zone_is_an_error(zone: str) -> None:
    with pytest.raises(BlockError, match="There is no time zone"):
        told(TIME, format_type=iso(timezone=zone))


def test_format_has_a_largest_length() -> None:
    with pytest.raises(BlockError, match="more than 1,000 characters"):
        told(TIME, format_type=strftime("%H" * 501))


@pytest.mark.parametrize("format_type", [{"discriminator": "other"}, {}, "text", [1]])
def test_form_of_an_unknown_kind_is_refused(format_type: Any) -> None:
    with pytest.raises(InvalidPins, match="`format_type`"):
        told(TIME, format_type=format_type)


def waited(**inputs: Any) -> tuple[list[tuple[str, Any]], list[float]]:
    context = FakeContext()
    return emitted("CountdownTimerBlock", inputs, context), context.slept


def test_timer_waits_for_the_sum_and_emits_each_time() -> None:
    emissions, slept = waited(seconds="5", minutes=1, hours="1", days=1, repeat=2)

    assert emissions == [("output_message", "timer finished")] * 2
    assert slept == [90065, 90065]


def test_timer_emits_any_message_at_once_without_a_time() -> None:
    assert waited(input_message={"a": 1}) == ([("output_message", {"a": 1})], [0])


@pytest.mark.parametrize("repeat", [0, -3])
def test_timer_without_repetition_emits_nothing(repeat: int) -> None:
    assert waited(seconds=1, repeat=repeat) == ([], [])


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"seconds": "soon"}, "`seconds` is 'soon', which is not a whole number"),
        ({"hours": -1}, "between nothing and 366 days"),
        ({"days": 367}, "between nothing and 366 days"),
        ({"days": 10**400}, "between nothing and 366 days"),
        ({"repeat": 10_001}, "`repeat` is 10,001; 10,000 is the most"),
    ],
)
def test_timer_that_cannot_be_set_waits_for_nothing(inputs: dict[str, Any], message: str) -> None:
    context = FakeContext()

    with pytest.raises(BlockError, match=message):
        emitted("CountdownTimerBlock", inputs, context)

    assert context.slept == []
