"""Mails about what happens: which kinds there are, and who wants which.

Whoever sends one asks `counted` first.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import models, transaction

from accounts.models import NotificationPreferences, User
from accounts.models.preferences import MOST_MAILS


class NotificationType(models.TextChoices):
    """The kinds of news. Most names are those that the AutoGPT Platform has for its mails."""

    AGENT_RUN = "AGENT_RUN", "A run of an agent has ended"
    ZERO_BALANCE = "ZERO_BALANCE", "The credits are used up"
    LOW_BALANCE = "LOW_BALANCE", "The credits are nearly used up"
    BLOCK_EXECUTION_FAILED = "BLOCK_EXECUTION_FAILED", "A run of an agent has failed"
    CONTINUOUS_AGENT_ERROR = "CONTINUOUS_AGENT_ERROR", "An agent fails again and again"
    REVIEW_ASKED = "REVIEW_ASKED", "A run waits for your approval"
    SCHEDULE_PAUSED = "SCHEDULE_PAUSED", "A schedule was paused, or its runs are skipped"
    TRIGGER_PAUSED = "TRIGGER_PAUSED", "A trigger was paused"
    WEBHOOK_DISABLED = "WEBHOOK_DISABLED", "A webhook was turned off, because it takes nothing"
    DAILY_SUMMARY = "DAILY_SUMMARY", "What happened, every day"
    WEEKLY_SUMMARY = "WEEKLY_SUMMARY", "What happened, every week"
    MONTHLY_SUMMARY = "MONTHLY_SUMMARY", "What happened, every month"
    REFUND_REQUEST = "REFUND_REQUEST", "A refund was asked for"
    REFUND_PROCESSED = "REFUND_PROCESSED", "A refund was decided"
    AGENT_APPROVED = (
        "AGENT_APPROVED",
        "An agent of yours was approved for the store",
    )
    AGENT_REJECTED = (
        "AGENT_REJECTED",
        "An agent of yours was rejected by the store",
    )


# Unless somebody asks for them.
UNASKED = frozenset({NotificationType.DAILY_SUMMARY, NotificationType.MONTHLY_SUMMARY})
# What this instance has nothing to tell of: the kinds are there for clients that name them.
NEVER_SENT = frozenset(
    {
        NotificationType.ZERO_BALANCE,
        NotificationType.LOW_BALANCE,
        NotificationType.REFUND_REQUEST,
        NotificationType.REFUND_PROCESSED,
    }
)


def preferences_of(user: User) -> NotificationPreferences:
    """Return what the person chose; the defaults of somebody who chose nothing yet."""
    found = NotificationPreferences.objects.filter(user=user).first()
    return found or NotificationPreferences(user=user)


def kinds_of(preferences: NotificationPreferences) -> dict[NotificationType, bool]:
    """Return of each kind whether the person wants it. What nobody chose is wanted, but for `UNASKED`."""
    chosen = preferences.chosen
    return {kind: bool(chosen.get(kind.value, kind not in UNASKED)) for kind in NotificationType}


def sent_today(preferences: NotificationPreferences) -> int:
    """Return how many mails the person got today."""
    return preferences.sent if preferences.sent_on == _today() else 0


@transaction.atomic
def change(
    user: User,
    *,
    kinds: Mapping[NotificationType, bool] | None = None,
    daily_limit: int | None = None,
) -> NotificationPreferences:
    """Return the preferences with what is named changed; kinds that are not named stay."""
    row = _locked(user)
    row.chosen |= {kind.value: wanted for kind, wanted in (kinds or {}).items()}
    if daily_limit is not None:
        row.daily_limit = min(daily_limit, MOST_MAILS)
    row.save(update_fields=["chosen", "daily_limit"])
    return row


@dataclass
class Mails:
    """The mails of a person who may get one now; nobody else counts them meanwhile."""

    user: User
    row: NotificationPreferences

    def wants(self, kind: NotificationType) -> bool:
        """Return whether mails of the kind are wanted, and can come."""
        return bool(self.user.email and self.user.is_active and kinds_of(self.row)[kind])

    def take_one(self) -> bool:
        """Count a mail, and return whether it may go: the day has room for it."""
        count = sent_today(self.row)
        if count >= self.row.daily_limit:
            return False
        self.row.sent, self.row.sent_on = count + 1, _today()
        self.row.save(update_fields=["sent", "sent_on"])
        return True


@contextmanager
def counted(user: User) -> Iterator[Mails]:
    """Lend the person's mails, for the length of the transaction.

    Of two that ask at the same time for the last place one gets it.
    """
    with transaction.atomic():
        yield Mails(user, _locked(user))


def _locked(user: User) -> NotificationPreferences:
    NotificationPreferences.objects.get_or_create(user=user)
    return NotificationPreferences.objects.select_for_update().get(user=user)


def _today() -> date:
    return datetime.now(UTC).date()
