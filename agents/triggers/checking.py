"""Put settings into a trigger once everything about them was found to be right."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from accounts.models import User
from agents.engine.errors import InvalidInputs
from agents.engine.ids import NodeId
from agents.engine.outcome import starting_data
from agents.executions import choosing
from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from agents.presets.services import WrongPreset
from agents.triggers import standing
from agents.triggers.errors import InvalidTrigger
from agents.triggers.kinds.base import Config, Kind
from agents.triggers.models import LONGEST_SUBJECT, PAYLOAD, Trigger
from blocks.sdk import BlockKind
from kernel.errors import Detail

SEALED_PIN = "secret_token"  # a pin, whose value is kept sealed instead


def settle(trigger: Trigger, user: User, kind: Kind[Any], config: Mapping[str, Any]) -> None:
    """Put the settings into the trigger, once everything about it was found to be right."""
    read = _read(kind, config)
    trigger.owner = user
    preset = trigger.preset
    if preset is not None and (preset.owner_id, preset.agent_id) != (user.pk, trigger.agent_id):
        raise WrongPreset("The preset is another agent's. Choose one of this agent.")
    version = graphs.runnable(user, trigger.agent_id, trigger.runs_version, trigger.filled({}))
    found = standing.fit(trigger, version)
    problems = kind.problems(read, user.pk, trigger.agent_id)
    if problems:
        raise InvalidTrigger(
            " ".join(problems), errors=[Detail("invalid", one, attr="config") for one in problems]
        )
    _check_node_inputs(trigger, version)
    _check_start(trigger, user, version)
    trigger.config = read.model_dump(mode="json")
    trigger.subject = kind.subject(read, found.resource)[:LONGEST_SUBJECT]
    trigger.checked_version, trigger.wanted = found.version_id, found.wanted


def wrong(attr: str, sentence: str) -> InvalidTrigger:
    """Return the refusal of one member of what was sent."""
    return InvalidTrigger(sentence, errors=[Detail("invalid", sentence, attr=attr)])


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


def _check_node_inputs(trigger: Trigger, version: GraphVersion) -> None:
    """Raise InvalidTrigger where a value is for a pin that the node does not have, or has a link."""
    if not trigger.node_inputs:
        return
    node = version.graph.nodes.get(NodeId(trigger.node_id))
    pins = set(node.block.inputs.pins()) - {PAYLOAD, SEALED_PIN} if node and node.block else set()
    for name in trigger.node_inputs:
        if name not in pins:
            has = ", ".join(f"`{one}`" for one in sorted(pins)) or "none"
            sentence = f"The trigger's node has no pin {name[:60]!r} for a value. It has {has}."
            raise wrong(f"node_inputs.{name[:60]}", sentence)


def _check_start(trigger: Trigger, user: User, version: GraphVersion) -> None:
    """Raise what would forbid a run that begins here, as far as it is known without a payload."""
    inputs, credentials = trigger.given()
    chosen = choosing.chosen(user.pk, version, credentials, trigger.filled({}))
    _, problems = starting_data(version.graph, inputs, chosen.masks)
    if trigger.input_name:  # which is filled by what arrives
        problems = [one for one in problems if one.attr != f"inputs.{trigger.input_name}"]
    if problems:
        raise InvalidInputs(errors=problems)
    known = {str(node.input_default.get("name")) for node in version.graph.of_kind(BlockKind.INPUT)}
    if unknown := sorted(set(trigger.inputs) - known):
        raise wrong("inputs", f"The agent has no input {unknown[0][:60]!r}.")
