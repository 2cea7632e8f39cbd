"""Runs that may have to wait for a place."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection

from agents.executions import runner, starting
from agents.executions.models import Execution, NodeExecution
from agents.graphs import services as graphs
from agents.graphs.models import GraphVersion
from agents.graphs.settings import WhenFull
from tests.support.graphs import GraphBuilder

T = TypeVar("T")


def timer() -> GraphBuilder:
    g = GraphBuilder("Timer")
    g.node("CountdownTimerBlock", input_message="tick", hours=1)
    return g


def printing() -> GraphBuilder:
    g = GraphBuilder("Printing")
    g.node("PrintToConsoleBlock", text="here")
    return g


def begin(version: GraphVersion, **inputs: Any) -> Execution:
    owner = version.agent.owner_id
    return starting.start(owner_id=owner, version=version, inputs=inputs or {"Input": "8"})


def begin_many(version: GraphVersion, number: int) -> list[Execution]:
    return [begin(version) for _ in range(number)]


def run_to_the_end(execution: Execution) -> None:
    """Run this run's nodes, and no other's."""
    while rows := NodeExecution.objects.filter(execution=execution, status="QUEUED"):
        for row in rows:
            runner.run_node(row.pk)


def admitted(*runs: Execution) -> list[bool]:
    """Return for each run whether it was admitted."""
    found = dict(
        Execution.objects.filter(pk__in=[one.pk for one in runs]).values_list("pk", "admitted_at")
    )
    return [found[one.pk] is not None for one in runs]


def limit(version: GraphVersion, most: int, when_full: WhenFull = "queue") -> None:
    graphs.change_settings(
        version.agent, {"max_concurrent_executions": most, "when_full": when_full}
    )


def at_once(number: int, act: Callable[[int], T]) -> list[T]:
    """Return what the threads return, each of which acts at the same moment."""
    together = Barrier(number)

    def one(index: int) -> T:
        try:
            together.wait(30)
            return act(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))
