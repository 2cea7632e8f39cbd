"""Triggers in the audit log."""

from typing import Any

from agents.triggers.models import Trigger
from audit import acting, trail
from audit.actions import Action
from audit.models import Entry


def record(action: Action, trigger: Trigger, **details: Any) -> None:
    """Write what was done to a trigger: which one, never its address or secret."""
    trail.record(
        action,
        owner=trigger.owner_id,
        thing=trigger,
        details={"kind": trigger.kind, "agent": str(trigger.agent_id), **details},
    )


def refused(trigger: Trigger, why: str, address: str | None) -> Entry:
    """Return the line, not written yet, that a call was refused."""
    line = trail.entry(
        Action.TRIGGER_REFUSED,
        owner=trigger.owner_id,
        thing=trigger,
        outcome=Entry.Outcome.REFUSED,
        via=acting.Via.NOBODY,
        details={"kind": trigger.kind, "why": why},
    )
    line.address = address
    return line
