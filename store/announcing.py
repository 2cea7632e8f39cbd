"""Tell the apps above this one what happened to listings: how they are found and counted hangs on it.

Actions call these in their transaction, so whoever listens writes its rows with theirs, or not at all.
Listeners write rows and ask nobody outside. A listener may hear of one thing more than once, except
where it says otherwise.
"""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

Listener = Callable[[Collection[UUID]], Any]
"""Takes the ids of listings, whose rows may be locked."""

LISTENERS: list[Listener] = []
"""Of every decision about a listing: approved, withdrawn, suspended, restored, deleted."""
RATING_LISTENERS: list[Listener] = []
"""Of ratings that came, changed or went."""
INSTALL_LISTENERS: list[Listener] = []
"""Of somebody else's library that a listing came into: once for each person and listing."""


def changed(*listings: UUID) -> None:
    """Tell that what everybody sees of these listings may be different now."""
    _tell(LISTENERS, listings)


def rated(*listings: UUID) -> None:
    """Tell that these listings have other ratings now."""
    _tell(RATING_LISTENERS, listings)


def installed(*listings: UUID) -> None:
    """Tell that each of these listings is in one more library, other than its creator's."""
    _tell(INSTALL_LISTENERS, listings)


def _tell(listeners: list[Listener], listings: Collection[UUID]) -> None:
    for listener in listeners:
        listener(listings)
