"""Mend what was lost: messages, workers, bells. Safe to run often and several times at once.

Each finding is only a hint; the journal looks again under the run's lock before it moves a row.
"""

import logging
from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.utils.timezone import now

from agents.engine.states import FINAL_NODES, NodeStatus
from agents.executions import admission, dispatch, journal, losses, places
from agents.executions.dispatch import Wanted
from agents.executions.idempotency import forget_old_keys
from agents.executions.models import Execution, NodeExecution, WorkerLife
from agents.graphs.models import GraphVersion

MOST = 1000  # rows that one sweep moves; the next one goes on
OVERDUE = 20  # times the patience with a task, after which it is sent again wherever it may be

logger = logging.getLogger(__name__)


def sweep() -> dict[str, int]:
    """Move every row that nothing else will move; return how many of each kind.

    What it costs depends on how much there is to move, not on how many runs wait.
    """
    return {
        "taken_over": take_over_lost_leases(),
        "woken": wake_sleepers(),
        "sent_again": send_again(),
        "expired": expire_late_runs(),
        "places_granted": places.wake_forgotten(),
        "admitted": admit_everybody(),
        "keys_forgotten": forget_old_keys(),
    }


def audit() -> dict[str, int]:
    """Look for what only a crash in a bad moment, or a release before this one, leaves behind."""
    return {
        "orphans_stopped": stop_orphans(),
        "closed": close_finished(),
        "agents_told": tell_agents(),
        "workers_forgotten": WorkerLife.objects.forget_the_gone(),
    }


def take_over_lost_leases() -> int:
    """End the leases of workers that were not heard from in time."""
    rows = NodeExecution.objects.filter(status=NodeStatus.RUNNING, lease_until__lt=now())
    lost = rows.order_by("lease_until").values_list("pk", flat=True)
    return sum(losses.take_over(pk) for pk in lost[:MOST])


def wake_sleepers() -> int:
    """Queue the node executions whose moment has come or whose sub-agent went on."""
    asleep = NodeExecution.objects.filter(status=NodeStatus.WAITING, wake_at__lte=now())
    due = asleep.order_by("wake_at").values_list("pk", flat=True)[:MOST]
    told = Execution.objects.filter(unheard=True, parent__isnull=False).order_by()
    return sum(journal.wake(pk) for pk in [*due, *told.values_list("parent_id", flat=True)[:MOST]])


def send_again() -> int:
    """Send a task again for node executions that nobody took in a while, where it may be lost.

    In a long queue most only wait. So of each queue no more are sent than tasks are missing there:
    the oldest, which are the likeliest to be lost. What is `OVERDUE` is sent in any case: tasks that
    no row waits for (sent twice, or for a run that was stopped) hide as many that are missing.
    """
    patience = settings.EXECUTIONS["resend_after"]
    queued = NodeExecution.objects.filter(status=NodeStatus.QUEUED)
    stale = queued.filter(sent_at__lt=now() - patience)
    if not stale.exists():
        return 0
    wanted = _mark_as_sent(stale.filter(sent_at__lt=now() - OVERDUE * patience), MOST)
    for queue, missing in _missing(queued, wanted).items():
        wanted |= _mark_as_sent(stale.filter(queue=queue), min(missing, MOST - len(wanted)))
    dispatch.send(list(wanted.values()))
    return len(wanted)


def _missing(queued: QuerySet[NodeExecution], sent: Collection[UUID]) -> dict[str, int]:
    """Return for each queue how many node executions are queued beyond the tasks that wait there.

    Those in ``sent`` do not count: their tasks are on their way.
    """
    rows = queued.exclude(pk__in=sent).order_by().values_list("queue")
    counts = dict(rows.annotate(Count("pk")))
    there = dispatch.waiting(list(counts))
    return {queue: count - there[queue] for queue, count in counts.items() if count > there[queue]}


def _mark_as_sent(stale: QuerySet[NodeExecution], most: int) -> dict[UUID, Wanted]:
    """Note that the oldest are sent again now; return them."""
    with transaction.atomic():
        # Of two sweeps at once, each sends its own. What a journal has locked is being moved.
        free = stale.order_by("sent_at").select_for_update(skip_locked=True, no_key=True)
        rows = free.only("queue", "execution_id")[:most]
        found = {row.pk: Wanted.of(row) for row in rows}
        stale.filter(pk__in=found).update(sent_at=now(), sends=F("sends") + 1)
    return found


def admit_everybody() -> int:
    """Let the next runs of all people begin, a few of each in turn; return how many."""
    admitted = 0
    owners = admission.owners_who_wait()
    while owners and admitted < MOST:
        counts = {owner: journal.admit(owner) for owner in owners}
        admitted += sum(counts.values())
        owners = [owner for owner, count in counts.items() if count]
    return admitted


def close_finished() -> int:
    """End the runs that have nothing left to do."""
    began = Execution.objects.live().filter(admitted_at__isnull=False)
    rows = began.filter(unfinished=0).order_by("created")
    return sum(journal.close(pk) for pk in rows.values_list("pk", flat=True)[:MOST])


def expire_late_runs() -> int:
    """Fail the runs whose deadline is over."""
    rows = Execution.objects.filter(
        ended_at=None, deadline_at__lte=now(), cancel_requested_at=None
    ).order_by("deadline_at")
    return sum(journal.expire(pk) for pk in rows.values_list("pk", flat=True)[:MOST])


def stop_orphans() -> int:
    """Stop the runs whose node execution, which started them, has ended without them."""
    gone = Execution.objects.live().filter(parent__status__in=FINAL_NODES)
    rows = gone.filter(cancel_requested_at=None)
    found = rows.order_by().values_list("pk", flat=True)[:MOST]
    return sum(journal.stop_orphan(pk) for pk in found)


@transaction.atomic
def tell_agents() -> int:
    """Give their agents to runs that a release before this one began while this one was set up.

    Such a run is listed nowhere, and does not count as one of its agent's. How many there are is one
    look into an index.
    """
    nameless = Execution.objects.filter(agent=None, parent=None)
    free = nameless.select_for_update(skip_locked=True, no_key=True)
    found = list(free.order_by("created").values_list("pk", flat=True)[:MOST])
    if not found:
        return 0
    of_version = GraphVersion.objects.filter(pk=OuterRef("graph_version")).values("agent")
    return Execution.objects.filter(pk__in=found).update(agent=Subquery(of_version))
