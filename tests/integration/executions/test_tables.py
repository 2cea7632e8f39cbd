"""Rows as they travel to PostgreSQL without the ORM."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from agents.executions import statements
from agents.executions.models import Execution, NodeExecution
from agents.executions.prepared import WRITE, WRITE_COUNTS, WRITE_NEW
from agents.executions.tables import NODES, RUNS
from kernel.postgresql.batch import Batch
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, run, start

pytestmark = pytest.mark.django_db(transaction=True)


def simple() -> GraphBuilder:
    graph = GraphBuilder("Simple")
    graph.link(graph.input("in"), "result", graph.output("out"), "value")
    return graph


def stored(row: NodeExecution | Execution) -> dict[str, Any]:
    """Return what the ORM reads back."""
    again = type(row).objects.get(pk=row.pk)
    return {one.attname: getattr(again, one.attname) for one in row._meta.concrete_fields}


def write(execution: Execution, *, only_counters: bool, **more: Any) -> Batch:
    batch = Batch()
    parts: dict[str, Any] = {"opened": [], "changed": [], "emissions": [], "events": [], **more}
    statements.write(batch, run=execution, only_counters=only_counters, **parts)
    return batch


def test_a_new_row_is_what_the_models_constructor_makes(alice: User) -> None:
    execution = start(alice, simple(), **{"in": 1})
    given = {"execution_id": execution.pk, "node_id": "x", "number": 7, "queue": "io"}

    made, usual = NODES.new(**given), NodeExecution(**given)

    names = [one.attname for one in NodeExecution._meta.concrete_fields]
    alike = [name for name in names if getattr(made, name) == getattr(usual, name)]
    assert [name for name in names if name not in alike] == ["id", "added_at"]
    assert isinstance(made.pk, UUID)
    assert isinstance(made.added_at, datetime)
    assert made._state.adding
    assert made.input_data is not NODES.new(**given).input_data


def test_a_new_row_with_a_column_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError):
        NODES.new(colour="red")


def test_what_is_null_is_null_again_when_it_is_written(alice: User) -> None:
    execution = run(alice, simple(), **{"in": 1})
    row = NodeExecution.objects.filter(execution=execution)[0]
    row.wake_at, row.error, row.waits_for = row.added_at, {"code": "x"}, {"kind": "time"}
    write(execution, only_counters=False, changed=[(row, True)]).run()
    assert stored(row)["error"] == {"code": "x"}
    row.wake_at, row.error, row.waits_for = None, None, None

    write(execution, only_counters=False, changed=[(row, False)]).run()

    found = stored(row)
    assert (found["wake_at"], found["error"], found["waits_for"]) == (None, None, None)
    assert found["input_data"] == row.input_data


def test_only_the_counters_are_written_where_nothing_else_changed(alice: User) -> None:
    execution = fresh(start(alice, simple(), **{"in": 1}))
    before = stored(execution)
    execution.last_seq, execution.unheard, execution.status = 40, True, "RUNNING"

    batch = write(execution, only_counters=True)
    batch.run()

    assert batch.statements == [WRITE_COUNTS.call]
    assert stored(execution) == {**before, "last_seq": 40, "unheard": True}


def test_which_statement_writes_a_run(alice: User) -> None:
    execution = fresh(start(alice, simple(), **{"in": 1}))

    assert write(execution, only_counters=False).statements == [WRITE.call]
    assert write(Execution(), only_counters=False).statements == [WRITE_NEW.call]


def test_what_seldom_changes_has_everything_but_the_counters(alice: User) -> None:
    execution = fresh(start(alice, simple(), **{"in": 1}))
    usual = RUNS.seldom(execution)
    execution.last_seq += 1
    execution.idle = True
    assert RUNS.seldom(execution) == usual

    execution.error = {"code": "x"}

    assert RUNS.seldom(execution) != usual
