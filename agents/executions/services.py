"""Start, stop, retry and replay runs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.models import User
from agents.executions import journal, recordings, resuming, starting
from agents.executions.models import Execution
from agents.executions.payloads import require_payload
from agents.graphs import services as graphs
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
    pk: UUID | None = None,
) -> Execution:
    """Return a new run of the agent's active version, or of the version given.

    ``pk`` is the id that it gets, where the caller chose one (see `idempotency.once`).

    Raises NotFound, GraphNotRunnable, InvalidInputs or NothingToStart; then nothing started.
    """
    found = graphs.runnable(owner, agent_id, version)
    return starting.start(owner_id=owner.pk, version=found, inputs=inputs, masks=masks, pk=pk)


def stop_execution(pk: UUID) -> bool:
    """Cancel a run and every run that it started. False: it had ended already.

    What has not started ends now; what runs is asked to stop and ends at its next check.
    """
    stopped = journal.stop(pk)
    for child in Execution.objects.descendants(pk):
        journal.stop(child)
    return stopped


def retry_execution(pk: UUID) -> int:
    """Let a run go on from what failed or was stopped; return how many node executions run again.

    Raises NotRetryable, RetryTheRunAbove, RunLimitReached, StillStopping or PayloadPurged.
    """
    return resuming.retry(pk)


def replay_execution(
    old: Execution,
    *,
    owner: User,
    from_node: str,
    inputs: Mapping[str, Any] | None = None,
    version: int | None = None,
    pk: UUID | None = None,
) -> Execution:
    """Return a new run that takes over what the old one recorded, up to a node of its version.

    Inputs and version are the old run's where none are given. Raises what `start_execution`
    raises, UnknownNode and PayloadPurged; then nothing started.
    """
    require_payload(old)
    found = graphs.runnable(owner, old.graph_version.agent_id, version or old.graph_version.version)
    if from_node not in found.graph.nodes:
        raise UnknownNode(
            f"Version {found.version} of the agent has no node {from_node[:100]!r}. "
            "Name a node of the version that is to run."
        )
    return starting.start(
        owner_id=owner.pk,
        version=found,
        inputs=old.inputs if inputs is None else inputs,
        masks=recordings.masks_of(old, found),
        pk=pk,
        replay_of=old,
        replay_from=from_node,
    )
