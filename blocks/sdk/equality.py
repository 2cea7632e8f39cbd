"""When two values are the same: as JSON sees it, not as Python does.

``1`` equals ``1.0``, because JSON has one kind of number; ``true`` does not equal ``1``. The
order of an object's members does not matter, the order of a list does.
"""

from collections.abc import Hashable, Iterable
from typing import Any


def json_key(value: Any) -> Hashable:
    """Return a key for sets and dictionaries: equal for equal JSON values, and only for them."""
    if isinstance(value, bool):
        return bool, value  # a bare True would meet 1 in a set
    if isinstance(value, dict):
        return dict, frozenset((name, json_key(item)) for name, item in value.items())
    if isinstance(value, list | tuple):
        return list, tuple(json_key(item) for item in value)
    return value  # type: ignore[no-any-return]  # None, a number or a text


def json_equal(one: Any, other: Any) -> bool:
    """Return whether two values are the same JSON value."""
    return json_key(one) == json_key(other)


def unique(values: Iterable[Any]) -> list[Any]:
    """Return the values without repetitions, each where it first stood."""
    first: dict[Hashable, Any] = {}
    for value in values:
        first.setdefault(json_key(value), value)
    return list(first.values())
