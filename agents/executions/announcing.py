"""Tell the apps above this one what happened: triggers, deliveries and notifications hang on it.

Runs that have ended, and reviews that wait for people. That nobody was told is a column of the row, so the
engine has nothing to do for it, and no crash loses an announcement: whoever listens writes its rows in the
transaction that sets the column. A run is announced once for each time that it ends: a retry lets it end
again. Sub-agents' runs are not announced: their ends are their parents' affair.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from agents.executions.models import Execution, Review

Listener = Callable[[Sequence[Execution]], None]
"""Takes runs that have ended, their rows locked. It writes rows and asks nobody outside."""
ReviewListener = Callable[[Sequence[Review]], None]

LISTENERS: list[Listener] = []
REVIEW_LISTENERS: list[ReviewListener] = []
"""Apps add theirs when they are ready."""

MOST = 200

logger = logging.getLogger(__name__)


def announce() -> int:
    """Announce the ends of runs, up to `MOST`, the oldest first; return how many.

    Several may do so at the same time. A run at which a listener fails is announced later, and holds
    up no other one.
    """
    rows = Execution.objects.with_graph().unannounced().order_by("ended_at")
    return _announce(rows, LISTENERS)


def announce_reviews() -> int:
    """Announce the reviews that wait for people, in the same way; return how many."""
    rows = Review.objects.unannounced().order_by("created")
    rows = rows.select_related("execution__graph_version").defer(
        "execution__graph_version__document"
    )
    return _announce(rows, REVIEW_LISTENERS)


def announce_again(pk: UUID) -> None:
    """Let the next end of a run that is retried be announced too."""
    Execution.objects.filter(pk=pk).update(announced=False)


def _announce(rows: QuerySet[Any], listeners: Sequence[Callable[[Sequence[Any]], None]]) -> int:
    try:
        return _tell(rows[:MOST], listeners)
    except Exception:
        logger.exception("What happened could not be announced together; each is announced alone.")
    pks = list(rows.values_list("pk", flat=True)[:MOST])
    return sum(_tell_one(rows.filter(pk=pk), listeners) for pk in pks)


def _tell_one(row: QuerySet[Any], listeners: Sequence[Callable[[Sequence[Any]], None]]) -> int:
    try:
        return _tell(row, listeners)
    except Exception:
        logger.exception("A row could not be announced; the next tick tries again.")
        return 0


@transaction.atomic
def _tell(rows: QuerySet[Any], listeners: Sequence[Callable[[Sequence[Any]], None]]) -> int:
    mine = list(rows.select_for_update(of=("self",), no_key=True, skip_locked=True))
    if not mine:
        return 0
    for listener in listeners:
        listener(mine)
    pks = [one.pk for one in mine]
    done: int = rows.model._default_manager.filter(pk__in=pks).update(announced=True)
    return done
