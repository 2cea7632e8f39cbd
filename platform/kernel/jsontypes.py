"""JSON as values: types, and strict text in and out.

Strict means that what is written can be read by anyone: no NaN, no infinity. Key order and the
difference between ``1`` and ``1.0`` are kept, which is why values live in ``json`` columns and
not in ``jsonb`` (docs/decisions/0003-values-as-json-text.md).
"""

import json
import math
from typing import Any, NoReturn, TypeAlias

JSONValue: TypeAlias = Any
"""None, bool, int, float, str, list or dict of these. ``Any``: recursion helps no caller here."""
JSONObject: TypeAlias = dict[str, JSONValue]

DEEPEST = 200
"""Levels of nesting that a document may have; deeper ones crash parsers elsewhere."""


class NotJSON(ValueError):
    """The value or text is not JSON."""


# `json.dumps` would make one with each call.
_ascii = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_unicode = json.JSONEncoder(allow_nan=False, separators=(",", ":"), ensure_ascii=False)


def loads(text: str | bytes) -> JSONValue:
    """Return the value of a JSON text.

    Raises NotJSON, also for NaN, numbers beyond a float, depth and endless digits.
    """
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise NotJSON(f"The JSON is nested deeper than {DEEPEST} levels.") from None
    except UnicodeDecodeError:
        raise NotJSON("The JSON is not UTF-8 text.") from None
    except NotJSON:
        raise
    except ValueError as error:
        raise NotJSON(f"The text is not JSON: {error}.") from None
    check_depth(value)
    return value


def dumps(value: JSONValue, *, ascii_only: bool = True) -> str:
    """Return the value as compact JSON text. Raises NotJSON for NaN and foreign types."""
    try:
        return (_ascii if ascii_only else _unicode).encode(value)
    except RecursionError:
        raise NotJSON(f"The value is nested deeper than {DEEPEST} levels.") from None
    except (ValueError, TypeError) as error:
        raise NotJSON(f"The value is not JSON: {error}.") from None


def copied(value: JSONValue) -> JSONValue:
    """Return the value with lists and objects of its own, for someone who may change them."""
    if isinstance(value, dict):
        return {key: copied(child) for key, child in value.items()}
    if isinstance(value, list):
        return [copied(child) for child in value]
    return value


def check_depth(value: JSONValue, limit: int = DEEPEST) -> None:
    """Raise NotJSON where lists and objects are nested deeper than ``limit``."""
    level = [value]
    depth = 0
    while level:
        depth += 1
        if depth > limit + 1:
            raise NotJSON(f"The JSON is nested deeper than {limit} levels.")
        level = [
            child
            for container in level
            if isinstance(container, dict | list)
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, dict | list)
        ]


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isfinite(number):
        return number
    raise NotJSON(f"The number {digits:.20} is too large. Use one below 1.8e308.")


def _refuse(constant: str) -> NoReturn:
    raise NotJSON(f"{constant} is not JSON. Use a finite number or null.")
