"""Agents in the audit log."""

from typing import Any

from agents.graphs.models import GraphVersion
from audit import trail
from audit.actions import Action


def record(action: Action, version: GraphVersion, *, owner_id: Any, **details: Any) -> None:
    """Write what was done to an agent, of which this is the version in question."""
    trail.record(
        action,
        owner=owner_id,
        thing=("graphs.agent", version.agent_id, version.name),
        details={"version": version.version, **details},
    )
