"""Where a trigger is called, and what of it people may read."""

from typing import Any

from agents.executions.masking import node_inputs, run_inputs
from agents.triggers import hooks, services, standing
from agents.triggers.models import Trigger
from credentials.errors import CredentialUnreadable
from telemetry.redaction import MARK


def address(trigger: Trigger) -> str:
    """Return the whole address; "" where there is none, or no key of ours opens it any more."""
    try:
        token = services.token_of(trigger)
    except CredentialUnreadable:
        return ""
    return hooks.address(token) if token else ""


def shown_node_inputs(trigger: Trigger) -> dict[str, Any]:
    """Return the values for other pins of the trigger's node; secrets are masked."""
    if not trigger.node_inputs:
        return {}
    version = standing.version_of(trigger)
    if version is None:
        return dict.fromkeys(trigger.node_inputs, MARK)
    return node_inputs(version.graph, trigger.node_id, trigger.node_inputs)


def shown_inputs(trigger: Trigger) -> dict[str, Any]:
    """Return the inputs of the trigger's runs; secrets are masked."""
    if not trigger.inputs:
        return {}
    version = standing.version_of(trigger)
    if version is None:
        return dict.fromkeys(trigger.inputs, MARK)
    return run_inputs(version.graph, trigger.inputs)
