"""The real engine against the simulation, on random graphs.

PostgreSQL, Redis and two worker processes with four threads each run what hypothesis draws; the
results must be those of one thread in memory, with each node a message and with the local lane.
TEST_ENGINE_EXAMPLES sets how many graphs (40, the
same ones each time, unless it is set; then they are new ones).
"""

import os
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from accounts.models import User
from agents.engine.simulation import SimulatedNode, Simulation, simulate
from agents.executions.models import Execution, NodeExecution
from agents.executions.output import outputs
from kernel.jsontypes import dumps
from tests.support.graphs import GraphBuilder
from tests.support.probes import registered
from tests.support.random_graphs import Plan, build, plans
from tests.support.runs import start
from tests.support.waiting import eventually
from tests.support.workers import workers

Static = Collection[str]  # pins that static links feed
EXAMPLES = int(os.environ.get("TEST_ENGINE_EXAMPLES", "0"))


WAYS = {
    "broker": {"TRELLIS_LOCAL_LANE": "off"},
    "lane": {"TEST_ALL_LIGHT": "yes"},
}


@pytest.fixture(scope="module", autouse=True, params=WAYS)
def two_workers(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    servers: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    folder, environment = tmp_path_factory.mktemp("workers"), WAYS[request.param]
    with registered(), workers(2, folder, TEST_JITTER="0.01", **environment):
        yield


@pytest.mark.django_db(transaction=True)
@settings(
    max_examples=EXAMPLES or 40,
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(plan=plans())
def test_two_workers_give_what_the_simulation_gives(plan: Plan, alice: User) -> None:
    builder = build(plan)
    note(f"{builder.file()}")
    expected = simulate(builder.graph(), plan.inputs, graphs=builder.family())

    execution = run_by_workers(alice, builder, plan.inputs)

    assert outputs(execution) == expected.outputs
    for node in expected.graph.nodes:
        real = NodeExecution.objects.filter(execution=execution, node_id=node).order_by("number")
        static = {link.sink_name for link in expected.graph.into(node) if link.is_static}
        assert [recorded(row, static) for row in real] == [
            simulated(one, static) for one in expected.of(node)
        ]
    assert (execution.status, failed_nodes(execution)) == (expected.status, failures(expected))


def run_by_workers(owner: User, graph: GraphBuilder, inputs: dict[str, Any]) -> Execution:
    execution = start(owner, graph, **inputs)
    rows = Execution.objects.filter(pk=execution.pk, ended_at__isnull=False)
    eventually(rows.exists, timeout=60, every=0.01, what=f"the end of the run {execution.pk}")
    return Execution.objects.with_graph().get(pk=execution.pk)


def recorded(row: NodeExecution, static: Static) -> tuple[str, str, dict[str, list[Any]]]:
    """Return a node execution's state, inputs as text (keys have an order), and values by pin."""
    return (
        row.status,
        dumps(in_order(row.status, row.input_data, static)),
        by_pin([one.pair for one in row.emissions.all()]),
    )


def simulated(one: SimulatedNode, static: Static) -> tuple[str, str, dict[str, list[Any]]]:
    inputs = in_order(one.status, one.input_data, static)
    return one.status, dumps(inputs), by_pin(list(one.emissions))


def in_order(status: str, data: dict[str, Any], static: Static) -> dict[str, Any]:
    """Return the inputs; of a node that waits for ever those that came, sorted.

    Whether it also remembers a static value depends on whether its last input came before or
    after an earlier execution of the node started. Nothing else depends on it: any further input
    would bring the static value along.
    """
    if status != "INCOMPLETE":
        return data
    return {pin: value for pin, value in sorted(data.items()) if pin not in static}


def by_pin(pairs: list[tuple[Any, Any]]) -> dict[str, list[Any]]:
    """Return the values of each pin in order: a sub-agent's outputs have no order between pins."""
    found: dict[str, list[Any]] = {}
    for pin, value in pairs:
        found.setdefault(pin, []).append(
            "…" if pin == "error" and value.startswith("The agent ") else value
        )
    return found


def failed_nodes(execution: Execution) -> set[str]:
    return {one["node_id"] for one in (execution.error or {}).get("nodes", [])}


def failures(run: Simulation) -> set[str]:
    return {failure.node_id for failure in run.failures}
