"""The credentials that a node's data names: ``credentials: {id, provider, type, title}``."""

from collections.abc import Iterator, Mapping
from typing import Any

ENDING = "credentials"  # of the pins' names


def may_be_named(data: Mapping[str, Any]) -> bool:
    """Return whether a node with this data may use a credential."""
    return any(pin.endswith(ENDING) for pin in data)


def named_in(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (id, title) of each credential that a node's data names."""
    for pin, value in data.items():
        if pin.endswith(ENDING) and isinstance(value, dict):
            id, title = value.get("id"), value.get("title")
            if isinstance(id, str) and id:
                yield id, title if isinstance(title, str) and title else id
