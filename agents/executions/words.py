"""What a model says, for those who watch the run while it speaks.

A preview: nothing of it is written down, no number is given, and what is missed is missed. The value that
the node emits in the end is an event like any other. Pieces are collected for a moment and published
together, so that an answer costs a few messages and not one for each word.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from redis import RedisError

from agents.executions.claims import Claim
from agents.executions.keyring import without
from agents.executions.publisher import spoken
from kernel import messages

LONGEST = 1_000_000  # characters of one answer that are told

logger = logging.getLogger(__name__)


class Words:
    """One answer on its way to the watchers."""

    def __init__(self, claim: Claim, pin: str, secrets: Iterable[str]) -> None:
        self._claim = claim
        self._pin = pin
        self._secrets = sorted((one for one in secrets if one), key=len, reverse=True)
        self._text = ""
        self._told = 0
        self._coming: list[str] = []

    def add(self, piece: str) -> None:
        """Take a piece; any thread may."""
        self._coming.append(piece)

    def tell(self) -> None:
        """Publish what came since the last time. A Redis that is away is no error."""
        coming, self._coming = self._coming, []
        if not coming or len(self._text) > LONGEST or self._claim.execution.is_sealed:
            return
        self._text += "".join(coming)
        text = self._safe()[self._told :]
        if not text:
            return
        notice = spoken(self._claim.execution, self._piece(text))
        self._told += len(text)
        try:
            messages.publish(settings.REDIS_URL, [notice])
        except RedisError as error:
            logger.warning("Words of a model cannot be told: %s", error)

    def _safe(self) -> str:
        """Return what may be told: without secrets, and without an end that may begin one."""
        if not self._secrets:
            return self._text
        cleaned = str(without(self._text, self._secrets))
        return cleaned[: max(0, len(cleaned) - len(self._secrets[0]) + 1)]

    def _piece(self, text: str) -> dict[str, Any]:
        row = self._claim.node_execution
        return {
            "graph_exec_id": str(self._claim.execution.pk),
            "node_exec_id": str(row.pk),
            "node_id": row.node_id,
            "attempt": self._claim.attempt,
            "pin": self._pin,
            "offset": self._told,
            "text": text,
        }


class Unheard:
    """Nobody watches."""

    def __init__(self, pin: str = "", secrets: Sequence[str] = ()) -> None:
        """Take what `Words` takes, and forget it."""

    def add(self, piece: str) -> None:
        """Forget the piece."""

    def tell(self) -> None:
        """Tell nobody."""
