"""Remove what arrived long ago. What came once may come again after that: see `docs/triggers.md`."""

from datetime import timedelta

from django.utils.timezone import now

from agents.triggers.models import Arrival
from agents.triggers.settings import configured

BATCH = 2_000
MOST_BATCHES = 50


def purge() -> int:
    """Remove arrivals beyond their time, a bounded number; return how many."""
    days = configured()["keep_days"]
    old = Arrival.objects.filter(received__lt=now() - timedelta(days=days))
    settled = old.exclude(verdict=Arrival.Verdict.WAITING)
    count = 0
    for _ in range(MOST_BATCHES):
        some = list(settled.order_by("received").values_list("pk", flat=True)[:BATCH])
        count += Arrival.objects.filter(pk__in=some).delete()[0]
        if len(some) < BATCH:
            break
    return count
