"""One agent for each key: a request to make one that is sent twice makes it once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from agents.graphs.models import CreationKey, GraphVersion
from kernel.errors import NotFound
from kernel.idempotency import KeyedRequest, Keys, Once


def once(
    owner_id: Any,
    request: KeyedRequest | None,
    make: Callable[[UUID], GraphVersion],
    *,
    within: timedelta | None = None,
) -> Once[GraphVersion]:
    """Return the first version that the request made before, or the one that ``make`` makes now.

    As `Keys.once` says; ``make`` gets the version's primary key. Keys are remembered as long as
    the instance says, unless ``within`` does. Raises NotFound where the agent was deleted since.
    """
    return _KEYS.once(owner_id, request, make, within=within or _remembered())


def forget_creations() -> int:
    """Remove keys that are not remembered any more, a bounded number; return how many."""
    return _KEYS.forget(_remembered())


def _made(key: CreationKey) -> GraphVersion:
    mine = GraphVersion.objects.owned_by(key.owner_id).select_related("agent__owner")
    if found := mine.filter(pk=key.version_id).first():
        return found
    raise NotFound("The agent that the first request with this key made was deleted since.")


def _remembered() -> timedelta:
    remembered: timedelta = settings.EXECUTIONS["remember_keys"]
    return remembered


_KEYS = Keys(CreationKey, "version_id", _made)
