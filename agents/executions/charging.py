"""Write down what models were asked, with the answer and whatever becomes of the node.

A line for each answer, and the sum in the run's row: one statement. No other writer of the row touches
that column, so nothing is lost beside a decision about the run.
"""

from collections.abc import Iterable
from typing import Any, TypedDict
from uuid import UUID

from django.db import connection

from agents.executions.models import Execution, ModelUse
from agents.executions.models.model_use import MICRO
from agents.executions.web import give_connection_back
from blocks.sdk.models import Answer, Embeddings

LONGEST_NAME = 200
MOST = 2**62

WRITE = f"""
WITH used AS (
  INSERT INTO {ModelUse._meta.db_table}
    (node_execution_id, created, provider, model, requests, input_tokens, output_tokens, microcents)
  VALUES (%(node)s, now(), %(provider)s, %(model)s, %(requests)s, %(input)s, %(output)s, %(microcents)s)
  RETURNING microcents
)
UPDATE {Execution._meta.db_table} run SET model_microcents = run.model_microcents + used.microcents
FROM used WHERE run.id = %(run)s AND used.microcents > 0
"""


class Used(TypedDict):
    """What a node execution asked of one model."""

    provider: str
    model: str
    requests: int
    input_tokens: int
    output_tokens: int
    cost: float | None


def charge(run: UUID, node_execution: UUID, answer: Answer | Embeddings) -> None:
    """Write down one answer."""
    usage = answer.usage
    values: dict[str, Any] = {
        "run": run,
        "node": node_execution,
        "provider": answer.provider,
        "model": answer.model[:LONGEST_NAME].replace("\x00", ""),
        "requests": usage.requests,
        "input": _count(usage.input_tokens),
        "output": _count(usage.output_tokens),
        "microcents": None if usage.cents is None else _count(round(usage.cents * MICRO)),
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)
    give_connection_back()


def used(rows: Iterable[ModelUse]) -> list[Used]:
    """Return what was asked, model by model; cost in cents, None where nobody knows it."""
    found: dict[tuple[str, str], Used] = {}
    for row in rows:
        one = found.setdefault(
            (row.provider, row.model),
            Used(
                provider=row.provider,
                model=row.model,
                requests=0,
                input_tokens=0,
                output_tokens=0,
                cost=None,
            ),
        )
        one["requests"] += row.requests
        one["input_tokens"] += row.input_tokens
        one["output_tokens"] += row.output_tokens
        if row.microcents is not None:
            one["cost"] = round((one["cost"] or 0) + row.microcents / MICRO, 6)
    return list(found.values())


def cents(execution: Execution) -> float:
    """Return what the run's models cost so far, in US cents."""
    return round(execution.model_microcents / MICRO, 6)


def _count(number: int) -> int:
    """Return the number as the database takes it: a server may say anything."""
    return min(max(number, 0), MOST)
