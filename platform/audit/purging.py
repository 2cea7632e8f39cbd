"""Remove lines that are older than they may become, batch by batch."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils.timezone import now

BATCH = 5000  # lines that one transaction removes

# The trigger looks at the setting, which holds for this transaction only.
ALLOW = "SELECT set_config('trellis.audit_purge_before', %s, true)"
DELETE = """
DELETE FROM audit_entry WHERE id = ANY(ARRAY(
  SELECT id FROM audit_entry WHERE created < %s
  ORDER BY created LIMIT %s FOR UPDATE SKIP LOCKED
))
"""


def purge(*, batch: int = BATCH, seconds: float | None = None) -> int:
    """Remove what AUDIT_RETENTION_DAYS lets go; return how many lines.

    Stops after ``seconds``: what is left is for the next time.
    """
    days = settings.AUDIT_RETENTION_DAYS
    if not days:
        return 0
    before, until = now() - timedelta(days=days), time.monotonic() + (seconds or float("inf"))
    removed = 0
    while True:
        found = _remove(before, batch)
        removed += found
        if found < batch or time.monotonic() > until:
            return removed


@transaction.atomic
def _remove(before: datetime, most: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(ALLOW, [before.isoformat()])
        cursor.execute(DELETE, [before, most])
        return int(cursor.rowcount)
