"""Quotas in words, as pages show them."""

from collections.abc import Callable
from dataclasses import dataclass

from quotas.allowance import Quota, in_units
from quotas.storage import Storage


@dataclass(frozen=True)
class Shown:
    """A quota in words, and how full it is."""

    name: str
    used: str
    limit: str  # "" where nothing limits it
    percent: int


def shown(name: str, quota: Quota, words: Callable[[int], str]) -> Shown:
    """Return what a page says of the quota."""
    limit = "" if quota.limit is None else words(quota.limit)
    percent = min(100, round(100 * quota.used / quota.limit)) if quota.limit else 0
    return Shown(name, words(max(0, quota.used)), limit, percent)


def shown_storage(storage: Storage) -> Shown:
    """Return what a page says of the room that somebody has."""
    return shown("Storage", storage, in_units)
