"""Days, weeks and months that are over, where people live."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.notifications import NotificationType
from agents.news.periods import last_period

DAY, WEEK, MONTH = (
    NotificationType.DAILY_SUMMARY,
    NotificationType.WEEKLY_SUMMARY,
    NotificationType.MONTHLY_SUMMARY,
)


@pytest.mark.parametrize(
    ("kind", "moment", "zone", "days"),
    [
        (DAY, "2026-03-02T07:59", "UTC", None),
        (DAY, "2026-03-02T08:00", "UTC", ("2026-03-01", "2026-03-02")),
        (DAY, "2026-03-01T20:00", "Asia/Tokyo", None),
        (DAY, "2026-03-01T23:00", "Asia/Tokyo", ("2026-03-01", "2026-03-02")),
        (DAY, "2026-03-02T12:00", "America/New_York", None),
        (WEEK, "2026-03-04T12:00", "UTC", ("2026-02-23", "2026-03-02")),
        (WEEK, "2026-03-02T12:00", "UTC", ("2026-02-23", "2026-03-02")),
        (MONTH, "2026-03-31T12:00", "UTC", ("2026-02-01", "2026-03-01")),
        (MONTH, "2026-01-01T12:00", "UTC", ("2025-12-01", "2026-01-01")),
    ],
)
def test_the_last_period_that_is_over(
    kind: NotificationType, moment: str, zone: str, days: tuple[str, str] | None
) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    found = last_period(kind, at, ZoneInfo(zone))

    assert (found and (found.first.isoformat(), found.after.isoformat())) == days


def test_a_day_of_a_change_of_clocks_has_its_own_length() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    found = last_period(DAY, datetime(2026, 3, 30, 12, tzinfo=UTC), berlin)

    assert found is not None
    assert (found.first, found.after) == (date(2026, 3, 29), date(2026, 3, 30))
    assert (found.end.astimezone(UTC) - found.begin.astimezone(UTC)).total_seconds() == 23 * 3600
