"""The table of worked cases, run in memory."""

import pytest

from agents.engine.simulation import Simulation, simulate
from agents.engine.states import NodeStatus
from tests.support.cases import CASES, Case


def left_over(run: Simulation) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for one in run.executions:
        if one.status is NodeStatus.INCOMPLETE:
            title = run.graph.nodes[one.node_id].title
            found.setdefault(title, []).append(sorted(one.input_data))
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case) -> None:
    builder = case.build()

    run = simulate(builder.graph(), case.inputs, graphs=builder.family())

    assert run.outputs == case.outputs
    assert run.status == case.status
    assert left_over(run) == case.left_over
    failures = [one.failure for one in run.executions if one.failure]
    assert {run.graph.nodes[one.node_id].title: one.code for one in failures} == case.failures
