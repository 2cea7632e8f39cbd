"""What happened in a day, a week, a month: told once, in the morning after, where something did."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.utils.timezone import now

from accounts import notifications as preferences
from accounts.models import User
from accounts.notifications import NotificationType
from agents.engine.states import ExecutionStatus
from agents.executions.models import Execution
from agents.news.models import Summary
from agents.news.periods import Period, last_period
from notifications.services import Note, tell

WORDS = {
    NotificationType.DAILY_SUMMARY: "day",
    NotificationType.WEEKLY_SUMMARY: "week",
    NotificationType.MONTHLY_SUMMARY: "month",
}
PEOPLE = 500  # that one transaction looks at
SECONDS = 20.0  # for one tick; the next goes on


def summarise(moment: datetime | None = None) -> int:
    """Tell everybody whose morning has come; return how many summaries were told."""
    deadline = time.monotonic() + SECONDS
    told = 0
    zones = list(User.objects.order_by().values_list("time_zone", flat=True).distinct())
    for kind, zone in ((kind, zone) for zone in zones for kind in WORDS):
        period = last_period(kind, moment or now(), ZoneInfo(zone))
        while period is not None and time.monotonic() < deadline:
            looked_at, count = _some(kind, period, zone)
            told += count
            if looked_at < PEOPLE:
                break
    return told


@transaction.atomic
def _some(kind: NotificationType, period: Period, zone: str) -> tuple[int, int]:
    """Look at some of those whom nobody told of the period; return how many, and how many were told."""
    done = Summary.objects.filter(owner=OuterRef("pk"), kind=kind, until__gte=period.after)
    waiting = User.objects.filter(~Exists(done), time_zone=zone, is_active=True)
    people = list(waiting.select_for_update(skip_locked=True, no_key=True).order_by("pk")[:PEOPLE])
    Summary.objects.bulk_create(
        [Summary(owner=user, kind=kind, until=period.after) for user in people],
        update_conflicts=True,
        unique_fields=["owner", "kind"],
        update_fields=["until"],
    )
    notes = list(_notes(kind, period, people))
    tell(*notes)
    return len(people), len(notes)


def _notes(kind: NotificationType, period: Period, people: list[User]) -> Iterator[Note]:
    rows = Execution.objects.filter(
        owner__in=people, parent__isnull=True, created__gte=period.begin, created__lt=period.end
    )
    figures = {row["owner"]: row for row in _figures(rows.exclude(graph_version__snapshot__gt=""))}
    for user in people:
        found = figures.get(user.pk)
        if found and preferences.kinds_of(preferences.preferences_of(user))[kind]:
            yield Note(user.pk, kind, _title(kind, found), _text(found), "/runs/")


def _figures(rows: Any) -> Any:
    return (
        rows.order_by()
        .values("owner")
        .annotate(
            runs=Count("pk"),
            completed=Count("pk", filter=Q(status=ExecutionStatus.COMPLETED)),
            failed=Count("pk", filter=Q(status=ExecutionStatus.FAILED)),
            microcents=Sum("model_microcents"),
        )
    )


def _title(kind: NotificationType, found: Mapping[str, Any]) -> str:
    failed = f", {found['failed']} failed" if found["failed"] else ""
    return f"Your {WORDS[kind]}: {_counted(found['runs'], 'run')}{failed}"


def _text(found: Mapping[str, Any]) -> str:
    other = found["runs"] - found["completed"] - found["failed"]
    parts = [f"{found['completed']} completed", f"{found['failed']} failed"]
    if other:
        parts.append(f"{other} stopped or still under way")
    dollars = (found["microcents"] or 0) / 1e8
    cost = f" Models cost {dollars:.2f} dollars." if dollars >= 0.005 else ""
    return f"{', '.join(parts)}.{cost}"


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
