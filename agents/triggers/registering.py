"""Tell other sites where they call a trigger, and that they no longer do."""

from django.db.models import F, Value

from agents.triggers import hooks, kinds
from agents.triggers.errors import SetUpFailed
from agents.triggers.kinds.base import Called, Config
from agents.triggers.models import Trigger
from kernel.errors import TrellisError


def register(trigger: Trigger) -> str:
    """Register the address at the other site where that can be done; return why it failed.

    Outside of a transaction: the other site is asked. No failure undoes the trigger.
    """
    declared = kinds.get(trigger.kind)
    if not isinstance(declared, Called):
        return ""
    kept = trigger.secret()
    url, secret = hooks.address(str(kept["token"])), str(kept["secret"])
    config = declared.config.model_validate(trigger.config)
    remote, problem = "", ""
    try:
        remote = declared.set_up(config, trigger.owner_id, trigger.subject, url, secret)
    except SetUpFailed as error:
        problem = error.message
    trigger.remote_id, trigger.last_error = remote, problem or trigger.last_error
    Trigger.objects.filter(pk=trigger.pk).update(
        remote_id=remote, last_error=Value(problem) if problem else F("last_error")
    )
    return problem


def take_down(trigger: Trigger, config: Config | None = None, subject: str | None = None) -> str:
    """Remove the webhook at the other site; return why that failed. Our address is closed anyway.

    ``config`` and ``subject`` are those with which it was made, where they have changed since.
    """
    declared = kinds.find(trigger.kind)
    if not isinstance(declared, Called) or not trigger.remote_id:
        return ""
    config = config or declared.config.model_validate(trigger.config)
    subject = trigger.subject if subject is None else subject
    try:
        declared.take_down(config, trigger.owner_id, subject, trigger.remote_id)
    except TrellisError as error:
        return error.message
    return ""
