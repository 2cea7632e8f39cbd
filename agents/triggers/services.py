"""Make triggers, change them, let them rest and go on, give them new secrets, and remove them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from agents.presets.masks import unmasked
from agents.presets.models import Preset
from agents.triggers import auditing, beginning, checking, kinds, registering, standing, tokens
from agents.triggers.errors import InvalidTrigger, NoAddress, TooManyTriggers
from agents.triggers.kinds.base import Called, Polled
from agents.triggers.models import LONGEST_NAME, Arrival, Trigger
from audit.actions import Action
from kernel.errors import NotFound
from kernel.jsontypes import JSONObject

MOST_TRIGGERS = 500  # of one person


@dataclass(frozen=True)
class Made:
    """A trigger, and the secrets that are told this once."""

    trigger: Trigger
    token: str = ""
    secret: str = ""
    problem: str = ""
    """Why the other site did not take the address; empty where it did, or was not asked."""


def find(user: Any, pk: UUID) -> Trigger:
    """Return the user's trigger. Raises NotFound, for a stranger too."""
    rows = Trigger.objects.visible_to(user).select_related("agent", "owner", "preset")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound(f"There is no trigger `{pk}`, or it is not yours.")
    return found


def create(
    user: User,
    agent_id: UUID,
    *,
    kind: str,
    name: str = "",
    version: int | None = None,
    node_id: str = "",
    input_name: str = "",
    config: Mapping[str, Any] | None = None,
    preset: Preset | None = None,
    inputs: Mapping[str, Any] | None = None,
    node_inputs: Mapping[str, Any] | None = None,
    credentials_inputs: Mapping[str, Any] | None = None,
    secret: str = "",
) -> Made:
    """Return a new trigger. Everything that would forbid its runs is looked at now.

    Raises NotFound, InvalidTrigger, WrongPreset, InvalidInputs, GraphNotRunnable, NothingToStart or
    TooManyTriggers; then nothing was made.
    """
    return register(
        make(
            user,
            agent_id,
            kind=kind,
            name=name,
            version=version,
            node_id=node_id,
            input_name=input_name,
            config=config,
            preset=preset,
            inputs=inputs,
            node_inputs=node_inputs,
            credentials_inputs=credentials_inputs,
            secret=secret,
        )
    )


def make(
    user: User,
    agent_id: UUID,
    *,
    kind: str,
    name: str = "",
    config: Mapping[str, Any] | None = None,
    secret: str = "",
    **values: Any,
) -> Made:
    """Return a new trigger that no other site knows of yet: call `register` outside a transaction.

    Raises what `create` raises.
    """
    declared = kinds.get(kind)
    trigger = Trigger(
        owner=user,
        agent_id=agent_id,
        kind=kind,
        name=(name.strip() or declared.title)[:LONGEST_NAME],
        **{key: value for key, value in values.items() if value is not None},
    )
    secret = secret or _taken_secret(trigger)
    checking.settle(trigger, user, declared, config or {})
    made = Made(trigger)
    if isinstance(declared, Called):
        made = _with_secrets(trigger, secret or _secret_of_node(trigger) or tokens.new_secret())
    elif secret:
        raise checking.wrong("secret", "Nobody calls a trigger of this kind: it has no secret.")
    if isinstance(declared, Polled):
        trigger.next_look_at = now()
    with transaction.atomic():
        User.objects.select_for_update().get(
            pk=user.pk
        )  # one at a time, so that the count is right
        if Trigger.objects.filter(owner=user).count() >= MOST_TRIGGERS:
            raise TooManyTriggers(
                f"You have {MOST_TRIGGERS} triggers, the most there may be. Delete some first."
            )
        trigger.save(force_insert=True)
        auditing.record(Action.TRIGGER_ADDED, trigger)
    return made


def register(made: Made) -> Made:
    """Tell the other site of a trigger that was made or changed; return it with what went wrong."""
    return replace(made, problem=registering.register(made.trigger))


