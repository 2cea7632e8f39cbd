"""Run a whole graph in memory, by the same rules as the workers: for tests and previews.

Node executions run one after another in the order in which they became ready. Sleeps return at
once, and so do the waits before another try; sub-agents run inside, from the graphs given.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from agents.engine import delivery, outcome
from agents.engine.errors import InvalidInputs, SubAgentFailed
from agents.engine.graph import ERROR_PIN, Graph, Node
from agents.engine.ids import NodeId, PinName
from agents.engine.outcome import Failure
from agents.engine.policy import NodePolicy, policy_of
from agents.engine.states import ExecutionStatus, NodeStatus
from agents.engine.tools import tools_of
from agents.engine.values import emission_value, fault_of
from blocks.sdk import BlockError, BlockKind
from blocks.sdk.testing import FakeContext, GivenTools
from kernel.jsontypes import dumps, loads

MOST_NODE_EXECUTIONS = 100_000


@dataclass(eq=False)
class SimulatedNode:
    """One run of a node in the simulation."""

    node_id: NodeId
    input_data: dict[str, Any] = field(default_factory=dict)
    status: NodeStatus = NodeStatus.INCOMPLETE
    emissions: list[tuple[PinName, Any]] = field(default_factory=list)
    failure: Failure | None = None
    tries: int = 1


@dataclass(eq=False)
class Simulation:
    """A finished run: its status, its outputs by name, and every node execution."""

    graph: Graph
    status: ExecutionStatus = ExecutionStatus.QUEUED
    outputs: dict[str, list[Any]] = field(default_factory=dict)
    output_stream: list[tuple[str, Any]] = field(default_factory=list)
    executions: list[SimulatedNode] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    queue: deque[SimulatedNode] = field(default_factory=deque)
    _waiting: dict[NodeId, list[SimulatedNode]] = field(default_factory=dict)
    _last_started: dict[NodeId, SimulatedNode] = field(default_factory=dict)

    def of(self, node: str) -> list[SimulatedNode]:
        """Return the node's executions in the order they were opened."""
        return [execution for execution in self.executions if execution.node_id == node]

    # The ledger that the delivery rules write to.

    def earliest_lacking(self, node: NodeId, pin: PinName) -> SimulatedNode | None:
        waiting = self._waiting.get(node, ())
        return next((one for one in waiting if pin not in one.input_data), None)

    def waiting(self, node: NodeId) -> Sequence[SimulatedNode]:
        return self._waiting.get(node, [])

    def last_started(self, node: NodeId) -> SimulatedNode | None:
        return self._last_started.get(node)

    def open(self, node: NodeId) -> SimulatedNode:
        execution = SimulatedNode(node)
        self.executions.append(execution)
        self._waiting.setdefault(node, []).append(execution)
        return execution

    def arrive(self, execution: SimulatedNode, values: Mapping[str, Any]) -> None:
        execution.input_data |= values

    def start(self, execution: SimulatedNode, data: dict[str, Any]) -> None:
        self._waiting[execution.node_id].remove(execution)
        execution.input_data = data
        execution.status = NodeStatus.QUEUED
        self._last_started[execution.node_id] = execution
        self.queue.append(execution)


@dataclass
class SimulatedAgents:
    """Sub-agents from graphs at hand, by id."""

    graphs: Mapping[str, Graph]

    def outputs(
        self, graph_id: str, version: int, inputs: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any]]:
        if graph_id not in self.graphs:
            raise SubAgentFailed(f"There is no agent {graph_id!r}.")
        child = simulate(self.graphs[graph_id], inputs, graphs=self.graphs)
        yield from child.output_stream
        if child.status is not ExecutionStatus.COMPLETED:
            raise SubAgentFailed(f"The agent {graph_id!r} ended as {child.status}.")


def simulate(
    graph: Graph,
    inputs: Mapping[str, Any] | None = None,
    *,
    graphs: Mapping[str, Graph] | None = None,
    context: FakeContext | None = None,
    limit: int = MOST_NODE_EXECUTIONS,
) -> Simulation:
    """Return the whole run of the graph. Raises InvalidInputs where it could not even start."""
    starts, problems = outcome.starting_data(graph, inputs or {})
    if problems:
        raise InvalidInputs(errors=problems)
    run = Simulation(graph)
    for node, data in starts.items():
        run.start(run.open(node), data)
    context = context or FakeContext()
    context.agents = SimulatedAgents(graphs or {})
    while run.queue and len(run.executions) <= limit:
        _execute(run, run.queue.popleft(), context)
    run.status = outcome.final_status(cancelled=False, error=None, unhandled=run.failures)
    return run


def _execute(run: Simulation, execution: SimulatedNode, context: FakeContext) -> None:
    node = run.graph.nodes[execution.node_id]
    while not _try(run, node, execution, context):
        execution.tries += 1
    if node.kind is BlockKind.OUTPUT:
        _collect(run, execution)


def _try(run: Simulation, node: Node, execution: SimulatedNode, context: FakeContext) -> bool:
    """Run the block once. False: it failed, and is to be tried again."""
    try:
        values = _emissions(run.graph, node, execution.input_data, context)
        for pin, value in islice(values, len(execution.emissions), None):
            _emit(run, execution, pin, value)
    except Exception as error:
        fault, policy = fault_of(error), policy_of(node, NodePolicy())
        if policy.wait_before_next(fault, tries=execution.tries, random=lambda: 0.0) is not None:
            return False
        execution.status = NodeStatus.FAILED
        execution.failure = Failure(node.id, fault.code, fault.message)
        if not run.graph.handles_error(node.id):
            run.failures.append(execution.failure)
        _emit(run, execution, ERROR_PIN, fault.message)
    else:
        execution.status = NodeStatus.COMPLETED
    return True


def _emissions(
    graph: Graph, node: Node, data: Mapping[str, Any], context: FakeContext
) -> Iterator[tuple[PinName, Any]]:
    if node.block is None:
        raise BlockError(f"There is no block {node.block_id!r} here.")
    if node.kind is BlockKind.AI:
        context.tools = GivenTools(tools_of(graph, node.id))
    if node.kind is BlockKind.AGENT:
        data = {**node.input_default, "inputs": data}
    for pin, value in node.block.run(node.block.inputs.build(data), context):
        yield pin, emission_value(pin, value)


def _emit(run: Simulation, execution: SimulatedNode, pin: PinName, value: Any) -> None:
    value = loads(dumps(value))  # as if it had been written and read
    execution.emissions.append((pin, value))
    delivery.deliver(run.graph, run, execution.node_id, pin, value)


def _collect(run: Simulation, execution: SimulatedNode) -> None:
    name = str(execution.input_data.get("name"))
    run.outputs.setdefault(name, []).append(execution.input_data.get("value"))
    if execution.status is NodeStatus.COMPLETED:
        given = [value for pin, value in execution.emissions if pin == "output"]
        run.output_stream += [(name, value) for value in given]
