"""Remove all runs of a person who is being erased.

So are the runs in which others used agents of theirs: what these gave cannot be told without the
graph, which goes. What is under way is stopped, and waited for. What has ended is marked, so that
nobody sees or retries it any more, and purged like any run that is too large for one batch.
"""

from contextlib import suppress

from django.db import connection, transaction
from django.db.models import Q

from accounts.holdings import Holding, Progress
from agents.executions import purging, services
from agents.executions.models import Execution
from agents.executions.models.execution import Purging
from kernel.errors import NotFound

STOPS = 50  # runs that one step stops
MARKS = 500  # families that one step marks
SECONDS = 20.0

MARK = """
UPDATE executions_execution run
SET purging = 'rows', parent_id = NULL, payload_purged_at = COALESCE(payload_purged_at, now())
WHERE run.id = ANY(%(roots)s) OR run.root_id = ANY(%(roots)s)"""
ENDED = """
SELECT run.id FROM executions_execution run
WHERE run.root_id IS NULL AND run.purging <> 'rows' AND run.ended_at IS NOT NULL
  AND (run.owner_id = %(owner)s OR run.id IN (
    SELECT COALESCE(other.root_id, other.id) FROM executions_execution other
    JOIN graphs_graphversion version ON version.id = other.graph_version_id
    JOIN graphs_agent agent ON agent.id = version.agent_id
    WHERE agent.owner_id = %(owner)s AND other.owner_id <> %(owner)s
  ))
  AND NOT EXISTS (
    SELECT FROM executions_execution member WHERE member.root_id = run.id AND member.ended_at IS NULL
  )
LIMIT %(most)s FOR UPDATE SKIP LOCKED"""


def erase(holding: Holding, person: int) -> Progress:
    """Stop, mark and purge some of the person's runs."""
    mine = Execution.objects.filter(Q(owner_id=person) | Q(graph_version__agent__owner_id=person))
    live = mine.live().filter(cancel_requested_at=None)
    for pk in list(live.values_list("pk", flat=True)[:STOPS]):
        with suppress(NotFound):  # purged meanwhile
            services.stop_execution(pk)
    marked = _mark(person)
    purging.finish(seconds=SECONDS)
    if not mine.exists():
        return Progress.DONE
    is_busy = marked or live.exists() or mine.filter(purging=Purging.ROWS).exists()
    return Progress.MORE if is_busy else Progress.WAITS


def _mark(person: int) -> int:
    """Mark families that have ended as being purged; return how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ENDED, {"owner": person, "most": MARKS})
        roots = [pk for (pk,) in cursor.fetchall()]
        if roots:
            cursor.execute(MARK, {"roots": roots})
    return len(roots)
