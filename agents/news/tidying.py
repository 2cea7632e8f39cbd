"""Remove deliveries that nobody will look at any more, in bounded batches."""

from datetime import timedelta

from django.utils.timezone import now

from agents.news.models import Delivery

KEPT = timedelta(days=30)
BATCH, BATCHES = 1000, 20


def tidy() -> int:
    """Remove what was written a month ago; return how many."""
    gone = 0
    for _ in range(BATCHES):
        old = Delivery.objects.filter(created__lt=now() - KEPT).values("pk")[:BATCH]
        count, _ = Delivery.objects.filter(pk__in=old).delete()
        gone += count
        if count < BATCH:
            break
    return gone
