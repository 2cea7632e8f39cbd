"""What can be wrong with a graph or with what it is given."""

from blocks.sdk import BlockError
from kernel.errors import TrellisError


class InvalidGraph(TrellisError):
    """The graph cannot be saved. Every problem is listed by node and pin."""

    code = "invalid_graph"


class GraphNotRunnable(TrellisError):
    """The agent cannot run yet. Every problem is listed by node and pin."""

    code = "graph_not_runnable"


class InvalidInputs(TrellisError):
    """The inputs do not fit the agent. Every problem is listed by input."""

    code = "invalid_inputs"


class NothingToStart(TrellisError):
    """The agent has no node to start with. Add an input, or a block that no link leads to."""

    code = "nothing_to_start"


class TimedOut(BlockError):
    """The block ran for longer than one try may."""

    code = "timed_out"


class Interrupted(BlockError):
    """The worker was lost while the block acted on the world."""

    code = "interrupted"


class SubAgentFailed(BlockError):
    """The agent that a block ran did not complete."""

    code = "sub_agent_failed"
