"""The real engine against the simulation, on random graphs.

PostgreSQL, Redis and two worker processes with four threads each run what hypothesis draws; the
results must be those of one thread in memory, with each node a message and with the local lane.
TEST_ENGINE_EXAMPLES sets how many graphs (40, the
same ones each time, unless it is set; then they are new ones).
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings

from accounts.models import User
from agents.engine.simulation import simulate
from agents.executions.models import Execution
from tests.support.comparing import run_as_recorded, run_as_simulated
from tests.support.graphs import GraphBuilder
from tests.support.probes import registered
from tests.support.random_graphs import Plan, build, plans
from tests.support.runs import start_draft
from tests.support.waiting import eventually
from tests.support.workers import workers

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
    graph = builder.graph(with_pins=True)  # of sub-agents no pins count
    expected = simulate(graph, plan.inputs, graphs=builder.family())

    execution = run_by_workers(alice, builder, plan.inputs)

    assert run_as_recorded(execution, expected.graph) == run_as_simulated(expected)


def run_by_workers(owner: User, graph: GraphBuilder, inputs: dict[str, Any]) -> Execution:
    execution = start_draft(owner, graph, **inputs)
    rows = Execution.objects.filter(pk=execution.pk, ended_at__isnull=False)
    eventually(rows.exists, timeout=60, every=0.01, what=f"the end of the run {execution.pk}")
    return Execution.objects.with_graph().get(pk=execution.pk)
