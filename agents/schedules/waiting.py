"""Let times go on that wait for an earlier run of their schedule: one of each schedule, in their order."""

from django.db import connection
from django.utils.timezone import now

GO_ON = """
UPDATE schedules_fire SET status = 'due' WHERE id IN (
  SELECT DISTINCT ON (fire.schedule_id) fire.id FROM schedules_fire fire
  WHERE fire.status = 'waiting' AND NOT EXISTS (
    SELECT FROM schedules_fire other
    LEFT JOIN executions_execution run ON run.id = other.execution_id
    WHERE other.schedule_id = fire.schedule_id AND other.id <> fire.id AND (
      other.status = 'due' AND other.due_at <= %(now)s
      OR other.status = 'started' AND run.id IS NOT NULL AND run.ended_at IS NULL
    )
  )
  ORDER BY fire.schedule_id, fire.time
) AND status = 'waiting'
"""


def go_on() -> int:
    """Let the first time of each schedule be due of which no run is under way; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(GO_ON, {"now": now()})
        return int(cursor.rowcount)
