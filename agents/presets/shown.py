"""Kept inputs as people may read them: with secrets masked, as those of runs are."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from agents.executions import masking
from agents.graphs.models import GraphVersion, load_graphs


class Kept(Protocol):
    """What has inputs for a version of an agent, or for its active one."""

    pk: Any
    owner_id: Any
    agent_id: UUID
    inputs: dict[str, Any]

    @property
    def runs_version(self) -> int | None:
        """Return the number of the version; None for the active one."""


def shown_inputs(things: Sequence[Kept]) -> dict[Any, dict[str, Any]]:
    """Return the inputs of each, by its key, with two queries for all of them."""
    versions = _versions({one.agent_id for one in things})
    found = {one.pk: versions.get((one.agent_id, one.runs_version)) for one in things}
    load_graphs([version for version in found.values() if version is not None])
    return {
        one.pk: masking.run_inputs(
            version.graph if (version := found[one.pk]) else None, one.inputs
        )
        for one in things
    }


def _versions(agents: set[UUID]) -> dict[tuple[UUID, int | None], GraphVersion]:
    rows = GraphVersion.objects.filter(agent__in=agents).defer("document")
    found: dict[tuple[UUID, int | None], GraphVersion] = {}
    for row in rows:
        found[row.agent_id, row.version] = row
        if row.is_active:
            found[row.agent_id, None] = row
    return found
