"""What the instance's settings say about triggers."""

from typing import TypedDict

from django.conf import settings

from quotas.policy import Rate


class TriggerSettings(TypedDict):
    """The member TRIGGERS of Django's settings."""

    longest_wait: int
    """Seconds that a call may wait for its run's outputs."""
    call_rate: Rate
    """Of one address, in each web process."""
    keep_days: int
    shortest_period: int
    """Seconds between two looks."""
    pause_after: int
    """Failures in a row."""


def configured() -> TriggerSettings:
    """Return what the instance's settings say."""
    found: TriggerSettings = settings.TRIGGERS
    return found
