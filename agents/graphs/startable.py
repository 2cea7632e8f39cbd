"""The version of an agent that somebody starts, found by a statement that connections plan once.

Building the ORM's query took a third of the time of a start. What belongs to whom is still said once,
by `GraphVersionQuerySet`: the statements are made of its query sets.
"""

from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import User
from agents.graphs.models import GraphVersion
from agents.graphs.references import LAST_VERSION
from kernel.access import Scope, may
from kernel.postgresql.batch import Batch
from kernel.postgresql.prepared import Parameter, Prepared

FIELDS = [one.attname for one in GraphVersion._meta.concrete_fields if one.name != "document"]


def find(user: User, agent_id: UUID, version: int | None) -> GraphVersion | None:
    """Return the version, or the active one, without its document; None where the user has none.

    A key needs the scope EXECUTE_GRAPH, and no other: who may start an agent need not read it.
    """
    if not may(user, Scope.EXECUTE_GRAPH) or (version or 0) > LAST_VERSION:
        return None
    parameters = [user.pk, agent_id, *([] if version is None else [version])]
    rows: list[Any] = []
    batch = Batch()
    batch.add(_statement(numbered=version is not None), parameters, rows.extend)
    batch.run()
    return GraphVersion.from_db(connection.alias, FIELDS, rows[0]) if rows else None


@cache
def _statement(*, numbered: bool) -> Prepared:
    mine = GraphVersion.objects.owned_by(Parameter(1))
    rows = mine.of(Parameter(2), Parameter(3) if numbered else None).values_list(*FIELDS)
    name = "trellis_startable_version" if numbered else "trellis_startable"
    return Prepared.of(name, ("bigint", "uuid", "int")[: 2 + numbered], rows)
