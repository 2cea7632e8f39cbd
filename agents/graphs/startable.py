"""The version of an agent that somebody starts, found by a statement that connections plan once.

Building the ORM's query took a third of the time of a start. What belongs to whom is still said once,
by `GraphVersionQuerySet`: the statements are made of its query sets.
"""

from collections.abc import Iterable
from functools import cache, partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models import User
from agents.graphs.models import GraphVersion
from agents.graphs.references import LAST_VERSION
from kernel.access import Scope, may
from kernel.postgresql.batch import Batch
from kernel.postgresql.prepared import Parameter, Prepared

FIELDS = [one.attname for one in GraphVersion._meta.concrete_fields if one.name != "document"]


class Wish(NamedTuple):
    """Somebody who wants to start an agent: the version, or its active one."""

    user: User
    agent_id: UUID
    version: int | None = None


def find(user: User, agent_id: UUID, version: int | None) -> GraphVersion | None:
    """Return the version without its document; None where the user has none.

    It is of an agent of theirs, or lent to them (`lending`). A key needs the scope EXECUTE_GRAPH, and
    no other: who may start an agent need not read it.
    """
    wish = Wish(user, agent_id, version)
    return find_all([wish])[wish]


def find_all(wishes: Iterable[Wish]) -> dict[Wish, GraphVersion | None]:
    """Return what `find` does for each, asked for in one message."""
    found: dict[Wish, GraphVersion | None] = dict.fromkeys(wishes)
    batch = Batch()
    for wish in found:
        user, agent_id, version = wish
        if may(user, Scope.EXECUTE_GRAPH) and (version or 0) <= LAST_VERSION:
            parameters = [user.pk, agent_id, *([] if version is None else [version])]
            reader = partial(_read, found, wish)
            batch.add(_statement(numbered=version is not None), parameters, reader)
    if batch.statements:
        batch.run()
    return found


def _read(found: dict[Wish, GraphVersion | None], wish: Wish, rows: list[Any]) -> None:
    for *values, owner_id in rows:
        version = GraphVersion.from_db(connection.alias, FIELDS, values)
        version.owner_id = owner_id
        found[wish] = version


@cache
def _statement(*, numbered: bool) -> Prepared:
    number = Parameter(3) if numbered else None
    found = GraphVersion.objects.startable_by(Parameter(1), Parameter(2), number)
    rows = found.values_list(*FIELDS, "agent__owner_id")
    name = "trellis_startable_version" if numbered else "trellis_startable"
    return Prepared.of(name, ("bigint", "uuid", "int")[: 2 + numbered], rows)
