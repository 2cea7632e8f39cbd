"""Dynamic pins: a link may end inside a list, a dictionary or an object.

``values_#_name`` is the key ``name`` of the pin ``values``, ``items_$_0`` the first item of the
list ``items``, ``user_@_email`` the attribute ``email`` of the object ``user``; paths may go on
(``a_#_b_$_0``). The format is the AutoGPT Platform's.
"""

import re
from collections.abc import Mapping
from typing import Any

from agents.engine.ids import PinName

LIST, DICT, OBJECT = "_$_", "_#_", "_@_"
TOOLS = "tools"
LONGEST_LIST = 10_000
_DELIMITER = re.compile(r"(_\$_|_#_|_@_)")
NOTHING = object()
"""What `select` returns where the path leads nowhere; None is a value."""


class BadPin(ValueError):
    """The pin's path cannot be followed."""


def base(name: str) -> PinName:
    """Return the pin that a dynamic name belongs to; a plain name is its own base."""
    if name.startswith("tools_^_"):
        return PinName(TOOLS)
    return PinName(_DELIMITER.split(name, maxsplit=1)[0])


def is_dynamic(name: str) -> bool:
    """Return whether the name leads inside a pin's value."""
    return _DELIMITER.search(name) is not None


def select(pin: PinName, value: Any, source_name: str) -> Any:
    """Return what a link from ``source_name`` carries when ``pin`` emits the value, or NOTHING.

    The whole value where the names are equal, else the part that the path leads to; a part
    that is missing, or null, is not carried.
    """
    if source_name == pin:
        return value
    if not source_name.startswith(pin):
        return NOTHING
    path = _path(source_name[len(pin) :])
    if not path:
        return NOTHING
    for delimiter, name in path:
        value = _step(value, delimiter, name)
        if value is None:
            return NOTHING
    return value


def merge(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data with each dynamic value also put into its base pin.

    A base value that is there already is extended, not replaced; the dynamic keys stay too.
    Values are not changed in place. Raises BadPin for a list index that is no number.
    """
    merged = dict(data)
    fresh: set[str] = set()
    for name, value in data.items():
        path = _path(name[len(base(name)) :]) if is_dynamic(name) else None
        if not path:
            continue
        pin = base(name)
        merged[pin] = _assign(merged.get(pin), path, value, owned=pin in fresh, name=name)
        fresh.add(pin)
    return merged


def _path(rest: str) -> list[tuple[str, str]] | None:
    """Return the (delimiter, name) steps of a path, or None where it is malformed."""
    parts = _DELIMITER.split(rest)
    names = parts[2::2]
    if parts[0] or not names or not all(names):
        return None
    return list(zip(parts[1::2], names, strict=True))


def _step(value: Any, delimiter: str, name: str) -> Any:
    if delimiter == LIST:
        if not isinstance(value, list) or not _is_index(name):
            return None
        index = int(name)
        return value[index] if index < len(value) else None
    return value.get(name) if isinstance(value, dict) else None


def _is_index(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 10


def _assign(
    container: Any, path: list[tuple[str, str]], value: Any, *, name: str, owned: bool = False
) -> Any:
    """Return the container with the value at the path; only the containers on the way are new."""
    if not path:
        return value
    (delimiter, step), *rest = path
    if delimiter == LIST:
        return _assign_item(container, step, rest, value, name=name, owned=owned)
    entries = container if owned and isinstance(container, dict) else _as_dict(container)
    entries[step] = _assign(entries.get(step), rest, value, name=name)
    return entries


def _assign_item(
    container: Any, step: str, rest: list[tuple[str, str]], value: Any, *, name: str, owned: bool
) -> list[Any]:
    if not _is_index(step):
        raise BadPin(f"In the pin {name!r} the list index {step!r} is not a whole number.")
    index = int(step)
    if index >= LONGEST_LIST:
        raise BadPin(f"In the pin {name!r} the list index is over {LONGEST_LIST - 1}.")
    items = container if owned and isinstance(container, list) else _as_list(container)
    items.extend([None] * (index + 1 - len(items)))
    items[index] = _assign(items[index], rest, value, name=name)
    return items


def _as_list(container: Any) -> list[Any]:
    if container is None:
        return []
    if isinstance(container, str | dict | list):
        return list(container)
    return [container]


def _as_dict(container: Any) -> dict[str, Any]:
    return dict(container) if isinstance(container, dict) else {}
