"""Forget what became of times long ago."""

from datetime import datetime, timedelta

from django.conf import settings

from agents.schedules.models import Fire

BATCH = 1000
MOST_BATCHES = 20  # what is left then is the next tick's

LEFT_BEHIND = [Fire.Status.ENDED, Fire.Status.SKIPPED, Fire.Status.FAILED, Fire.Status.STARTED]


def forget_old_times(moment: datetime) -> int:
    """Remove times that are not remembered any more, a bounded number; return how many.

    What is still to be started stays, and what is under way is not that old: runs have a deadline.
    """
    before = moment - timedelta(days=settings.SCHEDULES["history_days"])
    count = 0
    for _ in range(MOST_BATCHES):
        old = Fire.objects.filter(time__lt=before, status__in=LEFT_BEHIND)
        some = list(old.order_by("time").values_list("pk", flat=True)[:BATCH])
        count += Fire.objects.filter(pk__in=some).delete()[0]
        if len(some) < BATCH:
            break
    return count
