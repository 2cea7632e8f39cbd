"""Begin a run: check everything that forbids it, then record it whole."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from agents.engine.errors import InvalidInputs, NothingToStart
from agents.engine.ids import NodeId
from agents.engine.outcome import starting_data
from agents.executions import admission, choosing, journal, sealing, storage
from agents.executions.models import Cause, Execution, NodeExecution
from agents.executions.models.execution import Seal
from agents.executions.observation import begun
from agents.graphs import sight
from agents.graphs.models import GraphVersion
from telemetry import tracing


@dataclass(frozen=True)
class Origin:
    """What began a run, by kind and id, and the preset that it was begun with."""

    kind: Cause = Cause.REQUEST
    id: UUID | None = None
    preset_id: UUID | None = None


BY_REQUEST = Origin()


@dataclass(frozen=True)
class Start:
    """A run of a version that was found runnable, as somebody wants it begun; see `start`."""

    owner_id: Any
    version: GraphVersion
    inputs: Mapping[str, Any]
    masks: Mapping[str, Mapping[str, Any]] | None = None
    credentials_inputs: Mapping[str, Any] | None = None
    pk: UUID | None = None
    origin: Origin = BY_REQUEST


class StartAlone(Exception):
    """One of several runs has no place, and its agent's settings want more than that it waits."""


def start(
    *,
    owner_id: Any,
    version: GraphVersion,
    inputs: Mapping[str, Any],
    masks: Mapping[str, Mapping[str, Any]] | None = None,
    credentials_inputs: Mapping[str, Any] | None = None,
    pk: UUID | None = None,
    origin: Origin = BY_REQUEST,
    replay_of: Execution | None = None,
    replay_from: str = "",
) -> Execution:
    """Return a new run of a version that was found runnable.

    ``credentials_inputs`` name the credentials that its nodes use (see `choosing`); ``origin`` says
    what began it.
    ``replay_of`` is a run whose recorded results it takes over, up to the node ``replay_from``.

    Its first nodes are queued, or it waits for a free place (`admission`). Raises InvalidInputs,
    NothingToStart, AgentIsBusy, RunQuotaUsedUp or StorageFull, and then nothing was recorded.
    """
    one = Start(owner_id, version, inputs, masks, credentials_inputs, pk, origin)
    execution, starts = _new(one, replay_of, replay_from)
    with begun(execution), transaction.atomic():
        execution.traceparent = tracing.traceparent()
        if _has_place(execution, version):
            journal.begin(execution, version, starts)
        else:
            # A place may become free meanwhile.
            transaction.on_commit(partial(journal.admit, owner_id), robust=True)
            journal.enlist(execution, version)
    return execution


def start_all(ones: Sequence[Start]) -> list[Execution]:
    """Return new runs, begun as `start` begins each, but in one transaction: all of them or none.

    Raises what `start` raises, of the first that cannot begin, and StartAlone; then nothing was
    recorded, and each may be tried by itself.
    """
    new = [_new(one) for one in ones]
    for execution, _ in new:
        with begun(execution):
            execution.traceparent = tracing.traceparent()
    with transaction.atomic(savepoint=False):
        found = _places(ones, [execution for execution, _ in new])
        for one, has_place in zip(ones, found, strict=True):
            if not has_place:
                transaction.on_commit(partial(journal.admit, one.owner_id), robust=True)
        journal.begin_all(
            [
                (execution, one.version, starts if has_place else None)
                for one, (execution, starts), has_place in zip(ones, new, found, strict=True)
            ]
        )
    return [execution for execution, _ in new]


def check(
    owner_id: Any,
    version: GraphVersion,
    inputs: Mapping[str, Any],
    credentials_inputs: Mapping[str, Any] | None = None,
) -> None:
    """Raise InvalidInputs or NothingToStart where a run of the version could not begin so now.

    What would be refused for want of room is not looked at: that changes from hour to hour.
    """
    is_hidden = sealing.seal_of(owner_id, version) != Seal.OPEN
    with sight.veil(version.graph, is_hidden=is_hidden):
        found = choosing.chosen(owner_id, version, credentials_inputs or {})
        _prepare(Execution(), version, inputs, found.masks)


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
        agent_id=version.agent_id,
        parent=parent,
        root_id=above.root_id or above.pk,
        depth=above.depth + 1,
        deadline_at=above.deadline_at,
        request_id=above.request_id,
        traceparent=tracing.traceparent() or above.traceparent,
        seal=sealing.seal_below(above, version),
    )
    try:
        with transaction.atomic():
            run = Execution.objects.locked(above.pk)
            if run.is_cancelled or not NodeExecution.objects.held(parent).exists():
                return None
            child.credential_inputs = run.credential_inputs
            is_lent = version.owner_id != child.owner_id
            masks = choosing.passed_on(version.graph, child.credential_inputs, is_lent=is_lent)
            with sight.veil(version.graph, is_hidden=child.is_sealed):
                starts = _prepare(child, version, inputs, masks)
            journal.begin(child, version, starts)
            return child
    except IntegrityError:
        return Execution.objects.with_graph().get(parent=parent)


