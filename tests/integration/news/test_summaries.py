"""Summaries come once, to those who want them and to whom something happened."""

from datetime import UTC, datetime

import pytest

from accounts import notifications as preferences
from accounts.models import User
from accounts.notifications import NotificationType
from agents.executions.models import Execution
from agents.news import summaries
from agents.news.models import Summary
from notifications.models import Notification
from tests.support.graphs import GraphBuilder, calculator
from tests.support.probes import registered
from tests.support.runs import run, run_to_end, start_draft

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 3, 3, 8, 30, tzinfo=UTC)
LAST_WEEK = datetime(2026, 2, 27, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def probes() -> object:
    with registered():
        yield


def told() -> list[tuple[str, str, str, str]]:
    rows = Notification.objects.order_by("owner__username", "kind")
    return list(rows.values_list("owner__username", "kind", "title", "text"))


@pytest.fixture
def week(alice: User, bob: User) -> None:
    """Last week, Alice ran two agents, and one failed; Bob did nothing."""
    run(alice, calculator(), Input=1)
    doomed = GraphBuilder("Tea")
    doomed.node("Flaky", path="/nowhere/at/all", trigger=1)
    run(alice, doomed)
    run_to_end(start_draft(alice, calculator("Draft"), Input=1))
    Execution.objects.update(created=LAST_WEEK, model_microcents=200_000_000)


def test_a_week_is_told_once_to_whom_it_had_something(alice: User, week: None) -> None:
    assert summaries.summarise(TUESDAY) == 1
    assert summaries.summarise(TUESDAY) == 0

    text = "1 completed, 1 failed. Models cost 4.00 dollars."
    assert told() == [("alice", "WEEKLY_SUMMARY", "Your week: 2 runs, 1 failed", text)]


def test_before_the_morning_nothing_is_told_or_missed(alice: User, week: None) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="America/New_York")

    assert summaries.summarise(TUESDAY) == 0
    assert summaries.summarise(TUESDAY.replace(hour=14)) == 1


def test_who_does_not_want_it_is_not_told(alice: User, week: None) -> None:
    preferences.change(alice, kinds={NotificationType.WEEKLY_SUMMARY: False})

    assert summaries.summarise(TUESDAY) == 0
    assert told() == []


def test_who_asked_for_days_gets_days(alice: User, week: None) -> None:
    preferences.change(alice, kinds={NotificationType.DAILY_SUMMARY: True})

    summaries.summarise(datetime(2026, 2, 28, 9, tzinfo=UTC))

    assert [row[1:3] for row in told()] == [("DAILY_SUMMARY", "Your day: 2 runs, 1 failed")]


def test_many_people_are_looked_at_bit_by_bit(
    alice: User, week: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "PEOPLE", 1)

    assert summaries.summarise(TUESDAY) == 1
    assert Summary.objects.filter(kind="WEEKLY_SUMMARY").count() == User.objects.count()
