"""Make triggers, change them, let them rest and go on, give them new secrets, and remove them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.timezone import now
from pydantic import ValidationError

from accounts.models import User
from agents.engine.errors import InvalidInputs
from agents.engine.outcome import starting_data
from agents.executions import choosing
from agents.graphs import services as graphs
from agents.triggers import auditing, beginning, hooks, kinds, standing, tokens
from agents.triggers.errors import InvalidTrigger, NoAddress, SetUpFailed, TooManyTriggers
from agents.triggers.kinds.base import Called, Config, Kind, Polled
from agents.triggers.models import LONGEST_NAME, LONGEST_SUBJECT, Arrival, Trigger
from audit.actions import Action
from blocks.sdk import BlockKind
from kernel.errors import Detail, NotFound, TrellisError
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
    rows = Trigger.objects.visible_to(user).select_related("agent", "owner")
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
    inputs: Mapping[str, Any] | None = None,
    credentials_inputs: Mapping[str, Any] | None = None,
    secret: str = "",
) -> Made:
    """Return a new trigger. Everything that would forbid its runs is looked at now.

    Raises NotFound, InvalidTrigger, InvalidInputs, GraphNotRunnable, NothingToStart or
    TooManyTriggers; then nothing was made.
    """
    declared = kinds.get(kind)
    trigger = Trigger(
        owner=user,
        agent_id=agent_id,
        version=version,
        kind=kind,
        name=(name.strip() or declared.title)[:LONGEST_NAME],
        node_id=node_id,
        input_name=input_name,
        inputs=dict(inputs or {}),
        credentials_inputs=dict(credentials_inputs or {}),
    )
    _set(trigger, user, declared, config or {})
    made = Made(trigger)
    if isinstance(declared, Called):
        made = _with_secrets(trigger, secret or _secret_of_node(trigger) or tokens.new_secret())
    elif secret:
        raise _wrong("secret", "Nobody calls a trigger of this kind: it has no secret.")
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
    return _set_up(made)


def change(trigger: Trigger, user: User, **values: Any) -> Made:
    """Change a trigger: name, version, node_id, input_name, config, inputs, credentials_inputs.

    What is not given stays. Raises what `create` raises; then nothing changed. A changed `is_active`
    lets it rest, or go on: for that it must fit the version that would run.
    """
    with transaction.atomic():
        trigger = _locked(trigger)
        active = values.pop("is_active", trigger.is_active)
        config = values.pop("config", trigger.config)
        before = (trigger.subject, trigger.config)
        for field, value in values.items():
            setattr(trigger, field, value)
        declared = kinds.get(trigger.kind)
        if active or values or config != trigger.config:
            _set(trigger, user, declared, config)
        moved = before != (trigger.subject, trigger.config)
        if moved:
            trigger.state = {}
        if isinstance(declared, Polled) and (moved or (active and not trigger.is_active)):
            trigger.next_look_at = now()
        if active and not trigger.is_active:
            trigger.failures, trigger.missed, trigger.last_error = 0, 0, ""
        trigger.is_active = active
        trigger.paused_why = ""
        trigger.save()
        auditing.record(Action.TRIGGER_CHANGED, trigger, is_active=active)
    if moved and isinstance(declared, Called):
        old = declared.config.model_validate(before[1])
        made = Made(trigger, problem=_take_down(declared, trigger, old, before[0]))
        return _set_up(made)
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
    config = declared.config.model_validate(trigger.config)
    _take_down(declared, trigger, config, trigger.subject)
    return _set_up(made)


def remove(trigger: Trigger) -> None:
    """Remove a trigger with what arrived at it. Its runs stay."""
    with transaction.atomic():
        trigger = _locked(trigger)
        auditing.record(Action.TRIGGER_DELETED, trigger)
        trigger.delete()
    declared = kinds.find(trigger.kind)
    if isinstance(declared, Called):
        config = declared.config.model_validate(trigger.config)
        _take_down(declared, trigger, config, trigger.subject)


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


def _set(trigger: Trigger, user: User, kind: Kind[Any], config: Mapping[str, Any]) -> None:
    """Put the settings into the trigger, once everything about it was found to be right."""
    read = _read(kind, config)
    version = graphs.runnable(user, trigger.agent_id, trigger.version)
    trigger.owner = user
    found = standing.fit(trigger, version)
    problems = kind.problems(read, user.pk, trigger.agent_id)
    if problems:
        raise InvalidTrigger(
            " ".join(problems), errors=[Detail("invalid", one, attr="config") for one in problems]
        )
    _check_start(trigger, user, version)
    trigger.config = read.model_dump(mode="json")
    trigger.subject = kind.subject(read, found.resource)[:LONGEST_SUBJECT]
    trigger.checked_version, trigger.wanted = found.version_id, found.wanted


def _read(kind: Kind[Any], config: Mapping[str, Any]) -> Config:
    try:
        found: Config = kind.config.model_validate(dict(config))
    except ValidationError as error:
        details = [
            Detail(
                str(one["type"]),
                f"`{'.'.join(map(str, one['loc']))}`: {one['msg']}.",
                attr=".".join(["config", *map(str, one["loc"])]),
            )
            for one in error.errors(include_input=False, include_url=False)[:20]
        ]
        raise InvalidTrigger(" ".join(one.detail for one in details), errors=details) from None
    return found


def _check_start(trigger: Trigger, user: User, version: Any) -> None:
    """Raise what would forbid a run that begins here, as far as it is known without a payload."""
    masks: Any = {trigger.node_id: {standing.PAYLOAD: {}}} if trigger.node_id else None
    chosen = choosing.chosen(user.pk, version.graph, trigger.credentials_inputs, masks)
    inputs = dict(trigger.inputs)
    _, problems = starting_data(version.graph, inputs, chosen.masks)
    if trigger.input_name:  # which is filled by what arrives
        problems = [one for one in problems if one.attr != f"inputs.{trigger.input_name}"]
    if problems:
        raise InvalidInputs(errors=problems)
    known = {str(node.input_default.get("name")) for node in version.graph.of_kind(BlockKind.INPUT)}
    if unknown := sorted(set(inputs) - known):
        raise _wrong("inputs", f"The agent has no input {unknown[0][:60]!r}.")


def _with_secrets(trigger: Trigger, secret: str) -> Made:
    if not tokens.LEAST <= len(secret) <= tokens.MOST or not secret.isprintable():
        raise _wrong(
            "secret",
            f"A secret has {tokens.LEAST} to {tokens.MOST} characters, without line ends. "
            "Leave it out, and one is made.",
        )
    if secret != secret.strip() or not secret.isascii():
        raise _wrong(
            "secret", "A secret has plain letters and signs (ASCII), and no blanks around."
        )
    token = tokens.new_token()
    trigger.digest, trigger.tail = tokens.digest(token), token[-4:]
    trigger.put({"token": token, "secret": secret})
    return Made(trigger, token, secret)


def _secret_of_node(trigger: Trigger) -> str:
    """Return the secret that the agent's author put into the node, where there is one."""
    version = standing.version_of(trigger)
    node = version.graph.nodes.get(trigger.node_id) if version and trigger.node_id else None  # type: ignore[call-overload]
    value = node.input_default.get("secret_token") if node else None
    return value if isinstance(value, str) else ""


