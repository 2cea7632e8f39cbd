"""When a mail tells of what happened: soon where somebody is to act, else with others of the hour."""

from datetime import datetime, timedelta

from accounts.notifications import NotificationType

SOON, IN_AN_HOUR = timedelta(minutes=1), timedelta(hours=1)
BETWEEN = timedelta(hours=1)  # two mails about the same thing

PATIENT = frozenset({NotificationType.AGENT_RUN})

# Waits after failures in a row of the mail server; then the mail is given up, the page has it still.
AGAIN = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)


def delay(kind: NotificationType) -> timedelta:
    """Return for how long a mail waits for more of the like."""
    return IN_AN_HOUR if kind in PATIENT else SOON


def after_failure(moment: datetime, failures: int) -> datetime | None:
    """Return when the mail is tried again after so many failures in a row; None: never."""
    return moment + AGAIN[failures - 1] if failures <= len(AGAIN) else None


def next_day(moment: datetime) -> datetime:
    """Return when the next day begins, for a person whose mails of the day are used up."""
    return (moment + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
