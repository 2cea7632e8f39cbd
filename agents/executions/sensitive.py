"""Blocks that a person may have to allow before they run.

An agent's setting `sensitive_action_safe_mode` decides. The question is asked like any other, in
the name of the node execution and before the block is called, so nothing has happened yet.
"""

from collections.abc import Mapping
from typing import Any

from agents.executions.claims import Claim
from agents.executions.context import WorkerContext
from blocks.sdk import BlockError


class ActionRejected(BlockError):
    """A person did not allow the block to run with these inputs."""

    code = "action_rejected"


def inputs_of(claim: Claim, context: WorkerContext) -> Mapping[str, Any]:
    """Return the inputs with which the block runs, as a person approved them where one is asked.

    Suspends the block until there is a decision. Raises ActionRejected, or BlockError where an
    edit made something else of the inputs.
    """
    inputs: Mapping[str, Any] = claim.node_execution.input_data
    block = claim.node.block
    if block is None or not block.sensitive:
        return inputs
    decision = context.reviews.ask_before(inputs, name=f"May {claim.node.title} run with this?")
    if not decision.approved:
        why = f": {decision.message}" if decision.message else "."
        raise ActionRejected(f"A person did not allow this{why}")
    if not isinstance(decision.data, Mapping):
        raise BlockError("The approved inputs are not an object of values by pin.")
    return decision.data
