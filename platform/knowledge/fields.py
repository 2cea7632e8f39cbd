"""A vector's column."""

from typing import Any

from django.db import models


class VectorField(models.Field[Any, Any]):
    """Numbers in an array of PostgreSQL's own, four bytes each.

    Not of pgvector's type: so the table is there, and can be handed out and erased, where a server has no
    pgvector. Who compares vectors casts them (`searching`).
    """

    def db_type(self, connection: Any) -> str:
        return "real[]"
