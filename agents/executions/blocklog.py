"""The log of a node execution: what its block wrote, for people who look at the run.

Lines are written in batches, beside the journal: they decide nothing, so they may come late and a
crash of the database may lose the last of them. A block that runs again from its beginning (it
slept, or its worker was lost) writes the same lines again; they keep their numbers, and are there
once. Another try of the node has lines of its own.
"""

from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import DatabaseError, connection
from django.utils.timezone import now

from agents.executions.models import NodeExecution
from telemetry import redaction

MOST_LINES = 1_000  # of one try
LONGEST_LINE = 10_000  # characters
BATCH, PAUSE = 100, 1.0  # lines and seconds after which they are written while the block goes on
LEFT_OUT = "… Further lines are left out."

# Whoever wrote a line first said when; a retried run writes other lines under the same numbers.
# The answer comes without waiting for the disk.
WRITE = """
WITH unhurried AS (SELECT set_config('synchronous_commit', 'off', true)),
given AS (
  SELECT * FROM unhurried,
  unnest(%(numbers)s::int[], %(written)s::timestamptz[], %(texts)s::text[])
    AS line(number, written, text)
)
INSERT INTO executions_logline AS stored (node_execution_id, attempted, number, written, text)
SELECT %(node_execution)s, %(attempted)s, number, written, text FROM given
ON CONFLICT (node_execution_id, attempted, number) DO UPDATE
SET written = EXCLUDED.written, text = EXCLUDED.text
WHERE stored.text <> EXCLUDED.text
"""


class BlockLog:
    """The lines of one run of a block, on their way to the database."""

    def __init__(self, row: NodeExecution) -> None:
        self._row = row
        self._count = 0
        self._lines: list[tuple[int, datetime, str]] = []
        self._written = monotonic()

    def add(self, text: str) -> None:
        """Take a line; it is written soon, at the latest by `flush`."""
        if self._count > MOST_LINES:
            return
        line = LEFT_OUT if self._count == MOST_LINES else _storable(text)
        self._lines.append((self._count, now(), line))
        self._count += 1
        if len(self._lines) >= BATCH or monotonic() - self._written > PAUSE:
            self.flush()

    def flush(self) -> None:
        """Write what is left. What the database does not take is lost: it is only a log."""
        self._written = monotonic()
        if not self._lines:
            return
        numbers, written, texts = zip(*self._lines, strict=True)
        self._lines = []
        values: dict[str, Any] = {
            "node_execution": self._row.pk,
            "attempted": self._row.tries,
            "numbers": list(numbers),
            "written": list(written),
            "texts": list(texts),
        }
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(WRITE, values)
        if not connection.in_atomic_block:
            connection.close()  # the block goes on, and others may need it


def _storable(text: str) -> str:
    """Return the line as a database can keep it, without secrets."""
    line = redaction.text(text[:LONGEST_LINE]).replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return line.encode("utf-8", "replace").decode("utf-8")
