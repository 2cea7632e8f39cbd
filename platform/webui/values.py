"""Values of any kind as text that fits on a page."""

import json
from dataclasses import dataclass
from typing import Any

LONGEST = 4000  # characters shown before "show all"
ONE_LINE = 120
FLAT = 80  # JSON that is shorter stays on one line


@dataclass(frozen=True)
class Shown:
    """A value's text, or its beginning where ``is_cut``; ``is_text`` where it is a string."""

    text: str
    is_text: bool
    is_cut: bool = False


def shown(value: Any, limit: int = LONGEST) -> Shown:
    """Return what a page shows of the value."""
    text = full_text(value)
    return Shown(text[:limit], isinstance(value, str), is_cut=len(text) > limit)


def full_text(value: Any) -> str:
    """Return a string as it is, and anything else as JSON, indented where it is long."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list | dict) or len(value) < FLAT:
        flat = json.dumps(value, ensure_ascii=False)
        if len(flat) < FLAT:
            return flat
    return json.dumps(value, indent=2, ensure_ascii=False)


def one_line(value: Any, limit: int = ONE_LINE) -> str:
    """Return the value in one short line."""
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False)
    start = value[: limit * 4].split()
    line = " ".join(start)
    return f"{line[: limit - 1]}…" if len(line) >= limit or len(value) > limit * 4 else line


def from_json_start(text: str, limit: int = LONGEST) -> Shown:
    """Return what a page shows of a value, given the first ``limit + 1`` characters of its JSON.

    The database cuts large values, so that they need not be read to be left out.
    """
    if len(text) <= limit:
        return shown(json.loads(text), limit)
    if not text.startswith('"'):
        return Shown(text[:limit], is_text=False, is_cut=True)
    return Shown(_string_start(text), is_text=True, is_cut=True)


def _string_start(text: str) -> str:
    """Return the string whose JSON begins with the text; an escape may be cut in two."""
    for end in range(len(text), len(text) - 7, -1):
        try:
            return str(json.loads(text[:end] + '"'))
        except ValueError:
            continue
    return text
