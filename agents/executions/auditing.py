"""Runs in the audit log: what people did with them. What the engine does by itself is in their events."""

from typing import Any

from agents.executions.models import Execution
from audit import trail
from audit.actions import Action
from audit.models import Entry


def started(execution: Execution) -> Entry:
    """Return the line of a run that a person starts; it is written in the message with the run."""
    version = execution.graph_version
    details: dict[str, Any] = {"agent": str(version.agent_id), "version": version.version}
    if version.is_snapshot:
        details["draft"] = True
    if execution.replay_of_id is not None:
        details |= {"replay_of": str(execution.replay_of_id), "from_node": execution.replay_from}
    return trail.entry(
        Action.RUN_STARTED if execution.replay_of_id is None else Action.RUN_REPLAYED,
        owner=execution.owner_id,
        thing=("executions.execution", execution.pk, version.name),
        details=details,
    )


def line(action: Action, execution: Execution, **details: Any) -> Entry:
    """Return the line of what somebody did with a run, for the ledger that writes it."""
    return trail.entry(
        action,
        owner=execution.owner_id,
        thing=("executions.execution", execution.pk, execution.graph_version.name),
        details=details,
    )
