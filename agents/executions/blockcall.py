"""Call a node's block with its inputs."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from agents.engine.graph import Node
from agents.engine.ids import PinName
from agents.engine.policy import Fault
from agents.engine.values import emission_value, fault_of
from agents.executions import costs
from blocks.sdk import BlockError, BlockKind, RunContext
from kernel.jsontypes import copied

logger = logging.getLogger(__name__)


class UnknownBlock(BlockError):
    """This instance has no such block."""

    code = "unknown_block"


def emissions(
    node: Node, data: Mapping[str, Any], context: RunContext | None
) -> Iterator[tuple[PinName, Any]]:
    """Yield what the node's block emits, as JSON. A block without context needs none.

    The block gets values of its own: others share those in ``data``, and the graph's defaults.
    """
    if node.block is None:
        raise UnknownBlock(f"There is no block {node.block_id!r} on this instance.")
    if node.kind is BlockKind.AGENT:
        data = {**node.input_default, "inputs": data}
    limit = settings.EXECUTIONS["max_value_bytes"]
    with costs.timed(node):
        for pin, value in node.block.run(node.block.inputs.build(copied(data)), context):
            yield pin, emission_value(pin, value, max_bytes=limit)


def failure_of(error: Exception, node_execution: UUID) -> Fault:
    """Return why a block failed; what no block should raise is logged."""
    if not isinstance(error, BlockError):
        logger.error("Block of node execution %s failed", node_execution, exc_info=error)
    return fault_of(error)
