"""Where an emitted value goes, and which node executions it makes ready.

Each value that a link carries goes to the earliest execution of the sink node that still lacks
that pin, or opens a new one: so the n-th value on one pin meets the n-th on another. A static
link's value is not used up: an execution that lacks it takes it from the node's execution that
started last, and when it comes late it releases every execution that waits for it.

Values leave a node in the order in which its executions started, whichever worker is faster.
Each node is then a function from the streams it reads to the streams it writes (Kahn's process
networks, 1974), so what a run computes does not depend on who computes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from agents.engine import pins, readiness, tools
from agents.engine.graph import Graph, Link, Node
from agents.engine.ids import NodeId, PinName
from agents.engine.readiness import Ready
from blocks.sdk import BlockKind


class NodeExecution(Protocol):
    """One run of a node as these rules see it."""

    @property
    def node_id(self) -> str: ...
    @property
    def input_data(self) -> dict[str, Any]:
        """What arrived so far, by pin; once it started, all that it runs on."""


E = TypeVar("E", bound=NodeExecution)


class Ledger(Protocol[E]):
    """The node executions of one run: in memory, or in a locked database."""

    def earliest_lacking(self, node: NodeId, pin: PinName) -> E | None:
        """Return the node's first waiting execution, as they were opened, without that pin."""

    def waiting(self, node: NodeId) -> Sequence[E]:
        """Return the node's waiting executions, in the order they were opened."""

    def last_started(self, node: NodeId) -> E | None:
        """Return the execution of the node that became ready last."""

    def open(self, node: NodeId) -> E:
        """Return a new waiting execution of the node with no inputs."""

    def arrive(self, execution: E, values: Mapping[str, Any]) -> None:
        """Add the values to what has arrived for a waiting execution."""

    def start(self, execution: E, data: dict[str, Any]) -> None:
        """Make a waiting execution ready to run on the data."""


def deliver(graph: Graph, ledger: Ledger[E], node: NodeId, pin: PinName, value: Any) -> None:
    """Take a value that the node emitted along every link that carries it."""
    for link in graph.out_of(node):
        if pin.startswith(tools.START):
            carried = value if tools.reaches(pin, link) else pins.NOTHING
        else:
            carried = pins.select(pin, value, link.source_name)
        if carried is not pins.NOTHING:
            follow(graph, ledger, link, carried)


def follow(graph: Graph, ledger: Ledger[E], link: Link, value: Any) -> None:
    """Bring one value to the end of one link."""
    node = graph.nodes[link.sink_id]
    if node.kind is BlockKind.NOTE:
        return
    execution = ledger.earliest_lacking(node.id, link.sink_name) or ledger.open(node.id)
    ledger.arrive(execution, {link.sink_name: value})
    remembered = ledger.last_started(node.id) if _lacks_static(graph, node, execution) else None
    if remembered is not None:
        ledger.arrive(execution, _static_values(graph, node, execution, remembered.input_data))
    data = _start_if_ready(graph, ledger, node, execution)
    if data is not None and link.is_static:
        _release(graph, ledger, node, data)


def _release(graph: Graph, ledger: Ledger[E], node: Node, data: Mapping[str, Any]) -> None:
    """Give what just arrived on static links to every execution that waits for it."""
    for execution in list(ledger.waiting(node.id)):
        ledger.arrive(execution, _static_values(graph, node, execution, data))
        _start_if_ready(graph, ledger, node, execution)


def _start_if_ready(
    graph: Graph, ledger: Ledger[E], node: Node, execution: E
) -> dict[str, Any] | None:
    if not readiness.has_arrived(graph, node, execution.input_data):
        return None  # most of the time, where many links end at a node: that must be cheap
    verdict = readiness.check(graph, node, execution.input_data)
    if not isinstance(verdict, Ready):
        return None
    ledger.start(execution, verdict.data)
    return verdict.data


def _lacks_static(graph: Graph, node: Node, execution: NodeExecution) -> bool:
    return any(pin not in execution.input_data for pin in graph.static_pins(node.id))


def _static_values(
    graph: Graph, node: Node, execution: NodeExecution, memory: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the static pins that the execution lacks, as the memory holds them."""
    return {
        pin: memory[pin]
        for pin in graph.static_pins(node.id)
        if pin in memory and pin not in execution.input_data
    }
