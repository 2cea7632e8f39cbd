"""Make a preset and the trigger that begins runs with it in one go, as other platforms do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from agents.engine import credentials as needs
from agents.engine.graph import Node
from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from agents.presets import services as presets
from agents.triggers import checking, kinds, services
from agents.triggers.kinds.base import Called
from agents.triggers.services import Made


def set_up(
    user: User,
    agent_id: UUID,
    *,
    name: str,
    description: str = "",
    version: int | None = None,
    trigger_config: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
    credentials_inputs: Mapping[str, Any] | None = None,
) -> Made:
    """Return a new trigger with a new preset, of the one node of the agent that sites can call.

    ``trigger_config`` are values for that node's pins. Raises what `services.create` and
    `presets.create` raise; then neither was made.
    """
    found = graphs.find_startable(user, agent_id, version)
    node, kind = _node(found)
    given = dict(credentials_inputs or {})
    with transaction.atomic():
        preset = presets.create(
            user,
            agent_id=agent_id,
            name=name,
            version=version,
            description=description,
            inputs=inputs,
            credentials_inputs=given,
        )
        made = services.make(
            user,
            agent_id,
            kind=kind.name,
            name=name,
            preset=preset,
            node_id=node.id,
            node_inputs=dict(trigger_config or {}),
            config=kind.config_with(_credential(found, node, given)),
        )
    return services.register(made)


def _node(version: GraphVersion) -> tuple[Node, Called[Any]]:
    called = [kind for kind in kinds.every() if isinstance(kind, Called)]
    found = [
        (node, kind)
        for node in version.graph.starting_nodes
        for kind in called
        if node.block and node.block.webhook and node.block.webhook.provider == kind.provider
    ]
    if len(found) != 1:
        has = "no node" if not found else f"{len(found)} nodes"
        raise checking.wrong(
            "graph_id",
            f"The agent has {has} that a site can call, where one is needed. "
            "Make a trigger for a node at /api/v1/graphs/{id}/triggers/ instead.",
        )
    return found[0]


def _credential(version: GraphVersion, node: Node, given: Mapping[str, Any]) -> str | None:
    """Return the credential that the node gets: it may set up the webhook at the other site."""
    for need in needs.needs(version.graph):
        one = needs.reference(given.get(need.key)) or need.chosen
        if need.node.id == node.id and one is not None:
            return str(one["id"])
    return None