def _set_up(made: Made) -> Made:
    """Register the address at the other site where that can be done; no failure undoes the trigger."""
    trigger = made.trigger
    declared = kinds.get(trigger.kind)
    if not isinstance(declared, Called):
        return made
    kept = trigger.secret()
    token, secret = str(kept["token"]), str(kept["secret"])
    config = declared.config.model_validate(trigger.config)
    try:
        remote = declared.set_up(
            config, trigger.owner_id, trigger.subject, hooks.address(token), secret
        )
    except SetUpFailed as error:
        Trigger.objects.filter(pk=trigger.pk).update(remote_id="", last_error=error.message)
        trigger.last_error = error.message
        return Made(trigger, made.token, made.secret, error.message)
    Trigger.objects.filter(pk=trigger.pk).update(remote_id=remote)
    trigger.remote_id = remote
    return made


def _take_down(kind: Called[Any], trigger: Trigger, config: Config, subject: str) -> str:
    """Remove the webhook at the other site; return why that failed. Our address is closed anyway."""
    if not trigger.remote_id:
        return ""
    try:
        kind.take_down(config, trigger.owner_id, subject, trigger.remote_id)
    except TrellisError as error:
        return error.message
    return ""


def _locked(trigger: Trigger) -> Trigger:
    rows = Trigger.objects.select_for_update(of=("self",)).select_related("agent", "owner")
    found = rows.filter(pk=trigger.pk).first()
    if found is None:
        raise NotFound("The trigger is not there any more.")
    return found


def _wrong(attr: str, sentence: str) -> InvalidTrigger:
    return InvalidTrigger(sentence, errors=[Detail("invalid", sentence, attr=attr)])
