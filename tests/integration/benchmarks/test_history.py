"""Copies of runs are runs: the same rows, other ids, earlier times."""

import pytest
from django.db.models import F

from accounts.models import User
from agents.executions import services
from agents.executions.models import Emission, Event, Execution, NodeExecution
from agents.graphs.services import create_agent
from benchmarks import graphs, history
from tests.support.runs import run_to_end

NODES = 3


@pytest.fixture
def template(alice: User) -> Execution:
    """A finished run."""
    version = create_agent(alice, graphs.chain(NODES))
    return run_to_end(services.start_execution(owner=alice, agent_id=version.agent_id, inputs={}))


@pytest.mark.django_db(transaction=True)
def test_a_copy_has_every_row_of_the_run(template: Execution) -> None:
    history.fill(template, 3)

    copies = Execution.objects.exclude(pk=template.pk)
    assert [copy.status for copy in copies] == ["COMPLETED"] * 3
    for copy in copies:
        assert _nodes(copy) == _nodes(template)
        assert Event.objects.filter(execution=copy).count() == template.last_seq
        assert Emission.objects.filter(node_execution__execution=copy).count() == NODES


@pytest.mark.django_db(transaction=True)
def test_copies_are_older_one_by_one_and_their_rows_point_at_each_other(
    template: Execution,
) -> None:
    history.fill(template, 2)

    *newest, oldest = Execution.objects.order_by("-created")
    assert [one.created for one in newest] == [template.created] * 2
    assert (template.created - oldest.created).total_seconds() == history.APART
    strays = Event.objects.exclude(node_execution__execution_id=F("execution_id"))
    assert strays.exclude(node_execution=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_size_grows_with_the_runs_and_all_can_be_forgotten(template: Execution) -> None:
    before, nodes = history.size()
    history.fill(template, 200)
    after = history.size()

    history.forget()

    assert nodes == NODES
    assert after[0] > before
    assert after[1] == 201 * NODES
    assert NodeExecution.objects.count() == 0


def _nodes(execution: Execution) -> list[tuple[str, str]]:
    rows = NodeExecution.objects.filter(execution=execution).order_by("number")
    return list(rows.values_list("node_id", "status"))
