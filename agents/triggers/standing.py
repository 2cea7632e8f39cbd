"""Does a trigger fit the version of its agent that would run? If it no longer does, it is paused.

A trigger follows its agent's active version, or keeps the one it names. What was found to fit is
noted with the version (`checked_version`), so that a call costs no look at the graph.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce

from agents.engine.graph import Node
from agents.engine.ids import NodeId
from agents.engine.validation import quoted_title
from agents.graphs import lending
from agents.graphs.models import GraphVersion
from agents.triggers import auditing, kinds, telling
from agents.triggers.errors import InvalidTrigger
from agents.triggers.models import PAYLOAD, Trigger, TriggerQuerySet
from audit.actions import Action
from blocks.sdk import BlockKind
from kernel.errors import Detail

MOST = 500  # triggers of one round


@dataclass(frozen=True)
class Fit:
    """What a version says of a trigger."""

    version_id: UUID
    wanted: list[str] | None = None
    """The events that its node asks for; None for all."""
    resource: str = ""
    """What its node watches, in the provider's words."""


def with_version(triggers: TriggerQuerySet) -> TriggerQuerySet:
    """Annotate the triggers with the version that would run now: `current_version`, perhaps None."""
    versions = GraphVersion.objects.filter(agent=OuterRef("agent")).values("pk")
    own = Q(is_active=True, agent__owner=OuterRef("owner"))
    usual = versions.filter(own | lending.preferred(OuterRef(OuterRef("owner_id"))))
    return triggers.alias(number=Coalesce("version", "preset__version")).annotate(
        current_version=Case(
            When(number__isnull=True, then=Subquery(usual[:1])),
            default=Subquery(versions.filter(version=OuterRef("number"))[:1]),
        )
    )


def fit(trigger: Trigger, version: GraphVersion) -> Fit:
    """Return what the version says of the trigger. Raises InvalidTrigger where it does not fit."""
    graph = version.graph
    if not trigger.node_id:
        if trigger.input_name and not any(
            node.input_default.get("name") == trigger.input_name
            for node in graph.of_kind(BlockKind.INPUT)
        ):
            sentence = f"The agent has no input {trigger.input_name[:60]!r}."
            raise _misfit(Detail("input_gone", sentence, attr="input_name"))
        return Fit(version.pk)
    node = graph.nodes.get(NodeId(trigger.node_id))
    if node is None:
        sentence = f"Version {version.version} of the agent has no node {trigger.node_id!r}."
        raise _misfit(Detail("node_gone", sentence, attr="node_id"))
    if (problem := _problem(trigger, node)) is not None:
        raise _misfit(Detail("node_unfit", problem, attr="node_id"))
    if node not in graph.starting_nodes:
        sentence = f"{quoted_title(node)} is led to by a link, so it begins no run."
        raise _misfit(Detail("node_unfit", sentence, attr="node_id"))
    hook = node.block.webhook if node.block else None
    if hook is None:
        return Fit(version.pk)
    values = {**node.input_default, **trigger.node_inputs}
    try:
        resource = hook.resource_format.format_map({name: str(one) for name, one in values.items()})
    except KeyError:
        resource = ""
    return Fit(version.pk, hook.wanted(values), resource)


def follow(trigger: Trigger, version: GraphVersion | None) -> bool:
    """Take note of the version that would run now; return whether the trigger still fits.

    A version that came in as a file has new ids: the trigger goes over to the one node with the same
    block, where there is exactly one.
    """
    try:
        if version is None:
            raise InvalidTrigger("The version of the agent that it begins is not there any more.")
        trigger.node_id = _node_in(trigger, version)
        found = fit(trigger, version)
    except InvalidTrigger as error:
        pause(trigger, error.message)
        return False
    trigger.checked_version, trigger.wanted = found.version_id, found.wanted
    rows = Trigger.objects.filter(pk=trigger.pk)
    rows.update(checked_version=found.version_id, wanted=found.wanted, node_id=trigger.node_id)
    return True


def _node_in(trigger: Trigger, version: GraphVersion) -> str:
    """Return the id that the trigger's node has in the version, as far as that can be told."""
    graph, id = version.graph, NodeId(trigger.node_id)
    if not id or id in graph.nodes or trigger.checked_version is None:
        return id
    rows = GraphVersion.objects.filter(agent=trigger.agent_id, pk=trigger.checked_version)
    former = rows.defer("document").first()
    node = former.graph.nodes.get(id) if former else None
    heirs = [one.id for one in graph.starting_nodes if node and one.block_id == node.block_id]
    return heirs[0] if len(heirs) == 1 else id


def version_of(trigger: Trigger) -> GraphVersion | None:
    """Return the version that would run now, without its document."""
    return trigger.versions.defer("document").first()


@transaction.atomic
def pause(trigger: Trigger, why: str) -> None:
    """Pause the trigger, and tell its owner why. It stays as it is, to be mended and let go on."""
    rows = Trigger.objects.filter(pk=trigger.pk, is_active=True)
    if rows.update(is_active=False, paused_why=why):
        auditing.record(Action.TRIGGER_PAUSED, trigger, why=why)
        telling.paused(trigger, why)
    trigger.is_active, trigger.paused_why = False, why


def follow_all() -> int:
    """Look at the triggers whose agents have another version by now; return how many there were."""
    rows = with_version(Trigger.objects.living()).filter(
        Q(checked_version__isnull=True)
        | Q(current_version__isnull=True)
        | ~Q(checked_version=F("current_version"))
    )
    found = list(rows.select_related("agent", "preset")[:MOST])
    for trigger in found:
        follow(trigger, version_of(trigger))
    return len(found)


def _problem(trigger: Trigger, node: Node) -> str | None:
    """Return why the node cannot be given what arrives."""
    block = node.block
    if block is None:
        return f"{quoted_title(node)} has a block that this instance does not have."
    if PAYLOAD not in block.inputs.json_schema().get("properties", {}):
        return f"{quoted_title(node)} has no pin `{PAYLOAD}`: choose a node that begins runs."
    provider = kinds.get(trigger.kind).provider
    if provider and (block.webhook is None or block.webhook.provider != provider):
        return f"{quoted_title(node)} is not for triggers of the kind `{trigger.kind}`."
    return None


def _misfit(problem: Detail) -> InvalidTrigger:
    return InvalidTrigger(problem.detail, errors=[problem])


def fitting_nodes(graph: Any, kind: str) -> Iterable[Node]:
    """Yield the nodes of a graph that a trigger of the kind can fill."""
    probe = Trigger(kind=kind)
    return (node for node in graph.starting_nodes if _problem(probe, node) is None)
