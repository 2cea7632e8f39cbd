"""Which agents travel with one: those that its graph runs, at all depths.

Its creator's own come along. Another creator's may, where it is in the store: the version that
everybody may have, and what comes along with it. Anything else is somebody's private agent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from agents.engine.graph import Node
from agents.graphs.models import GraphVersion
from agents.graphs.references import Reference, references
from store.models import ListingVersion


@dataclass(frozen=True)
class Refused:
    """A sub-agent that cannot travel, and where it is named."""

    inside: GraphVersion
    node: Node
    reference: Reference
    exists: bool


@dataclass(frozen=True)
class Party:
    """A version and everything that travels with it, each once, itself first."""

    versions: tuple[GraphVersion, ...]
    refused: tuple[Refused, ...] = ()
    runs_itself: bool = False

    @property
    def itself(self) -> GraphVersion:
        return self.versions[0]

    @property
    def sub_agents(self) -> tuple[GraphVersion, ...]:
        return self.versions[1:]


def party(version: GraphVersion, owner_id: Any) -> Party:
    """Return what travels with the version of an owner's agent. Each level is a few queries."""
    found, refused, runs_itself = [version], [], False
    seen = {version.reference}
    carried: set[UUID] = set()
    level = [version]
    for _ in range(settings.EXECUTIONS["max_depth"]):  # deeper agents never run
        named = _named_by(level)
        runs_itself |= any(reference.agent_id == version.agent_id for reference in named)
        wanted = {name: place for name, place in named.items() if name not in seen}
        seen |= wanted.keys()
        known = GraphVersion.objects.by_reference(wanted)
        carried |= _carried_by_public(known.values(), owner_id)
        level = []
        for reference, (inside, node) in wanted.items():
            row = known.get(reference)
            if row is not None and _may_travel(row, owner_id, carried):
                level.append(row)
            else:
                refused.append(Refused(inside, node, reference, exists=row is not None))
        found += level
        if not level:
            break
    return Party(tuple(found), tuple(refused), runs_itself)


def _may_travel(row: GraphVersion, owner_id: Any, carried: set[UUID]) -> bool:
    is_own = row.agent.owner_id == owner_id and row.agent.deleted_at is None
    return is_own or row.pk in carried


def _carried_by_public(rows: Iterable[GraphVersion], owner_id: Any) -> set[UUID]:
    """Return the keys of others' versions that are in the store, and of what these carry."""
    others = [row.pk for row in rows if row.agent.owner_id != owner_id]
    if not others:
        return set()
    listed = ListingVersion.objects.public().filter(graph_version__in=others)
    pairs = listed.values_list("graph_version_id", "sub_agents")
    return {pk for pair in pairs for pk in pair if pk is not None}


def _named_by(level: list[GraphVersion]) -> dict[Reference, tuple[GraphVersion, Node]]:
    named: dict[Reference, tuple[GraphVersion, Node]] = {}
    for version in level:
        for node, reference in references(version.graph):
            if reference is not None:
                named.setdefault(reference, (version, node))
    return named
