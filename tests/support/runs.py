"""Runs without workers: what the queue holds is run here, one node execution after another."""

from typing import Any
from uuid import UUID

from accounts.models import User
from agents.engine.states import NodeStatus
from agents.executions import recovery, runner, starting
from agents.executions.models import Execution, NodeExecution
from agents.graphs.codec import document_of
from agents.graphs.exchange import GraphFile, read_file
from agents.graphs.models import Agent, GraphVersion
from tests.support.graphs import GraphBuilder


def version_of(owner: User, graph: GraphBuilder) -> GraphVersion:
    """Return the graph, saved with its sub-agents as new agents, under the builder's ids."""
    main, *others = read_file(graph.file()).family().values()
    for file in others:
        _save(owner, file)
    return _save(owner, main)


def start(owner: User, graph: GraphBuilder, /, **inputs: Any) -> Execution:
    """Return a new run of the graph; nothing has run yet."""
    return starting.start(owner_id=owner.pk, version=version_of(owner, graph), inputs=inputs)


def start_draft(owner: User, graph: GraphBuilder, /, **inputs: Any) -> Execution:
    """Return a new run of the graph as an agent's draft, which respects pinned outputs."""
    version = version_of(owner, graph)
    snapshot = GraphVersion.with_snapshots.create(
        agent=version.agent,
        version=version.version,
        is_active=False,
        name=version.name,
        document=version.document,
        snapshot="draft",
    )
    return starting.start(owner_id=owner.pk, version=snapshot, inputs=inputs)


def run_queued() -> int:
    """Run what is queued now, in the order in which it became ready; return how many."""
    queued = NodeExecution.objects.filter(status=NodeStatus.QUEUED).order_by("start_number")
    found = list(queued.values_list("pk", "execution"))
    for pk, execution in found:
        runner.run_node(pk, execution)
    return len(found)


def run_to_end(execution: Execution) -> Execution:
    """Run everything that becomes ready, sub-agents too, and return the run as it then is."""
    while run_queued() or recovery.wake_sleepers():
        pass
    return Execution.objects.with_graph().get(pk=execution.pk)


def run(owner: User, graph: GraphBuilder, /, **inputs: Any) -> Execution:
    """Return the finished run of the graph on these inputs."""
    return run_to_end(start(owner, graph, **inputs))


def statuses(execution: Execution, node: str) -> list[str]:
    """Return the states of a node's executions, in the order they were opened."""
    rows = NodeExecution.objects.filter(execution=execution, node_id=node)
    return list(rows.order_by("number").values_list("status", flat=True))


def _save(owner: User, file: GraphFile) -> GraphVersion:
    agent, _ = Agent.objects.get_or_create(id=UUID(file.id), owner=owner)
    version, _ = GraphVersion.objects.get_or_create(
        agent=agent,
        version=file.version,
        defaults={"name": file.title, "document": document_of(file)},
    )
    return version


def rows(execution: Execution, node: str) -> list[NodeExecution]:
    """Return a node's executions as they now are, in the order they were opened."""
    return list(NodeExecution.objects.filter(execution=execution, node_id=node).order_by("number"))


def run_node(execution: Execution, node: str, which: int = 0) -> NodeExecution:
    """Run one queued execution of the node (the first, or another one) and return it."""
    queued = [row for row in rows(execution, node) if row.status == NodeStatus.QUEUED]
    runner.run_node(queued[which].pk, execution.pk)
    return NodeExecution.objects.get(pk=queued[which].pk)


def fresh(execution: Execution) -> Execution:
    """Return the run as it now is."""
    return Execution.objects.with_graph().get(pk=execution.pk)
