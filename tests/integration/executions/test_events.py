"""Everything a watcher may see is an event, numbered per run without gaps."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import User
from agents.executions import runner
from agents.executions.events import iso, messages_after, preview
from agents.executions.models import Event, NodeExecution
from agents.executions.output import outputs
from tests.integration.executions.conftest import Limits
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import fresh, run, run_to_end, start


@pytest.mark.django_db
def test_a_run_is_told_from_its_beginning_to_its_end(alice: User) -> None:
    graph = calculator()
    source, total, sink = [node["id"] for node in graph.nodes]
    execution = run(alice, graph, Input=8)

    messages = messages_after(execution, 0)

    told = [(one["seq"], one["data"].get("node_id"), one["data"]["status"]) for one in messages]
    assert told == [
        (1, None, "QUEUED"),
        (2, source, "QUEUED"),
        (3, None, "RUNNING"),
        (4, source, "RUNNING"),
        (5, source, "COMPLETED"),
        (6, total, "QUEUED"),
        (7, total, "RUNNING"),
        (8, total, "COMPLETED"),
        (9, sink, "QUEUED"),
        (10, sink, "RUNNING"),
        (11, sink, "COMPLETED"),
        (12, None, "COMPLETED"),
    ]
    first, ended, last = messages[0], messages[7], messages[-1]
    assert [one["type"] for one in (first, ended)] == [
        "graph_execution_event",
        "node_execution_event",
    ]
    assert ended["data"]["output_data"] == {"result": [42.0]}
    assert ended["data"]["input_data"] == {"operation": "Add", "a": 8.0, "b": 34}
    assert messages[6]["data"]["output_data"] == {}
    assert last["data"]["outputs"] == {"Output": [42.0]}
    assert (first["data"]["ended_at"], first["data"]["error"]) == (None, None)


@pytest.mark.django_db
def test_each_value_is_told_by_one_event(alice: User) -> None:
    graph = GraphBuilder()
    node = graph.node("StallIdempotent", log="/dev/null", stalls=0)  # recorded one by one
    execution = run(alice, graph)

    messages = [one for one in messages_after(execution, 0) if "node_id" in one["data"]]

    given = [one["data"]["output_data"] for one in messages if one["data"]["output_data"]]
    assert given == [{"out": ["first"]}, {"out": ["second"]}]
    assert {one["data"]["node_id"] for one in messages} == {node}


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 3, 5, 200])
def test_pages_join_without_gap_or_overlap(alice: User, limit: int) -> None:
    execution = run(alice, calculator(), Input=8)
    seen: list[int] = []

    while page := messages_after(execution, seen[-1] if seen else 0, limit):
        assert len(page) <= limit
        seen += [one["seq"] for one in page]

    assert seen == list(range(1, execution.last_seq + 1))
    assert messages_after(execution, execution.last_seq) == []
    assert messages_after(execution, 10**9) == []


@pytest.mark.django_db
def test_what_came_after_the_run_was_read_is_left_for_the_next_time(alice: User) -> None:
    before = start(alice, calculator(), Input=8)

    after = run_to_end(before)

    assert [one["seq"] for one in messages_after(before, 0)] == [1, 2]
    assert messages_after(before, 2) == []
    assert messages_after(after, 11)[0]["data"]["ended_at"] == iso(after.ended_at)


@pytest.mark.django_db
def test_a_long_value_is_shortened_in_events_only(alice: User, limits: Limits) -> None:
    limits(event_value_bytes=100)
    graph = GraphBuilder()
    shown(graph, values(graph, "x" * 200), "out")

    execution = run(alice, graph)

    short = {"truncated": True, "bytes": 202, "start": "x" * 200}
    assert messages_after(execution, 0)[-1]["data"]["outputs"]["out"] == {
        "truncated": True,
        "bytes": 204,
        "start": '["' + "x" * 200 + '"]',
    }
    emitted = [one["data"].get("output_data") for one in messages_after(execution, 0)]
    assert {"out": [short]} in emitted
    assert outputs(execution) == {"out": ["x" * 200]}


def test_a_preview_says_how_long_the_value_was() -> None:
    assert preview("abc", 5) == "abc"
    assert preview("abcd", 5) == {"truncated": True, "bytes": 6, "start": "abcd"}
    assert preview([1, 2, 3], 5) == {"truncated": True, "bytes": 7, "start": "[1,2,3]"}


@pytest.mark.django_db(transaction=True)
def test_threads_at_once_leave_no_gap_and_no_double(alice: User, servers: None) -> None:
    graph = GraphBuilder()
    for number in range(24):
        shown(graph, values(graph, number, number), "out", f"out{number}")
    execution = start(alice, graph)
    barrier = threading.Barrier(6)

    def work(pks: list[object]) -> None:
        barrier.wait()
        for pk in pks:
            runner.run_node(pk)  # type: ignore[arg-type]
        connection.close()

    while queued := list(
        NodeExecution.objects.filter(status="QUEUED").values_list("pk", flat=True)
    ):
        with ThreadPoolExecutor(6) as threads:
            # Each message arrives at two workers.
            list(threads.map(work, [queued[n % 3 :: 3] for n in range(6)]))

    ended = fresh(execution)
    assert (ended.status, ended.unfinished, ended.started) == ("COMPLETED", 0, 72)
    seqs = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, ended.last_seq + 1))
    assert outputs(ended) == {f"out{n}": [n, n] for n in range(24)}
    assert set(NodeExecution.objects.values_list("status", "attempt")) == {("COMPLETED", 1)}
