"""Values that people read with their secrets masked, and may send back so."""

from collections.abc import Mapping
from typing import Any

from telemetry.redaction import MARK


def unmasked(given: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was given, with what was kept in place of each mark, at any depth of objects."""
    return {name: _unmasked(value, kept.get(name)) for name, value in given.items()}


def _unmasked(value: Any, kept: Any) -> Any:
    if value == MARK and kept is not None:
        return kept
    if isinstance(value, dict) and isinstance(kept, Mapping):
        return unmasked(value, kept)
    return value
