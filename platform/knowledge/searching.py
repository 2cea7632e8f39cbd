"""The questions to PostgreSQL that Django has no words for: vectors, and equality of metadata.

No index: one is for vectors of one length, and finds most of what is near, where a collection that is read whole
gives exactly what is nearest (docs/decisions/0034).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import ProgrammingError, connection
from psycopg.errors import UndefinedFunction, UndefinedObject

from kernel.jsontypes import dumps
from knowledge.entries import Found
from knowledge.errors import KnowledgeUnavailable
from knowledge.models import Passage

TABLE = Passage._meta.db_table
IS_THERE = "SELECT to_regtype('vector') IS NOT NULL"
HAS_ALL = """NOT EXISTS (
  SELECT FROM jsonb_each(%(filter)s::jsonb) wanted
  WHERE passage.metadata::jsonb -> wanted.key IS DISTINCT FROM wanted.value
)"""
NEAREST = f"""
SELECT key, text, metadata, 1 - distance FROM (
  SELECT key, text, metadata, vector::vector <=> %(query)s::real[]::vector AS distance
  FROM {TABLE} passage
  WHERE collection_id = %(collection)s AND {HAS_ALL}
) near
WHERE %(least)s::float8 IS NULL OR 1 - distance >= %(least)s
ORDER BY distance, key
LIMIT %(limit)s
"""
DELETE = f"""
DELETE FROM {TABLE} passage
WHERE collection_id = %(collection)s AND (%(keys)s::text[] IS NULL OR key = ANY(%(keys)s)) AND {HAS_ALL}
"""
MISSING = (
    "This instance's PostgreSQL has no pgvector, which compares texts. An operator can install it and run"
    " `CREATE EXTENSION vector` in the database."
)


def refuse_without_pgvector() -> None:
    """Raise KnowledgeUnavailable where PostgreSQL cannot compare vectors."""
    with connection.cursor() as cursor:
        cursor.execute(IS_THERE)
        if cursor.fetchone() != (True,):
            raise KnowledgeUnavailable(MISSING)


def nearest(
    collection: UUID,
    query: Sequence[float],
    *,
    limit: int,
    filter: Mapping[str, Any],
    least: float | None,
) -> list[Found]:
    """Return the texts whose vectors are nearest in direction, nearest first.

    Raises KnowledgeUnavailable.
    """
    values: dict[str, Any] = {
        "collection": collection,
        "query": list(query),
        "limit": limit,
        "filter": dumps(dict(filter)),
        "least": least,
    }
    try:
        with connection.cursor() as cursor:
            cursor.execute(NEAREST, values)
            rows = cursor.fetchall()
    except ProgrammingError as error:
        if isinstance(error.__cause__, UndefinedObject | UndefinedFunction):
            raise KnowledgeUnavailable(MISSING) from None
        raise
    return [Found(key, text, score, metadata) for key, text, metadata, score in rows]


def delete(collection: UUID, keys: Sequence[str] | None, filter: Mapping[str, Any]) -> int:
    """Delete the texts with these keys (None: with any) and all of this in their metadata."""
    values: dict[str, Any] = {
        "collection": collection,
        "keys": None if keys is None else list(keys),
        "filter": dumps(dict(filter)),
    }
    with connection.cursor() as cursor:
        cursor.execute(DELETE, values)
        return int(cursor.rowcount)
