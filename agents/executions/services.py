"""Start and stop runs."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.models import User
from agents.executions import journal, resuming, starting
from agents.executions.models import Execution
from agents.graphs import services as graphs


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

    Raises NotRetryable, RetryTheRunAbove, RunLimitReached or StillStopping.
    """
    return resuming.retry(pk)
