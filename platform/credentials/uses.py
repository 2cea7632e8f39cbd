"""Who names a credential: apps above this one say so, so that nothing is deleted by surprise."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

Finder = Callable[[Any, UUID], Iterable[str]]

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Ask this function, too: for an owner's id and a credential's, it returns what uses it."""
    _finders.append(finder)


def of(owner_id: Any, credential: UUID) -> list[str]:
    """Return in words what names the credential, such as ``the agent 'Digest'``."""
    return [use for finder in _finders for use in finder(owner_id, credential)]
