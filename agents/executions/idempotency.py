"""One run for each key: a request to start one that is sent twice begins it once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from agents.executions.models import Execution, StartKey
from agents.graphs.creation import forget_creations
from kernel.idempotency import KeyedRequest, Keys, Once

KEYS = Keys(
    StartKey, "execution_id", lambda key: Execution.objects.with_graph().get(pk=key.execution_id)
)
Started = Once[Execution]


def once(
    owner_id: Any,
    request: KeyedRequest | None,
    begin: Callable[[UUID], Execution],
    *,
    within: timedelta | None = None,
) -> Started:
    """Return the run that the request began before, or the one that ``begin`` begins now.

    As `Keys.once` says; keys are remembered as long as the instance says, unless ``within`` does.
    """
    return KEYS.once(owner_id, request, begin, within=within or _remembered())


def forget_old_keys() -> int:
    """Remove keys that are not remembered any more, a bounded number; return how many."""
    return KEYS.forget(_remembered()) + forget_creations()


def _remembered() -> timedelta:
    remembered: timedelta = settings.EXECUTIONS["remember_keys"]
    return remembered
