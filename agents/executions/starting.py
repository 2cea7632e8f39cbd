"""Begin a run: check everything that forbids it, then record it whole."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from agents.engine.errors import InvalidInputs, NothingToStart
from agents.engine.outcome import starting_data
from agents.executions import journal
from agents.executions.models import Execution, NodeExecution
from agents.graphs.models import GraphVersion


def start(
    *,
    owner_id: Any,
    version: GraphVersion,
    inputs: Mapping[str, Any],
    masks: Mapping[str, Mapping[str, Any]] | None = None,
    pk: UUID | None = None,
    replay_of: Execution | None = None,
    replay_from: str = "",
) -> Execution:
    """Return a new run of a version that was found runnable; its first nodes are queued.

    ``replay_of`` is a run whose recorded results it takes over, up to the node ``replay_from``.

    Raises InvalidInputs or NothingToStart, and then nothing was recorded.
    """
    execution = Execution(
        pk=pk or uuid4(), owner_id=owner_id, replay_of=replay_of, replay_from=replay_from
    )
    return _begin(execution, version, inputs, masks)


def start_child(
    parent: NodeExecution, version: GraphVersion, inputs: Mapping[str, Any]
) -> Execution | None:
    """Return the run that this node execution started, starting it if there is none yet.

    None: the run above is being stopped, or another worker has the node execution by now, so
    nothing starts any more.
    """
    above = parent.execution
    child = Execution(
        owner_id=above.owner_id,
        parent=parent,
        root_id=above.root_id or above.pk,
        depth=above.depth + 1,
    )
    try:
        with transaction.atomic():
            cancelled = Execution.objects.locked(above.pk).is_cancelled
            if cancelled or not NodeExecution.objects.held(parent).exists():
                return None
            return _begin(child, version, inputs, None)
    except IntegrityError:
        return Execution.objects.with_graph().get(parent=parent)


def _begin(
    execution: Execution,
    version: GraphVersion,
    inputs: Mapping[str, Any],
    masks: Mapping[str, Mapping[str, Any]] | None,
) -> Execution:
    starts, problems = starting_data(version.graph, inputs, masks)
    if problems:
        raise InvalidInputs(errors=problems)
    if not starts:
        raise NothingToStart
    execution.inputs = dict(inputs)
    execution.nodes_input_masks = {node: dict(mask) for node, mask in (masks or {}).items()}
    journal.begin(execution, version, starts)
    return execution
