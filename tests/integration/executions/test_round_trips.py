"""How often one node execution speaks to PostgreSQL. A change here is a change of speed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from agents.executions import runner
from agents.executions.models import NodeExecution
from tests.support.graphs import GraphBuilder
from tests.support.runs import run_queued, start

CLAIM = 1  # lock the run, take the row, tell so
COMPLETE = 2  # lock and read; write. BEGIN and COMMIT come on top.


def chain(length: int) -> GraphBuilder:
    graph = GraphBuilder("Chain")
    last, pin = graph.input("in"), "result"
    for _ in range(length):
        node = graph.node("UniversalTypeConverterBlock", type="string")
        graph.link(last, pin, node, "value")
        last, pin = node, "value"
    return graph


@pytest.mark.django_db
def test_a_node_in_a_chain_takes_its_round_trips_and_no_more(alice: User) -> None:
    execution = start(alice, chain(5), **{"in": 1})
    run_queued()
    run_queued()
    [row] = NodeExecution.objects.filter(execution=execution, status="QUEUED")

    with CaptureQueriesContext(connection) as queries:
        runner.run_node(row.pk)

    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) == CLAIM + COMPLETE, "\n".join(sql[:120] for sql in statements)
