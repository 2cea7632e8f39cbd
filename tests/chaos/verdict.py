"""Was anything lost, or done twice? Judged from the database and from what the world has seen."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from agents.engine import pins
from agents.engine.graph import Graph
from agents.engine.simulation import simulate
from agents.engine.states import NODE_MOVES, NodeStatus
from agents.executions.models import Event, Execution, NodeExecution
from tests.support.comparing import run_as_recorded, run_as_simulated
from tests.support.graphs import GraphBuilder

OPEN = {NodeStatus.QUEUED, NodeStatus.RUNNING, NodeStatus.WAITING}
ENDS = {"COMPLETED", "FAILED", "TERMINATED"}
INTERRUPTED = "interrupted"


class World:
    """What the deeds of all runs wrote into their file."""

    def __init__(self, log: Path) -> None:
        lines = log.read_text().splitlines() if log.exists() else []
        self.notes = [json.loads(line) for line in lines]
        self.calls: dict[str, set[tuple[int, str]]] = defaultdict(set)
        self.done: Counter[str] = Counter()
        for note in self.notes:
            self.calls[note["node_exec_id"]].add((note["attempt"], note["call"]))
            self.done[note["node_exec_id"]] += note["what"] == "done"

    def complaints(self, row: NodeExecution, effect: str, *, sleeps: bool) -> Iterator[str]:
        """Yield what is wrong with how often a node execution acted."""
        calls = self.calls.get(str(row.pk), set())
        attempts = Counter(attempt for attempt, _ in calls)
        if effect != "none" and max(attempts.values(), default=0) > 1:
            yield f"one attempt ran several times: {sorted(calls)}"
        if effect == "external" and not sleeps and len(calls) > 1:
            yield f"an external deed was done {len(calls)} times: {sorted(calls)}"
        if row.status == NodeStatus.COMPLETED and not self.done[str(row.pk)]:
            yield "it is COMPLETED, but the deed was never done"


def judge(builder: GraphBuilder, run: Execution, world: World) -> list[str]:
    """Return what is wrong with a run that a graph of ours was started as; nothing is good."""
    found = judge_rows(run, world)
    graph = builder.graph()
    if not _interrupted(run):
        expected = run_as_simulated(simulate(graph, graphs=builder.family()))
        recorded = run_as_recorded(run, graph)
        found += [
            f"{what} is {recorded[what]}, in the simulation {expected[what]}"
            for what in expected
            if recorded[what] != expected[what]
        ]
    return found


def judge_rows(run: Execution, world: World) -> list[str]:
    """Return what is wrong with a run and those below it, whatever graph it was."""
    return list(_family_complaints(run, world))


def _interrupted(run: Execution) -> bool:
    """Return whether a node that acts on the world was lost, here or in a run below."""
    pks = [run.pk, *Execution.objects.descendants(run.pk)]
    failed = NodeExecution.objects.filter(execution__in=pks, status=NodeStatus.FAILED)
    return any(row.error["code"] == INTERRUPTED for row in failed)


def _family_complaints(run: Execution, world: World) -> Iterator[str]:
    for pk in [run.pk, *Execution.objects.descendants(run.pk)]:
        one = Execution.objects.with_graph().get(pk=pk)
        where = f"{one.graph_version.name} {pk}"
        for complaint in _run_complaints(one, world):
            yield f"{where}: {complaint}"


def _run_complaints(run: Execution, world: World) -> Iterator[str]:
    if not run.state.is_final:
        yield f"it has not ended: {run.status}"
    graph = run.graph_version.graph
    rows = list(run.node_executions.order_by("number").prefetch_related("emissions"))
    events = list(Event.objects.filter(execution=run).order_by("seq"))
    yield from _counter_complaints(run, rows)
    yield from _event_complaints(run, rows, events)
    yield from _delivery_complaints(graph, rows)
    for row in rows:
        yield from (
            f"{row.node_id} {row.pk}: {text}" for text in _node_complaints(graph, row, world)
        )


def _counter_complaints(run: Execution, rows: list[NodeExecution]) -> Iterator[str]:
    counted = (
        len(rows),
        sum(row.start_number is not None for row in rows),
        sum(row.state in OPEN for row in rows),
        sum(row.status == NodeStatus.FAILED for row in rows),
    )
    if counted != (run.opened, run.started, run.unfinished, run.failed):
        yield f"its counters do not add up to {counted}"


def _event_complaints(
    run: Execution, rows: list[NodeExecution], events: list[Event]
) -> Iterator[str]:
    if [one.seq for one in events] != list(range(1, run.last_seq + 1)):
        yield f"its event numbers have gaps or doubles below {run.last_seq}"
    ends = [one.status for one in events if one.kind == Event.Kind.GRAPH and one.status in ENDS]
    if ends != [run.status]:
        yield f"it ended as {ends}"
    told: dict[UUID | None, list[Event]] = defaultdict(list)
    for one in events:
        told[one.node_execution_id].append(one)
    for row in rows:
        state, seen = NodeStatus.INCOMPLETE, 0
        for event in told[row.pk]:
            status = NodeStatus(event.status)
            if status not in NODE_MOVES[state] and not (status is state is NodeStatus.RUNNING):
                yield f"{row.pk} went from {state} to {status}"
            if event.first < event.last:
                if event.first != seen:
                    yield f"{row.pk}: value {event.first} was told after {seen}"
                seen = event.last
            state = status
        if (state, seen) != (row.status, row.emitted):
            yield f"{row.pk}: events end with {state}, {seen} values; it is {row.status}"


def _delivery_complaints(graph: Graph, rows: list[NodeExecution]) -> Iterator[str]:
    """Yield each pin that did not get exactly what its one source emitted, in order."""
    by_node: dict[str, list[NodeExecution]] = defaultdict(list)
    for row in rows:
        by_node[row.node_id].append(row)
    for node in graph.nodes:
        links = graph.into(node)
        for link in links:
            alone = sum(other.sink_name == link.sink_name for other in links) == 1
            if link.is_static or not alone or "#" in link.sink_name or "$" in link.sink_name:
                continue
            sources = [row for row in by_node[link.source_id] if row.start_number is not None]
            sent = [
                value
                for row in sorted(sources, key=lambda row: row.start_number or 0)
                for one in row.emissions.all()
                if (value := pins.select(pins_name(one.pin), one.value, link.source_name))
                is not pins.NOTHING
            ]
            got = [
                row.input_data[link.sink_name]
                for row in by_node[node]
                if link.sink_name in row.input_data
            ]
            if sent != got:
                yield f"{node}.{link.sink_name} got {got}, was sent {sent}"


def pins_name(name: str) -> Any:
    return name


def _node_complaints(graph: Graph, row: NodeExecution, world: World) -> Iterator[str]:
    if row.state in OPEN:
        yield f"it is left {row.status}"
    if row.start_number is not None and not (row.settled and row.delivered == row.emitted):
        yield f"{row.delivered} of {row.emitted} values were delivered, settled: {row.settled}"
    numbers = [one.number for one in row.emissions.all()]
    if numbers != list(range(row.emitted)):
        yield f"its values are numbered {numbers}"
    node = next(one for one in graph.nodes.values() if one.id == row.node_id)
    if node.block is not None and node.block.name.endswith("Deed"):
        yield from world.complaints(row, node.block.effect, sleeps=bool(row.sleeps))
        if row.error and row.error["code"] == INTERRUPTED and node.block.effect != "external":
            yield "it was interrupted, though it may run again"
