"""How often a node execution speaks to PostgreSQL. A change here is a change of speed.

A message may hold several statements; BEGIN and COMMIT ride along with the first and the last.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from agents.executions import runner, services, starting
from agents.executions.eventlog import Log
from agents.executions.models import Execution, NodeExecution
from agents.executions.shelf import shelf
from tests.support.graphs import GraphBuilder
from tests.support.runs import run_queued, run_to_end, start, version_of

CLAIM = 2  # lock and read; write
COMPLETE = 1  # lock with the write: this worker knows the run

pytestmark = pytest.mark.django_db(transaction=True)


def chain(length: int) -> GraphBuilder:
    graph = GraphBuilder("Chain")
    last, pin = graph.input("in"), "result"
    for _ in range(length):
        node = graph.node("UniversalTypeConverterBlock", type="string")
        graph.link(last, pin, node, "value")
        last, pin = node, "value"
    return graph


@contextmanager
def messages() -> Iterator[Callable[[], list[str]]]:
    """Count what is sent to PostgreSQL.

    Django's log has a line for each BEGIN and COMMIT that it wants; ours are in the messages.
    """
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as queries:
        yield lambda: [one["sql"] for one in queries if one["sql"] not in ("BEGIN", "COMMIT")]


def queued(execution: Execution) -> NodeExecution:
    return NodeExecution.objects.get(execution=execution, status="QUEUED")


def test_a_block_that_is_not_known_to_be_quick_is_claimed_and_journaled(alice: User) -> None:
    execution = start(alice, chain(5), **{"in": 1})
    run_queued()
    row = queued(execution)
    shelf.clear()

    with messages() as sent:
        runner.run_node(row.pk)

    assert len(sent()) == CLAIM + COMPLETE, "\n".join(sql[:200] for sql in sent())


def test_a_quick_block_is_taken_and_journaled_at_once(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.executions.costs.LIGHT", 60)  # however busy the machine is
    execution = start(alice, chain(5), **{"in": 1})
    run_queued()
    run_queued()  # from here on the converter is known to be quick
    row = queued(execution)

    with messages() as sent:
        runner.run_node(row.pk)

    first, last = sent()
    assert first.startswith("BEGIN; ")
    assert last.endswith("; COMMIT")


def test_a_worker_that_did_the_step_before_claims_and_journals_with_one_message_each(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.executions.costs.LIGHT", -1.0)  # each is claimed, however quick
    execution = start(alice, chain(5), **{"in": 1})
    run_queued()
    row = queued(execution)

    with messages() as sent:
        runner.run_node(row.pk, execution.pk)

    claims, completes = sent()
    for one in (claims, completes):
        assert one.startswith("BEGIN; ")
        assert one.endswith("; COMMIT")
        assert "EXECUTE trellis_expect (" in one


def test_a_worker_that_did_the_step_before_takes_and_journals_a_quick_block_with_one_message(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.executions.costs.LIGHT", 60)  # however busy the machine is
    execution = start(alice, chain(5), **{"in": 1})
    run_queued()
    run_queued()
    row = queued(execution)

    with messages() as sent:
        runner.run_node(row.pk, execution.pk)

    [only] = sent()
    assert only.startswith("BEGIN; EXECUTE trellis_expect (")
    assert only.endswith("; COMMIT")


def test_a_stretch_of_the_lane_costs_as_much_as_one_node(alice: User, lane: None) -> None:
    version = version_of(alice, chain(50))
    run_to_end(starting.start(owner_id=alice.pk, version=version, inputs={"in": 1}))
    execution = starting.start(owner_id=alice.pk, version=version, inputs={"in": 1})
    row = queued(execution)

    with messages() as sent:
        runner.run_node(row.pk)

    _, writes = sent()  # which also asks whether another run waits for this one's place
    _, asks = writes.split("; COMMIT; ")
    assert asks.startswith("EXECUTE trellis_ask_for_others ")
    assert Execution.objects.get(pk=execution.pk).status == "COMPLETED"


def test_what_watchers_are_told_of_a_page_of_events_is_one_message(alice: User) -> None:
    execution = run_to_end(start(alice, chain(5), **{"in": 1}))
    log = Log(alice, execution.pk)

    with messages() as sent:
        _, recorded = log.after(3, 10) or (None, [])

    assert [one.event.seq for one in recorded] == list(range(4, 14))
    assert len(sent()) == 1, "\n".join(sql[:200] for sql in sent())


def test_a_start_finds_the_version_asks_for_a_place_and_writes_the_run(alice: User) -> None:
    agent = version_of(alice, chain(5)).agent_id
    services.start_execution(owner=alice, agent_id=agent, inputs={"in": 1})

    with messages() as sent:
        execution = services.start_execution(owner=alice, agent_id=agent, inputs={"in": 1})

    finds, asks, writes = sent()
    assert finds.startswith("EXECUTE trellis_startable ")
    assert asks.startswith("BEGIN; EXECUTE trellis_take_turns ")
    assert writes.endswith("; COMMIT")
    assert Execution.objects.get(pk=execution.pk).inputs == {"in": 1}
    assert not execution._state.adding


def test_starts_together_take_as_many_messages_as_one(alice: User) -> None:
    agent = version_of(alice, chain(5)).agent_id
    one = services.Wanted(alice, agent, None, {"in": 1})
    services.start_executions([one])

    with messages() as sent:
        started = services.start_executions([one] * 5)

    finds, asks, writes = sent()
    assert finds.count("EXECUTE trellis_startable ") == 1
    assert asks.count("EXECUTE trellis_ask_for_place ") == 5
    assert writes.endswith("; COMMIT")
    assert len({run.pk for run in started}) == 5
