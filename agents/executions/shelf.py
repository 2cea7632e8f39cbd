"""What a process knows about the runs that it worked on last, from one step to the next.

A step reads with the run's lock what its decision will want to know. Most of that this process
wrote itself a moment ago: in a chain, a worker ends a node execution and takes the next one. So it
keeps the ledger, decides by it next time, and locks the run when it writes. Whatever changes in a
run is told as an event, and events are numbered under the run's lock: where the last number is still
the one that the ledger wrote, nobody changed anything, and the ledger is as good as what would have
been read. Else nothing is written, and the step is made again.

A few things change without an event. A lease that is renewed is never cut short by a write
(`prepared`), how often a message was sent is only a hint, and for the places at a credential
there is a rule: a ledger with a node execution that may have one is not kept.
"""

import threading
from collections import OrderedDict
from uuid import UUID

from agents.engine import credentials
from agents.engine.ids import NodeId
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import NodeExecution
from kernel.jsontypes import JSONValue

MOST = 128  # runs
DOUBTS = 8
MOST_ROWS = 32  # of one run
MOST_TEXT = 20_000  # characters in one row's inputs, about


class Shelf:
    """Ledgers of runs. Whoever takes one has it alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ledgers: OrderedDict[UUID, DatabaseLedger] = OrderedDict()
        self.doubts = 0
        """How often a ledger must be found good before one is trusted again. Where other processes
        work on the same runs, they mostly are not: what is decided by such a one is decided twice,
        which costs more than to read all again."""

    @property
    def pays(self) -> bool:
        """Return whether a step may be made by a ledger before the run is locked."""
        return self.doubts == 0

    def trust(self) -> None:
        """Learn that a ledger was good."""
        self.doubts = max(self.doubts - 1, 0)

    def distrust(self) -> None:
        """Learn that a ledger was not."""
        self.doubts = DOUBTS

    def take(self, run: UUID) -> DatabaseLedger | None:
        """Return the run's ledger, which is on the shelf no more."""
        with self._lock:
            return self._ledgers.pop(run, None)

    def put(self, ledger: DatabaseLedger) -> None:
        """Keep a ledger that was just committed, if it is worth it."""
        if not _is_worth_it(ledger):
            return
        with self._lock:
            self._ledgers[ledger.execution.pk] = ledger
            if len(self._ledgers) > MOST:
                self._ledgers.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._ledgers.clear()
            self.doubts = 0


def _is_worth_it(ledger: DatabaseLedger) -> bool:
    over = ledger.execution.state.is_final or ledger.execution.is_cancelled
    if over or ledger.in_lane or not ledger.knows_all:
        return False
    rows = ledger.unsettled()
    return len(rows) <= MOST_ROWS and all(_is_plain(ledger, row) for row in rows)


def _is_plain(ledger: DatabaseLedger, row: NodeExecution) -> bool:
    """Return whether the row is small, and cannot be in line at a credential."""
    node = ledger.graph.nodes[NodeId(row.node_id)]
    if row.limit_id is not None or credentials.may_be_used(node, row.input_data):
        return False
    return _room_beside(row.input_data, MOST_TEXT) > 0


def _room_beside(value: JSONValue, room: int) -> int:
    """Return how much room a value leaves, about; it is not looked at beyond that."""
    room -= len(value) if isinstance(value, str) else 50
    if isinstance(value, list | dict):
        for child in value.values() if isinstance(value, dict) else value:
            if room <= 0:
                break
            room = _room_beside(child, room)
    return room


shelf = Shelf()
"""This process's own. Nothing is on it when a process forks: only pool processes run nodes."""
