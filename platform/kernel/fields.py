"""Model fields that all apps share."""

from typing import Any

from django.db import models

from kernel.jsontypes import dumps


class JSONText(models.Field[Any, Any]):
    r"""A JSON value in a ``json`` column: read back exactly as written, key order included.

    PostgreSQL's ``jsonb`` sorts keys, drops trailing zeros of exponents and refuses ``\\u0000``;
    values that pass between nodes must not change on the way. psycopg parses the column.
    """

    def db_type(self, connection: Any) -> str:
        return "json"

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        return dumps(value)
