"""What a run's page shows of its node executions, without reading values that it would cut."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Case, F, Max, Q, QuerySet, TextField, When
from django.db.models.functions import Cast, Left, Length

from agents.engine.ids import NodeId
from agents.engine.states import OPEN
from agents.executions import masking
from agents.executions.models import Emission, Event, Execution, NodeExecution, Review
from blocks.sdk import BlockKind
from kernel.fields import JSONText
from telemetry.redaction import MARK
from webui.timeline import Spans, spans_of
from webui.values import LONGEST, Shown, from_json_start, one_line, shown

MOST_EMISSIONS = 50  # of one node execution
MOST_OPEN = 1000
LARGEST_INPUT = 64 * 1024  # characters of a node execution's inputs together


@dataclass(frozen=True)
class PinValue:
    """A value on a pin, and the query string that gets all of it."""

    pin: str
    value: Shown
    query: str


@dataclass
class NodeRun:
    """A node execution as a page shows it."""

    id: UUID
    node_id: str
    title: str
    block: str
    status: str
    error: Any
    duration: timedelta | None
    child: UUID | None
    review: str | None
    tries: int
    last_error: Any
    reused: bool
    inputs: list[PinValue] = field(default_factory=list)
    inputs_size: int = 0  # where they are too large to show
    outputs: list[PinValue] = field(default_factory=list)
    emitted: int = 0
    spans: Spans = field(default_factory=Spans)

    @property
    def left_out(self) -> int:
        return max(self.emitted - len(self.outputs), 0)

    @property
    def summary(self) -> str:
        """Return why it failed, or the first value that it emitted, in one line."""
        if self.error:
            return one_line(self.error.get("message", ""))
        if not self.outputs:
            return ""
        first = self.outputs[0]
        return f"{first.pin}: {one_line(first.value.text)}"


def started_rows(execution: Execution) -> QuerySet[NodeExecution]:
    """Return the run's node executions that got all their inputs, in the order of that.

    Each has ``input_size`` in characters, and ``small_input``: its inputs unless they are large.
    """
    rows = NodeExecution.objects.filter(execution=execution, start_number__isnull=False)
    size = Length(Cast("input_data", TextField()))
    small = When(input_size__lte=LARGEST_INPUT, then=F("input_data"))
    return (
        rows.defer("input_data")
        .annotate(input_size=size)
        .annotate(small_input=Case(small, default=None, output_field=JSONText(null=True)))
        .select_related("child")
        .defer("child__inputs", "child__nodes_input_masks")
        .order_by("start_number")
    )


def node_runs(execution: Execution, rows: Sequence[NodeExecution], seq: int) -> list[NodeRun]:
    """Return the node executions with what they emitted up to the event with this number.

    Later emissions come with later events, so that a page that follows shows nothing twice.
    """
    found = {row.pk: _node_run(execution, row) for row in rows}
    for pk, spans in spans_of(execution, rows).items():
        found[pk].spans = spans
    told = None if execution.state.is_final else _told(execution, list(found), seq)
    counts: dict[tuple[UUID, str], int] = {}
    for pk, pin, number, start in _emissions(list(found)):
        if told is None or number < told.get(pk, 0):
            index = counts.get((pk, pin), 0)
            counts[pk, pin] = index + 1
            hidden = masking.gives_secrets(execution.graph_version.graph, found[pk].node_id)
            value = shown(MARK) if hidden else from_json_start(start or "null")
            found[pk].outputs.append(PinValue(pin, value, query(pk, output=pin, index=index)))
    if told is not None:
        for pk, one in found.items():
            one.emitted = told.get(pk, 0)
    return list(found.values())


def input_values(execution: Execution) -> list[PinValue]:
    """Return what the run was given, by input."""
    return [
        PinValue(name, shown(value), _query_string(input=name))
        for name, value in masking.run_inputs(
            execution.graph_version.graph, execution.inputs
        ).items()
    ]


def output_nodes(execution: Execution) -> list[str]:
    """Return the ids of the nodes that bring values out of the agent."""
    return [node.id for node in execution.graph_version.graph.of_kind(BlockKind.OUTPUT)]


def open_ids(execution: Execution) -> list[str]:
    """Return which node executions started and may still have events, at most 1,000 of them."""
    rows = NodeExecution.objects.filter(execution=execution, status__in=OPEN)
    return [str(pk) for pk in rows.values_list("pk", flat=True)[:MOST_OPEN]]


def open_reviews(execution: Execution) -> QuerySet[Review]:
    """Return what the run, and every run that it started, asks people and nobody has decided."""
    family = Q(execution=execution) | Q(execution__root=execution)
    return Review.objects.open().filter(family).defer("payload", "data").order_by("created")


def query(node_execution: UUID, **place: Any) -> str:
    """Return the query string with which a value's address names the value."""
    return _query_string(node=node_execution, **place)


def _query_string(**place: Any) -> str:
    return "?" + urlencode(place, errors="replace")


def _node_run(execution: Execution, row: Any) -> NodeRun:
    node = execution.graph_version.graph.nodes.get(NodeId(row.node_id))
    title = node.title if node else "A node that is not there"
    block = node.block.title if node and node.block else ""
    child = getattr(row, "child", None)
    one = NodeRun(
        id=row.pk,
        node_id=row.node_id,
        title=title,
        block="" if block == title else block,
        status=row.status,
        error=row.error,
        duration=_duration(row),
        child=child.pk if child else None,
        review=(row.waits_for or {}).get("review"),
        tries=row.tries,
        last_error=row.last_error,
        reused=row.reused_from is not None,
        emitted=row.emitted if execution.has_values else 0,
    )
    if row.small_input is None:
        one.inputs_size = row.input_size
    else:
        one.inputs = [
            PinValue(pin, shown(value), query(row.pk, input=pin))
            for pin, value in masking.node_inputs(
                execution.graph_version.graph, row.node_id, row.small_input
            ).items()
        ]
    return one


def _duration(row: NodeExecution) -> timedelta | None:
    return row.ended_at - row.started_at if row.started_at and row.ended_at else None


def _emissions(rows: list[UUID]) -> Any:
    """Return the beginning of each row's first values: (row, pin, number, start of the JSON)."""
    start = Left(Cast("value", TextField()), LONGEST + 1)
    found = Emission.objects.filter(node_execution__in=rows, number__lt=MOST_EMISSIONS)
    return (
        found.annotate(start=start)
        .order_by("node_execution", "number")
        .values_list("node_execution", "pin", "number", "start")
    )


def _told(execution: Execution, rows: list[UUID], seq: int) -> dict[UUID, int]:
    """Return how many values of each row the events up to this number told."""
    events = Event.objects.filter(execution=execution, seq__lte=seq, node_execution__in=rows)
    return dict(events.values_list("node_execution").annotate(Max("last")).order_by())
