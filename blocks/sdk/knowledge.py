"""Texts that blocks keep, and find again by what they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from blocks.sdk.errors import BlockError
from blocks.sdk.models import Embeddings


class KnowledgeFailed(BlockError):
    """A text cannot be kept or found. ``code`` says why: docs/errors.md, "Knowledge"."""

    code = "knowledge_invalid"

    def __init__(self, message: str, *, code: str = code) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Kept:
    """A text to keep. ``key`` says which one it takes the place of; "" is a key made of the text."""

    text: str
    key: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """A text that was found. ``score`` is 1 for the same meaning, 0 for nothing in common."""

    key: str
    text: str
    score: float
    metadata: Mapping[str, Any] = field(default_factory=dict)


class Knowledge(Protocol):
    """The texts of the run's owner, in collections. Each raises KnowledgeFailed."""

    def check(self, collection: str, texts: Sequence[Kept] = ()) -> None:
        """Refuse what cannot be kept or found here, before a model is asked for its vectors."""

    def add(self, collection: str, texts: Sequence[Kept], embeddings: Embeddings) -> Sequence[str]:
        """Keep all the texts, each in place of what is under its key; return their keys, in order."""

    def search(
        self,
        collection: str,
        query: Embeddings,
        *,
        limit: int,
        filter: Mapping[str, Any],
        least: float | None = None,
    ) -> Sequence[Found] | None:
        """Return the texts nearest to the query, nearest first; None where there is no such collection.

        ``filter`` is what their metadata must have, ``least`` the score that they must reach.
        """

    def delete(
        self, collection: str, *, keys: Sequence[str] | None, filter: Mapping[str, Any]
    ) -> int:
        """Delete the texts under the keys (None: under any) that have all of this in their metadata.

        Returns how many there were.
        """
