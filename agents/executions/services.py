"""Start, stop, retry and replay runs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from agents.engine.ids import NodeId
from agents.executions import journal, recordings, removing, resuming, sealing, starting
from agents.executions.models import Execution
from agents.executions.payloads import require_payload
from agents.executions.starting import BY_REQUEST, Origin, Start
from agents.graphs import drafts, running, snapshots, startable
from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from kernel.errors import TrellisError


class UnknownNode(TrellisError):
    """The version has no such node."""

    code = "unknown_node"


def start_execution(
    *,
    owner: User,
    agent_id: UUID,
    version: int | None = None,
    inputs: Mapping[str, Any],
    masks: Mapping[str, Mapping[str, Any]] | None = None,
    credentials_inputs: Mapping[str, Any] | None = None,
    pk: UUID | None = None,
    origin: Origin = BY_REQUEST,
) -> Execution:
    """Return a new run of the agent's active version, or of the version given.

    ``credentials_inputs`` name the credentials that it uses, by the agent's inputs for them; ``pk``
    is the id that it gets, where the caller chose one (see `idempotency.once`); ``origin`` says
    what began it, where that is no request.

    Raises NotFound, GraphNotRunnable, InvalidInputs or NothingToStart; then nothing started.
    """
    found = graphs.runnable(owner, agent_id, version, masks)
    return starting.start(
        owner_id=owner.pk,
        version=found,
        inputs=inputs,
        masks=masks,
        credentials_inputs=credentials_inputs,
        pk=pk,
        origin=origin,
    )


@dataclass(frozen=True)
class Wanted:
    """A run that somebody wants started; see `start_execution`."""

    owner: User
    agent_id: UUID
    version: int | None
    inputs: Mapping[str, Any]
    masks: Mapping[str, Mapping[str, Any]] | None = None
    credentials_inputs: Mapping[str, Any] | None = None
    pk: UUID | None = None
    origin: Origin = BY_REQUEST


def start_executions(wanted: Sequence[Wanted]) -> list[Execution]:
    """Return new runs, as `start_execution` starts each, but in one transaction: all of them or none.

    Raises what that raises for the first that cannot start, or StartAlone; then nothing started,
    and each may be tried by itself.
    """
    wishes = [startable.Wish(one.owner, one.agent_id, one.version) for one in wanted]
    versions = running.all_runnable(wishes, [one.masks for one in wanted])
    return starting.start_all(
        [
            Start(
                one.owner.pk,
                version,
                one.inputs,
                one.masks,
                one.credentials_inputs,
                one.pk,
                one.origin,
            )
            for one, version in zip(wanted, versions, strict=True)
        ]
    )


@transaction.atomic
def start_draft(
    *,
    owner: User,
    agent_id: UUID,
    inputs: Mapping[str, Any],
    node: str | None = None,
    credentials_inputs: Mapping[str, Any] | None = None,
    if_match: Collection[int] | None = None,
    pk: UUID | None = None,
) -> Execution:
    """Return a new run of the agent's draft as it is now, with the outputs that are pinned in it.

    ``node`` runs one node alone; then the inputs are values for its pins. ``if_match``: the
    revisions of the draft that may be run; None for any. Raises NotFound, DraftConflict,
    GraphNotRunnable, InvalidInputs, NothingToStart or UnknownNode; then nothing started.
    """
    draft = drafts.read(owner, agent_id)
    drafts.check_match(draft, if_match)
    masks: dict[str, Mapping[str, Any]] | None = None
    if node is not None:
        draft = snapshots.reduced(draft, NodeId(node))
        if not draft.document["nodes"]:
            raise UnknownNode(f"The draft has no node {node[:100]!r}. Name a node of the draft.")
        inputs, masks = {}, {node: inputs}
    version = snapshots.snapshot(draft, masks=masks)
    return starting.start(
        owner_id=owner.pk,
        version=version,
        inputs=inputs,
        masks=masks,
        credentials_inputs=credentials_inputs,
        pk=pk,
    )


def stop_execution(pk: UUID) -> bool:
    """Cancel a run and every run that it started. False: it had ended already.

    What has not started ends now; what runs is asked to stop and ends at its next check.
    """
    stopped = journal.stop_for_somebody(pk)
    for child in Execution.objects.descendants(pk):
        journal.stop(child)
    return stopped


def delete_execution(pk: UUID) -> None:
    """Delete a run that has ended, and those that it started, with all that they left.

    Raises NotFound, NotEnded or DeleteTheRunAbove; then nothing changed.
    """
    removing.remove(pk)


def retry_execution(pk: UUID) -> int:
    """Let a run go on from what failed or was stopped; return how many node executions run again.

    Raises NotRetryable, RetryTheRunAbove, RunLimitReached, StillStopping, PayloadPurged or StorageFull.
    """
    return resuming.retry(pk)


def replay_execution(
    old: Execution,
    *,
    owner: User,
    from_node: str,
    inputs: Mapping[str, Any] | None = None,
    version: int | None = None,
    draft: bool = False,
    pk: UUID | None = None,
) -> Execution:
    """Return a new run that takes over what the old one recorded, up to a node of its version.

    Inputs and version are the old run's where none are given; ``draft`` runs the agent's draft as
    it is now. Raises what `start_execution` raises, UnknownNode, PayloadPurged and GraphHidden;
    then nothing started.
    """
    require_payload(old)
    sealing.require_open(old)
    with transaction.atomic():
        found = _version_to_replay(old, owner, version, draft=draft)
        if from_node not in found.graph.nodes:
            raise UnknownNode(
                f"{'The draft' if draft else f'Version {found.version}'} of the agent has no node "
                f"{from_node[:100]!r}. Name a node of the version that is to run."
            )
        return starting.start(
            owner_id=owner.pk,
            version=found,
            inputs=old.inputs if inputs is None else inputs,
            masks=recordings.masks_of(old, found),
            credentials_inputs=old.credential_inputs,
            pk=pk,
            replay_of=old,
            replay_from=from_node,
        )


def _version_to_replay(
    old: Execution, owner: User, version: int | None, *, draft: bool
) -> GraphVersion:
    agent_id = old.graph_version.agent_id
    if draft:
        return snapshots.snapshot(drafts.read(owner, agent_id))
    if version is None and old.graph_version.is_snapshot:
        return snapshots.again(owner, old.graph_version_id, masks=old.nodes_input_masks)
    return graphs.runnable(owner, agent_id, version or old.graph_version.version)
