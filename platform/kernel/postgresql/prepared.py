"""Statements that each connection plans once, by SQL's own PREPARE.

For what is asked so often that planning it takes longer than running it. A process keeps a list of
its statements; a connection learns them all with the first one that it is asked (`batch`).
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Expression, QuerySet
from psycopg.sql import Literal

known: list["Prepared"] = []
"""Every statement of this process, in the order in which they were made."""


@dataclass(frozen=True)
class Prepared:
    """A statement that each connection plans once; ``types`` are those of its parameters $1, $2, …"""

    name: str
    types: tuple[str, ...]
    sql: str

    def __post_init__(self) -> None:
        known.append(self)

    @classmethod
    def of(cls, name: str, types: tuple[str, ...], rows: "QuerySet[Any, Any]") -> "Prepared":
        """Return the query set as a statement, with a `Parameter` wherever a value is to come."""
        sql, values = rows.query.sql_with_params()
        return cls(name, types, sql % tuple(Literal(value).as_string(None) for value in values))

    @property
    def call(self) -> str:
        return f"EXECUTE {self.name} ({', '.join(['%s'] * len(self.types))})"

    @property
    def declaration(self) -> str:
        return f"PREPARE {self.name} ({', '.join(self.types)}) AS {self.sql}"


class Parameter(Expression):
    """A parameter of a prepared statement, in the place of a value in a query set."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return f"${self.number}", ()
