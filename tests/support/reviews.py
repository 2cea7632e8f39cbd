"""Runs that ask people, and runs that wait for signals."""

from typing import Any

from accounts.models import User
from agents.executions.models import Execution, NodeExecution, Review
from tests.support.cases import shown
from tests.support.graphs import GraphBuilder
from tests.support.runs import run_node, start


def asking(data: Any, *, name: str = "The refund", **pins: Any) -> tuple[GraphBuilder, str]:
    """Return a graph that asks a person about the data, and the node that asks."""
    g = GraphBuilder("Asking")
    node = g.node("HumanInTheLoopBlock", data=data, name=name, **pins)
    for pin in ("approved_data", "rejected_data", "review_message"):
        shown(g, node, pin, pin)
    return g, node


def asked(owner: User, data: Any, **pins: Any) -> tuple[Execution, NodeExecution, Review]:
    """Return a run that waits for a review of the data, the node execution and the review."""
    graph, node = asking(data, **pins)
    execution = start(owner, graph)
    row = run_node(execution, node)
    return execution, row, Review.objects.get(node_execution=row)


def listening(name: str = "paid", **pins: Any) -> tuple[GraphBuilder, str]:
    """Return a graph that waits for an event, and the node that waits."""
    g = GraphBuilder("Listening")
    node = g.node("WaitForEventBlock", name=name, **pins)
    shown(g, node, "value", "value")
    shown(g, node, "error", "error")
    return g, node
