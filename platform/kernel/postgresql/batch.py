"""Several statements in one message to PostgreSQL, with BEGIN and COMMIT among them.

In the simple query protocol the first statement of a message locks, and each of the others sees
what was committed before it began, so after the lock was held.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus

from kernel.postgresql.prepared import Prepared, known

_declared: WeakKeyDictionary[Any, int] = WeakKeyDictionary()  # statements that connections know


def _nothing(_: list[Any]) -> None:
    """Read the answer of a statement that has none."""


@dataclass
class Batch:
    """Statements that go out in one message; each is answered through the reader it came with."""

    statements: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)
    readers: list[Callable[[list[Any]], None] | None] = field(default_factory=list)

    def add(
        self,
        statement: Prepared,
        parameters: Sequence[Any],
        reader: Callable[[list[Any]], None] = _nothing,
    ) -> None:
        """Add a prepared statement; its rows will be given to the reader."""
        self.statements.append(statement.call)
        self.parameters += parameters
        self.readers.append(None if reader is _nothing else reader)

    def say(self, command: str) -> None:
        """Add a command that has no answer."""
        self.statements.append(command)
        self.readers.append(None)

    def run(self) -> None:
        """Send all statements, BEGIN first where it is due, and read all answers."""
        database = connections[DEFAULT_DB_ALIAS]  # the proxy would look it up for each attribute
        database.ensure_connection()
        _declare(database)
        begins = begin_here(database)
        statements = ["BEGIN", *self.statements] if begins else self.statements
        with database.cursor() as cursor:
            cursor.execute("; ".join(statements), self.parameters)
            for number, reader in enumerate([None, *self.readers] if begins else self.readers):
                if number:
                    cursor.nextset()
                if reader is not None:
                    reader(cursor.fetchall())


def begin_here(database: BaseDatabaseWrapper) -> bool:
    """Return whether the next message opens the transaction that Django believes to be in.

    psycopg would send BEGIN as a message of its own; it does not when it believes that the
    connection commits by itself. How the transaction ends is Django's business again.
    """
    raw = database.connection
    if not database.in_atomic_block or raw.info.transaction_status != TransactionStatus.IDLE:
        return False
    raw.autocommit = True
    return True


def is_outermost() -> bool:
    """Return whether the present transaction is no part of another one."""
    database = connections[DEFAULT_DB_ALIAS]
    return database.in_atomic_block and len(database.atomic_blocks) == 1


def _declare(database: BaseDatabaseWrapper) -> None:
    raw, statements = database.connection, len(known)
    learnt = _declared.get(raw, 0)
    if learnt < statements:
        with database.cursor() as cursor:
            cursor.execute("; ".join(one.declaration for one in known[learnt:statements]))
        _declared[raw] = statements
