"""What a link to a run shows of it: how each node went, and never what it was given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.http import Http404, QueryDict

from agents.engine.ids import NodeId
from agents.executions.models import Execution, NodeExecution
from webui.asked import uuid_of
from webui.runs import output_nodes
from webui.timeline import Spans, spans_of

VALUE = "value"  # the pin of an output block on which the output arrives


@dataclass
class Step:
    """A node execution without its values."""

    id: UUID
    title: str
    status: str
    duration: timedelta | None
    spans: Spans = field(default_factory=Spans)


def steps(execution: Execution, rows: Sequence[NodeExecution]) -> list[Step]:
    """Return the node executions in their order, each with the title of its node."""
    nodes = execution.graph_version.graph.nodes
    found = {}
    for row in rows:
        node = nodes.get(NodeId(row.node_id))
        title = node.title if node else "A node that is not there"
        length = row.ended_at - row.started_at if row.started_at and row.ended_at else None
        found[row.pk] = Step(row.pk, title, row.status, length)
    for pk, spans in spans_of(execution, rows).items():
        found[pk].spans = spans
    return list(found.values())


def place_of_output(execution: Execution, query: QueryDict) -> QueryDict:
    """Return where the output is that the query names. Raises Http404 for any other value."""
    node = uuid_of(query.get("node", ""))
    rows = NodeExecution.objects.filter(execution=execution, node_id__in=output_nodes(execution))
    if node is None or query.get("input") != VALUE or not rows.filter(pk=node).exists():
        raise Http404("This link does not show that value.")
    place = QueryDict(mutable=True)
    place.update({"node": str(node), "input": VALUE})
    return place
