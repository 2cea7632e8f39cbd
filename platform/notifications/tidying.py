"""Remove what nobody will read any more, in bounded batches: a tick that finds more goes on at the next."""

from datetime import timedelta

from django.utils.timezone import now

from notifications.models import Notification

READ, UNREAD = timedelta(days=30), timedelta(days=180)  # for how long they stay
BATCH, BATCHES = 1000, 20


def tidy() -> int:
    """Remove notifications that were read a month ago or happened half a year ago; return how many."""
    gone = 0
    for _ in range(BATCHES):
        moment = now()
        old = Notification.objects.over(moment - READ, moment - UNREAD).values("pk")[:BATCH]
        count, _ = Notification.objects.filter(pk__in=old).delete()
        gone += count
        if count < BATCH:
            break
    return gone
