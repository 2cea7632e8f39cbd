"""Replay: a new run that takes over what another one recorded, up to a node.

The rule is memoisation by position. The k-th started execution of a node in the new run takes over
the k-th one of the same node in the old run if (1) the node is neither the one that the replay
starts from nor downstream of it, (2) it is the same in both versions: block, constants, incoming
links (``engine.likeness``), (3) the recorded execution completed, and (4) its inputs are equal, to
the order of keys. Then the block does not run: the node execution is COMPLETED with
``reused_from``, and the recorded values are delivered by the rules for any values.

Why this is sound: values leave a node in the order in which its executions started
(docs/decisions/0005-values-leave-a-node-in-order.md), so each node is a function from the streams
it reads to the streams it writes, whoever computes it and when. Its k-th execution is the same step
of that function in both runs; on equal inputs the recorded values are values that the step gives.
By induction over the order of starts, everything that the node feeds gets the streams that a run
of the block could have given. Nothing is taken twice, since a position is passed once.

Everything that can be taken over at the start is, in the transaction that begins the run, written in
batches. What becomes ready later is looked up in the same way when it does, in the settlement that
makes it ready: behind a changed node, say, that happens to give equal values. A node that runs an
agent is taken over with the values it gave; the agent is not run.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from agents.engine.ids import PinName
from agents.executions import files, settlement
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import Emission, NodeExecution

BATCH = 500  # node executions whose values are read and written together


def deliver_recorded(ledger: DatabaseLedger) -> None:
    """Copy and deliver the values of what was taken over, and of what these make ready."""
    execution = ledger.execution
    if execution.replay_of_id is not None:
        files.place().share(execution.replay_of_id, execution.pk)  # values may refer to them
    while ledger.taken_over:
        rows, ledger.taken_over = ledger.taken_over, []
        for first in range(0, len(rows), BATCH):
            _copy_values(ledger, rows[first : first + BATCH])
        # Only now: a node's values go out together, as far as its executions have ended.
        for row in {row.node_id: row for row in reversed(rows)}.values():
            settlement.deliver(ledger, row)


def _copy_values(ledger: DatabaseLedger, rows: Sequence[NodeExecution]) -> None:
    values = _recorded_values(rows)
    for row in rows:
        ledger.carry(row, values.get(row.reused_from, []))
        ledger.tell_node(row, first=0)
    ledger.flush()  # whose turn it is to deliver is read from the database


def _recorded_values(rows: Sequence[NodeExecution]) -> dict[Any, list[tuple[PinName, Any]]]:
    recorded: Sequence[UUID | None] = [row.reused_from for row in rows]
    found: dict[Any, list[tuple[PinName, Any]]] = defaultdict(list)
    emissions = Emission.objects.filter(node_execution__in=recorded)
    for one in emissions.order_by("node_execution", "number"):
        found[one.node_execution_id].append((PinName(one.pin), one.value))
    return found
