"""What is kept, in plain Python: a text under a key, and what is known of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from kernel.jsontypes import NotJSON, dumps
from knowledge.errors import KnowledgeInvalid

LONGEST_NAME = 200  # characters of a collection's name, and of a key
LONGEST_TEXT = 100_000  # characters
LONGEST_METADATA = 10_000  # characters, as JSON
MOST_AT_ONCE = 1_000
BYTES_OF_A_NUMBER = 4


@dataclass(frozen=True)
class Entry:
    """A text to keep. ``key`` says which one it takes the place of; "" is a key made of the text."""

    text: str
    key: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Return the key under which it is kept."""
        return self.key or sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def size(self, dimensions: int) -> int:
        """Return how many bytes it takes, with a vector of so many numbers."""
        words = (self.place, self.text, dumps(dict(self.metadata)))
        return sum(len(word.encode()) for word in words) + BYTES_OF_A_NUMBER * dimensions


@dataclass(frozen=True)
class Found:
    """A text that was found. ``score`` is 1 for the same direction, 0 for nothing in common."""

    key: str
    text: str
    score: float
    metadata: Mapping[str, Any]


def check_name(name: str) -> None:
    """Raise KnowledgeInvalid unless a collection may be called so."""
    if not name.strip() or len(name) > LONGEST_NAME or not is_storable(name):
        raise KnowledgeInvalid(
            f"{name[:60]!r} is no name of a collection. Use from 1 to {LONGEST_NAME} characters."
        )


def check(entries: Sequence[Entry]) -> None:
    """Raise KnowledgeInvalid unless all of the entries can be kept."""
    if len(entries) > MOST_AT_ONCE:
        raise KnowledgeInvalid(
            f"{len(entries):,} texts are too many at once; {MOST_AT_ONCE:,} is the most. Add them in parts."
        )
    for number, entry in enumerate(entries, start=1):
        if fault := _fault(entry):
            raise KnowledgeInvalid(f"Text {number} cannot be kept: {fault}.")


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Raise KnowledgeInvalid unless this can be looked for in metadata."""
    if fault := _fault_of(metadata):
        raise KnowledgeInvalid(f"The filter cannot be used: {fault}.")


def unique(entries: Iterable[Entry]) -> dict[str, int]:
    """Return the keys, each with the place of the last entry that has it."""
    return {entry.place: number for number, entry in enumerate(entries)}


def _fault(entry: Entry) -> str:
    if not entry.text.strip():
        return "it is empty"
    if len(entry.text) > LONGEST_TEXT:
        return (
            f"it has {len(entry.text):,} characters; {LONGEST_TEXT:,} is the most, and parts of a page or"
            " less are found better"
        )
    if not is_storable(entry.text):
        return "it has a null character or half of a surrogate pair"
    if len(entry.key) > LONGEST_NAME or not is_storable(entry.key):
        return f"its key must have at most {LONGEST_NAME} characters, and no null character"
    return _fault_of(entry.metadata)


def _fault_of(metadata: Mapping[str, Any]) -> str:
    try:
        text = dumps(dict(metadata))
    except NotJSON as error:
        return f"its metadata are not JSON ({error})"
    if len(text) > LONGEST_METADATA:
        return f"its metadata have {len(text):,} characters; {LONGEST_METADATA:,} is the most"
    if not _all_storable(metadata):
        return "its metadata have a null character or half of a surrogate pair"
    return ""


def _all_storable(value: Any) -> bool:
    """Return whether PostgreSQL can compare all texts in a JSON value."""
    if isinstance(value, str):
        return is_storable(value)
    if isinstance(value, Mapping):
        return all(_all_storable(name) and _all_storable(child) for name, child in value.items())
    return not isinstance(value, list) or all(map(_all_storable, value))


def is_storable(text: str) -> bool:
    """Return whether PostgreSQL can keep the text."""
    return "\x00" not in text and not any("\ud800" <= one <= "\udfff" for one in text)
