"""The states of executions and node executions, and their legal moves."""

from collections.abc import Mapping
from enum import StrEnum


class ExecutionStatus(StrEnum):
    """The state of a run. Names are the reference platform's."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    TERMINATED = "TERMINATED"

    @property
    def is_final(self) -> bool:
        """Return whether nothing goes on by itself; a person may retry what did not complete."""
        return self in ENDS_OF_RUNS


class NodeStatus(StrEnum):
    """The state of one run of a node."""

    INCOMPLETE = "INCOMPLETE"
    """Some inputs have not arrived."""
    QUEUED = "QUEUED"
    """Ready; no worker has taken it yet."""
    RUNNING = "RUNNING"
    """A worker holds its lease."""
    WAITING = "WAITING"
    """Suspended: it waits for a moment or an event and holds no worker."""
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    TERMINATED = "TERMINATED"

    @property
    def is_final(self) -> bool:
        """Return whether nothing goes on by itself; a retry may run again what did not complete."""
        return self in ENDS

    @property
    def is_open(self) -> bool:
        """Return whether the run cannot end while a node execution is in this state."""
        return self in OPEN


EXECUTION_MOVES: Mapping[ExecutionStatus, frozenset[ExecutionStatus]] = {
    ExecutionStatus.QUEUED: frozenset(
        {
            ExecutionStatus.RUNNING,
            ExecutionStatus.COMPLETED,  # a replay for which everything was recorded
            ExecutionStatus.FAILED,
            ExecutionStatus.TERMINATED,
        }
    ),
    ExecutionStatus.RUNNING: frozenset(
        {ExecutionStatus.COMPLETED, ExecutionStatus.FAILED, ExecutionStatus.TERMINATED}
    ),
    ExecutionStatus.COMPLETED: frozenset(),
    ExecutionStatus.FAILED: frozenset({ExecutionStatus.RUNNING}),  # a person retries it
    ExecutionStatus.TERMINATED: frozenset({ExecutionStatus.RUNNING}),  # a person retries it
}

NODE_MOVES: Mapping[NodeStatus, frozenset[NodeStatus]] = {
    NodeStatus.INCOMPLETE: frozenset(
        {
            NodeStatus.QUEUED,
            NodeStatus.COMPLETED,  # its results were taken from the run that this one replays
        }
    ),
    NodeStatus.QUEUED: frozenset(
        {
            NodeStatus.RUNNING,
            NodeStatus.TERMINATED,
            NodeStatus.FAILED,  # an operator gives it up
        }
    ),
    NodeStatus.RUNNING: frozenset(
        {
            NodeStatus.COMPLETED,
            NodeStatus.FAILED,
            NodeStatus.TERMINATED,
            NodeStatus.WAITING,
            NodeStatus.QUEUED,  # its worker was lost
        }
    ),
    NodeStatus.WAITING: frozenset(
        {
            NodeStatus.QUEUED,
            NodeStatus.TERMINATED,
            NodeStatus.FAILED,  # an operator gives it up
        }
    ),
    NodeStatus.COMPLETED: frozenset(),
    NodeStatus.FAILED: frozenset({NodeStatus.QUEUED}),  # its run is retried
    NodeStatus.TERMINATED: frozenset({NodeStatus.QUEUED}),  # its run is retried
}

ENDS_OF_RUNS = frozenset(
    {ExecutionStatus.COMPLETED, ExecutionStatus.FAILED, ExecutionStatus.TERMINATED}
)
ENDS = frozenset({NodeStatus.COMPLETED, NodeStatus.FAILED, NodeStatus.TERMINATED})
FINAL_RUNS = tuple(status for status in ExecutionStatus if status.is_final)
FINAL_NODES = tuple(status for status in NodeStatus if status.is_final)
OPEN = frozenset({NodeStatus.QUEUED, NodeStatus.RUNNING, NodeStatus.WAITING})


class IllegalMove(Exception):
    """The state cannot be reached from the present one."""


def move(present: NodeStatus, wanted: NodeStatus) -> NodeStatus:
    """Return the wanted state if the node execution may go there. Raises IllegalMove."""
    if wanted not in NODE_MOVES[present]:
        raise IllegalMove(f"A node execution cannot go from {present} to {wanted}.")
    return wanted
