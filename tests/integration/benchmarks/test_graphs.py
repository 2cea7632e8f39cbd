"""The agents that are measured run, with as many node executions as the figures are divided by."""

from typing import Any

import pytest

from accounts.models import User
from agents.executions import services
from agents.graphs.services import create_agent
from benchmarks import graphs, runs
from benchmarks.errors import BenchmarkFailed
from tests.support.runs import run_queued, run_to_end


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("shape", "nodes"), [(graphs.chain, 4), (graphs.fan_out, 6), (graphs.wide, 4)]
)
def test_every_node_runs_once(alice: User, shape: Any, nodes: int) -> None:
    version = create_agent(alice, shape(4))
    run = services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})

    run_to_end(run)

    runs.check([run.pk], nodes=nodes)


@pytest.mark.django_db
def test_a_run_that_has_not_ended_well_is_no_measurement(alice: User) -> None:
    version = create_agent(alice, graphs.chain(4))
    run = services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})
    run_queued()

    with pytest.raises(BenchmarkFailed, match="1 of 1 runs did not complete"):
        runs.check([run.pk], nodes=4)


@pytest.mark.django_db
def test_a_lost_event_is_noticed(alice: User) -> None:
    version = create_agent(alice, graphs.chain(2))
    run = services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})
    events = run_to_end(run).events
    events.filter(seq=2).delete()

    with pytest.raises(BenchmarkFailed, match="events were recorded of"):
        runs.check([run.pk], nodes=2)
