"""One value of a run, found by where it is: the run's inputs, or a node execution's pins."""

from typing import Any
from uuid import UUID

from django.http import Http404, QueryDict

from agents.engine.graph import Graph
from agents.engine.ids import NodeId
from agents.executions import masking
from agents.executions.models import Emission, Execution, NodeExecution
from blocks.sdk import BlockKind
from webui.shared import VALUE

MOST_EMISSIONS = 10_000


def find_value(execution: Execution, query: QueryDict) -> Any:
    """Return the value that the query names. Raises Http404.

    ``input=name`` is an input of the run. With ``node=<id of a node execution>``, ``input=pin``
    is what it was given, and ``output=pin&index=0`` the first value that it emitted there;
    without the index all values, without a pin all pins.
    """
    if not execution.has_values:
        raise Http404("The values of this run were removed: it was older than they are kept.")
    graph = execution.graph_version.graph
    if "node" not in query:
        return _member(masking.run_inputs(graph, execution.inputs), query.get("input"))
    row = _node_execution(execution, query.get("node", ""))
    if execution.is_sealed and not _is_output(graph, row, query):
        raise Http404("The creator of this agent does not show this value.")
    if "output" in query:
        value = _emitted(row, query.get("output", ""), query.get("index"))
        return masking.emitted(graph, row.node_id, value)
    inputs = masking.node_inputs(graph, row.node_id, row.input_data)
    return _member(inputs, query.get("input"))


def _is_output(graph: Graph, row: NodeExecution, query: QueryDict) -> bool:
    """Return whether the query names what the agent gave, which everybody sees who sees the run."""
    node = graph.nodes.get(NodeId(row.node_id))
    is_output = node is not None and node.kind is BlockKind.OUTPUT
    return is_output and "output" not in query and query.get("input") == VALUE


def _node_execution(execution: Execution, text: str) -> NodeExecution:
    try:
        pk = UUID(text)
    except ValueError:
        raise Http404("This is not the id of a node execution.") from None
    row = NodeExecution.objects.filter(execution=execution, pk=pk).first()
    if row is None:
        raise Http404("The run has no such node execution.")
    return row


def _member(values: dict[str, Any], name: str | None) -> Any:
    if name is None:
        return values
    if name not in values:
        raise Http404("There is no value of this name.")
    return values[name]


def _emitted(row: NodeExecution, pin: str, index: str | None) -> Any:
    rows = Emission.objects.filter(node_execution=row).order_by("number")
    if not pin:
        return [{one.pin: one.value} for one in rows[:MOST_EMISSIONS]]
    found = rows.filter(pin=pin.replace("\x00", ""))
    if index is None:
        return [one.value for one in found[:MOST_EMISSIONS]]
    if not (index.isascii() and index.isdigit() and len(index) < 10):
        raise Http404("The index is a number.")
    one = found[int(index) : int(index) + 1].first()
    if one is None:
        raise Http404("There is no value of this number.")
    return one.value
