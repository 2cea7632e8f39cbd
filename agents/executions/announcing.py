"""Tell the apps above this one that runs have ended: triggers, deliveries and notifications hang on it.

That nobody was told is a column of the run, so the end of a run costs the engine nothing more, and no
crash loses an announcement: whoever listens writes its rows in the transaction that sets the column.
A run is announced once for each time that it ends: a retry lets it end again. Sub-agents' runs are
not announced: their ends are their parents' affair.
"""

import logging
from collections.abc import Callable, Sequence
from uuid import UUID

from django.db import transaction

from agents.executions.models import Execution

Listener = Callable[[Sequence[Execution]], None]
"""Takes runs that have ended, their rows locked. It writes rows and asks nobody outside."""

LISTENERS: list[Listener] = []
"""Apps add theirs when they are ready."""

MOST = 200

logger = logging.getLogger(__name__)


def announce() -> int:
    """Announce the ends of runs, up to `MOST`, the oldest first; return how many.

    Several may do so at the same time. A run at which a listener fails is announced later, and holds
    up no other one.
    """
    try:
        return _announce(MOST)
    except Exception:
        logger.exception("Runs could not be announced together; each is announced alone.")
    return sum(map(_announce_one, list(Execution.objects.unannounced()[:MOST])))


def announce_again(pk: UUID) -> None:
    """Let the next end of a run that is retried be announced too."""
    Execution.objects.filter(pk=pk).update(announced=False)


@transaction.atomic
def _announce(most: int) -> int:
    rows = Execution.objects.with_graph().select_for_update(
        of=("self",), no_key=True, skip_locked=True
    )
    return _tell(list(rows.unannounced().order_by("ended_at")[:most]))


def _announce_one(execution: Execution) -> int:
    try:
        with transaction.atomic():
            row = Execution.objects.locked(execution.pk)
            return 0 if row.announced else _tell([row])
    except Exception:
        logger.exception("The end of the run %s could not be announced.", execution.pk)
        return 0


def _tell(runs: Sequence[Execution]) -> int:
    if not runs:
        return 0
    for listener in LISTENERS:
        listener(runs)
    return Execution.objects.filter(pk__in=[run.pk for run in runs]).update(announced=True)
