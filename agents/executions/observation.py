"""Who watches a node execution: its log lines name it, and its span is in its run's trace.

A run keeps which request started it and the trace that it belongs to, so that any worker can carry
both on. Nothing is sent or written down here while nodes run; without a collector of traces, what
this costs a node execution is a microsecond.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from agents.engine.ids import NodeId
from agents.executions.models import Execution, NodeExecution
from telemetry import context, tracing


@contextmanager
def observed(execution: Execution, row: NodeExecution) -> Iterator[None]:
    """Watch one try of a node, for the length of a ``with`` block."""
    with context.about(partial(_fields, execution, row)), _span(execution, row):
        yield


def begun(execution: Execution) -> tracing.Spanning:
    """Note who asks for a new run, and return what makes the span of its start.

    A run that another run starts belongs to the same request as that one.
    """
    request = context.request()
    if request is not None:
        execution.request_id = getattr(request, "request_id", "")
        execution.address = context.address(request)
    return tracing.span("start run", attributes={"trellis.graph_exec_id": str(execution.pk)})


def _fields(execution: Execution, row: NodeExecution) -> Mapping[str, str]:
    fields = {
        "graph_exec_id": str(execution.pk),
        "node_exec_id": str(row.pk),
        "node_id": row.node_id,
        "user_id": str(execution.owner_id),
    }
    return {**fields, "request_id": execution.request_id} if execution.request_id else fields


def _span(execution: Execution, row: NodeExecution) -> tracing.Spanning:
    if not tracing.enabled():
        return tracing.OFF
    node = execution.graph_version.graph.nodes[NodeId(row.node_id)]
    name = node.block.name if node.block else node.block_id
    return tracing.span(
        f"node {name}",
        parent=execution.traceparent,
        attributes={
            "trellis.block": name,
            "trellis.graph_exec_id": str(execution.pk),
            "trellis.node_exec_id": str(row.pk),
            "trellis.node_id": row.node_id,
            "trellis.attempt": row.attempt,
            "trellis.try": row.tries,
        },
    )