def change(trigger: Trigger, user: User, **values: Any) -> Made:
    """Change a trigger: name, version, node_id, input_name, config, preset, inputs and the like.

    What is not given stays. Raises what `create` raises; then nothing changed. A changed `is_active`
    lets it rest, or go on: for that it must fit the version that would run.
    """
    with transaction.atomic():
        trigger = _locked(trigger)
        active = values.pop("is_active", trigger.is_active)
        config = values.pop("config", trigger.config)
        before = (trigger.subject, trigger.config)
        for field in values.keys() & {"inputs", "node_inputs"}:
            values[field] = unmasked(values[field], getattr(trigger, field))
        for field, value in values.items():
            setattr(trigger, field, value)
        declared = kinds.get(trigger.kind)
        if active or values or config != trigger.config:
            checking.settle(trigger, user, declared, config)
        moved = before != (trigger.subject, trigger.config)
        if moved:
            trigger.state = {}
        if isinstance(declared, Polled) and (moved or (active and not trigger.is_active)):
            trigger.next_look_at = now()
        if active and not trigger.is_active:
            trigger.failures, trigger.missed, trigger.last_error = 0, 0, ""
        trigger.is_active = active
        if active:
            trigger.paused_why = ""
        trigger.save()
        auditing.record(Action.TRIGGER_CHANGED, trigger, is_active=active)
    if moved and isinstance(declared, Called):
        registering.take_down(trigger, declared.config.model_validate(before[1]), before[0])
        return register(Made(trigger))
    return Made(trigger)


def rotate(trigger: Trigger, *, secret: str = "") -> Made:
    """Give the trigger a new address and a new secret; the former ones end at once.

    Raises NoAddress or InvalidTrigger.
    """
    declared = kinds.get(trigger.kind)
    if not isinstance(declared, Called):
        raise NoAddress
    with transaction.atomic():
        trigger = _locked(trigger)
        made = _with_secrets(trigger, secret or tokens.new_secret())
        trigger.save(update_fields=["digest", "tail", "sealed", "key_id", "updated"])
        auditing.record(Action.TRIGGER_ROTATED, trigger)
    registering.take_down(trigger)
    return register(made)


def remove(trigger: Trigger) -> None:
    """Remove a trigger with what arrived at it. Its runs stay."""
    with transaction.atomic():
        trigger = _locked(trigger)
        auditing.record(Action.TRIGGER_DELETED, trigger)
        trigger.delete()
    registering.take_down(trigger)


def send_test(trigger: Trigger, payload: JSONObject) -> Arrival:
    """Begin a run as if this had arrived; return the arrival. It needs no secret: its owner asks.

    Raises InvalidTrigger where the trigger is paused.
    """
    if not trigger.is_active:
        raise InvalidTrigger("The trigger is paused. Let it go on first.")
    with transaction.atomic():
        arrival = Arrival.objects.create(
            trigger=trigger,
            verdict=Arrival.Verdict.WAITING,
            event="test",
            execution_id=uuid4(),
            payload=payload,
            why="",
        )
        transaction.on_commit(beginning.ring, robust=True)
    return arrival


def token_of(trigger: Trigger) -> str:
    """Return the token in the trigger's address; "" where it has none. Raises CredentialUnreadable."""
    return str(trigger.secret().get("token") or "")


def _taken_secret(trigger: Trigger) -> str:
    """Return the secret among the values for the node, which is kept sealed instead."""
    value = trigger.node_inputs.pop(checking.SEALED_PIN, "")
    return value if isinstance(value, str) else ""


def _with_secrets(trigger: Trigger, secret: str) -> Made:
    if not tokens.LEAST <= len(secret) <= tokens.MOST or not secret.isprintable():
        raise checking.wrong(
            "secret",
            f"A secret has {tokens.LEAST} to {tokens.MOST} characters, without line ends. "
            "Leave it out, and one is made.",
        )
    if secret != secret.strip() or not secret.isascii():
        raise checking.wrong(
            "secret", "A secret has plain letters and signs (ASCII), and no blanks around."
        )
    token = tokens.new_token()
    trigger.digest, trigger.tail = tokens.digest(token), token[-4:]
    trigger.put({"token": token, "secret": secret})
    return Made(trigger, token, secret)


def _secret_of_node(trigger: Trigger) -> str:
    """Return the secret that the agent's author put into the node, where there is one."""
    version = standing.version_of(trigger)
    if version is not None and version.owner_id != trigger.owner_id:
        return ""
    node = version.graph.nodes.get(trigger.node_id) if version and trigger.node_id else None  # type: ignore[call-overload]
    value = node.input_default.get(checking.SEALED_PIN) if node else None
    return value if isinstance(value, str) else ""


def _locked(trigger: Trigger) -> Trigger:
    rows = Trigger.objects.select_for_update(of=("self",)).select_related(
        "agent", "owner", "preset"
    )
    found = rows.filter(pk=trigger.pk).first()
    if found is None:
        raise NotFound("The trigger is not there any more.")
    return found