def _new(
    one: Start, replay_of: Execution | None = None, replay_from: str = ""
) -> tuple[Execution, journal.Starts]:
    """Return a run that is not recorded yet, and what its starting nodes begin with."""
    execution = Execution(
        pk=one.pk or uuid4(),
        owner_id=one.owner_id,
        agent_id=one.version.agent_id,
        cause=one.origin.kind,
        cause_id=one.origin.id,
        preset_id=one.origin.preset_id,
        replay_of=replay_of,
        replay_from=replay_from,
    )
    version = one.version
    execution.seal = sealing.seal_of(one.owner_id, version)
    with sight.veil(version.graph, is_hidden=execution.is_sealed):
        found = choosing.chosen(one.owner_id, version, one.credentials_inputs or {}, one.masks)
        execution.credential_inputs = found.inputs
        return execution, _prepare(execution, version, one.inputs, found.masks)


def _places(ones: Sequence[Start], new: Sequence[Execution]) -> list[bool]:
    """Return of each run whether it may begin at once, beside those before it.

    Raises RunQuotaUsedUp, StorageFull or StartAlone. Others' starts of these owners wait until the
    transaction ends.
    """
    sizes, asked = Counter[Any](), []
    for one, run in zip(ones, new, strict=True):
        sizes[run.owner_id] += storage.size_of_start(run)
        asked.append(admission.Asked(run.owner_id, one.version.agent_id, sizes[run.owner_id]))
    of_people, of_agents, full = Counter[Any](), Counter[Any](), set[Any]()
    places = []
    for wish, found in zip(asked, admission.look(asked), strict=True):
        situation = replace(
            found,
            at_work=found.at_work + of_people[wish.owner_id],
            under_way=found.under_way + of_agents[wish.agent_id],
            others_wait=found.others_wait or wish.owner_id in full,
        )
        places.append(situation.has_place)
        if situation.has_place:
            of_people[wish.owner_id] += 1
            of_agents[wish.agent_id] += 1
        elif situation.settings.when_full in {"skip", "replace_oldest"}:
            raise StartAlone
        else:
            full.add(wish.owner_id)
    return places


def _has_place(execution: Execution, version: GraphVersion) -> bool:
    """Return whether the run may begin at once; make room for it where that is asked for.

    Raises AgentIsBusy, RunQuotaUsedUp or StorageFull. Others' starts of this owner wait until the
    transaction ends.
    """
    size = storage.size_of_start(execution)
    [found] = admission.look([admission.Asked(execution.owner_id, version.agent_id, size)])
    if found.settings.when_full == "skip":
        admission.refuse_if_busy(found, version.agent_id)
    if found.has_place:
        return True
    if found.settings.when_full == "replace_oldest":
        for pk in admission.runs_to_replace(found, version.agent_id):
            _stop(pk)
    return False


def _stop(pk: UUID) -> None:
    """Stop a run now, and once that is committed what it started; else the sweep will."""
    journal.stop_for_somebody(pk, why="replaced by a newer run")
    transaction.on_commit(partial(_stop_descendants, pk), robust=True)


def _stop_descendants(pk: UUID) -> None:
    for child in Execution.objects.descendants(pk):
        journal.stop(child)


def _prepare(
    execution: Execution,
    version: GraphVersion,
    inputs: Mapping[str, Any],
    masks: Mapping[str, Mapping[str, Any]] | None,
) -> dict[NodeId, dict[str, Any]]:
    """Return what the starting nodes begin with; the run keeps its inputs."""
    starts, problems = starting_data(version.graph, inputs, masks)
    if problems:
        raise InvalidInputs(errors=problems)
    if not starts:
        raise NothingToStart
    execution.inputs = dict(inputs)
    execution.nodes_input_masks = {node: dict(mask) for node, mask in (masks or {}).items()}
    return starts
