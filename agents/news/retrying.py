"""When a call that failed is made again, and when nobody calls any more."""

from datetime import datetime, timedelta

# After so many failures in a row, as Standard Webhooks recommends: over a day and a half.
AGAIN = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=18),
)
PATIENCE = timedelta(days=5)  # with an endpoint that takes nothing
GONE = 410


def next_try(moment: datetime, failures: int) -> datetime | None:
    """Return when the call is made again after so many failures; None: it is given up."""
    return moment + AGAIN[failures - 1] if failures <= len(AGAIN) else None


def is_hopeless(status: int | None, failing_since: datetime | None, moment: datetime) -> bool:
    """Return whether an endpoint is to be turned off: it says that it is gone, or took nothing for days."""
    if status == GONE:
        return True
    return failing_since is not None and moment - failing_since >= PATIENCE
