"""Call a node's block with its inputs."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from opentelemetry.trace import get_current_span

from agents.engine.graph import Node
from agents.engine.ids import NodeId, PinName
from agents.engine.policy import Fault
from agents.engine.values import emission_value, fault_of
from agents.executions import costs
from agents.executions.metrics import NODE_FAILURES, block_label
from agents.executions.models import Execution, NodeExecution
from agents.executions.secrecy import secret_values
from blocks.sdk import BlockError, BlockKind, RunContext
from kernel.errors import TrellisError
from kernel.jsontypes import copied
from telemetry import redaction, tracing

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
            emitted = emission_value(pin, value, max_bytes=limit)
            yield pin, emitted if context is None else context.credentials.cleaned(emitted)


def failure_of(error: Exception, execution: Execution, row: NodeExecution) -> Fault:
    """Return why a block failed, without secrets; what no block should raise is logged.

    What a person typed into an input that is marked as secret is told nowhere, whoever quotes it.
    """
    node = execution.graph_version.graph.nodes[NodeId(row.node_id)]
    with redaction.secrets(secret_values(execution, node, row)):
        if not isinstance(error, BlockError | TrellisError):
            logger.error("Block of node execution %s failed", row.pk, exc_info=error)
        fault = fault_of(error)
        fault = replace(fault, message=redaction.text(fault.message))
    NODE_FAILURES.labels(block_label(node), fault.code).inc()
    tracing.failed(get_current_span(), fault.code)
    return fault
