"""What this app holds of people: runs with all that belongs to them, and what blocks remember."""

from collections.abc import Iterator

from accounts.holdings import Holding, Opener, all_but, goes_with_others, only, register
from agents.executions import erasing, files
from agents.executions.models import (
    CredentialLimit,
    Emission,
    Event,
    EventWait,
    Execution,
    LogLine,
    ModelUse,
    NodeExecution,
    NodeMemory,
    Review,
    RunStorage,
    Share,
    Signal,
    StartKey,
    StoredValue,
)
from agents.executions.models.execution import Seal
from kernel.jsontypes import JSONObject

WHAT_HAPPENED = "what node_executions and emissions say already, in the order in which it happened"


def files_of(execution: Execution) -> Iterator[tuple[str, Opener]]:
    """Yield the files of a run: what they are called, and what opens them."""
    yield from files.place().each(execution.pk)


def run(execution: Execution) -> JSONObject:
    """Return a run; of another's agent that is hidden, without what was put on its nodes."""
    hidden = ("nodes_input_masks", "replay_from") if execution.is_sealed else ()
    return all_but("purging", *hidden)(execution)


SEALED = {"execution__seal__gt": Seal.OPEN}
SEALED_NODE = {"node_execution__execution__seal__gt": Seal.OPEN}

register(
    Holding(CredentialLimit, owner="owner", shape=all_but()),
    Holding(StoredValue, owner="owner", shape=all_but()),
    Holding(
        Execution,
        owner="owner",
        shape=run,
        withheld={"seal": Seal.WHOLE},
        files=files_of,
        erase=erasing.erase,
    ),
    # These go with their runs.
    Holding(
        NodeExecution,
        owner="execution__owner",
        shape=all_but("worker", "lease_until", "sends", "limit_id", "limit_place", "limit_turn"),
        withheld=SEALED,
        erase=goes_with_others,
    ),
    Holding(
        Emission,
        owner="node_execution__execution__owner",
        shape=all_but(),
        withheld=SEALED_NODE,
        erase=goes_with_others,
    ),
    Holding(
        ModelUse,
        owner="node_execution__execution__owner",
        shape=all_but(),
        withheld=SEALED_NODE,
        erase=goes_with_others,
    ),
    Holding(
        LogLine,
        owner="node_execution__execution__owner",
        shape=all_but(),
        withheld=SEALED_NODE,
        erase=goes_with_others,
    ),
    Holding(
        NodeMemory,
        owner="node_execution__execution__owner",
        shape=all_but(),
        withheld=SEALED_NODE,
        erase=goes_with_others,
    ),
    Holding(Review, owner="owner", also=("decided_by",), shape=all_but(), erase=goes_with_others),
    Holding(
        Signal,
        owner="execution__owner",
        also=("sent_by",),
        shape=all_but("digest"),
        erase=goes_with_others,
    ),
    Holding(EventWait, owner="execution__owner", why_not=WHAT_HAPPENED, erase=goes_with_others),
    Holding(Event, owner="execution__owner", why_not=WHAT_HAPPENED, erase=goes_with_others),
    Holding(
        Share,
        owner="execution__owner",
        shape=only("id", "execution_id", "tail", "created", "expires_at", "revoked_at"),
        erase=goes_with_others,
    ),
    Holding(RunStorage, owner="owner", shape=all_but(), erase=goes_with_others),
    Holding(
        StartKey,
        owner="owner",
        shape=only("key", "execution_id", "created"),
        erase=goes_with_others,
    ),
)
