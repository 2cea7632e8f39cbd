"""What a process keeps of a run from one step to the next, and when it does not trust it."""

from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DataError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from accounts.models import User
from agents.executions import claims, journal, services, shelf
from agents.executions.claims import Claim
from agents.executions.combining import Combiner
from agents.executions.ledger import DatabaseLedger
from agents.executions.models import Emission, Event, Execution, NodeExecution
from agents.executions.output import outputs
from tests.support.cases import sub_agent
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, rows, run, run_queued, run_to_end, start, statuses

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    """Nothing is kept yet."""
    shelf.shelf.clear()
    yield
    shelf.shelf.clear()


@contextmanager
def another_process() -> Iterator[None]:
    with (
        patch.object(shelf.shelf, "_ledgers", OrderedDict()),
        patch.object(shelf.shelf, "doubts", 0),
        patch.object(claims, "_combiner", Combiner(claims._make, most=claims.MOST_TOGETHER)),
    ):
        yield


@contextmanager
def reads() -> Iterator[list[str]]:
    """Collect how steps locked the run: with what they wrote, or before, with its rows."""
    found: list[str] = []
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as queries:
        yield found
    for one in queries:
        found += ["write"] * ("EXECUTE trellis_expect" in one["sql"])
        found += ["rows"] * ("EXECUTE trellis_lock (" in one["sql"])


def two_branches() -> tuple[GraphBuilder, list[str]]:
    """Return a graph of two probes that begin at once and meet in a third, and their ids."""
    graph = GraphBuilder("Branches")
    left, right = graph.node("Emit", values=[1, 2]), graph.node("Emit", values=["a", "b"])
    both = graph.node("Mix")
    graph.link(left, "out", both, "a")
    graph.link(right, "out", both, "b")
    graph.link(both, "one", graph.output("out"), "value")
    return graph, [left, right, both]


def chain(length: int = 3) -> GraphBuilder:
    graph = GraphBuilder("Chain")
    last, pin = graph.input("in"), "result"
    for _ in range(length):
        node = graph.node("Emit", values=[1])
        graph.link(last, pin, node, "trigger")
        last, pin = node, "out"
    return graph


def claimed(execution: Execution, node: str) -> Claim:
    [row] = rows(execution, node)
    claim = claims.claim(row.pk, worker="w", run=execution.pk)
    assert claim is not None
    return claim


def kept(execution: Execution) -> DatabaseLedger | None:
    return shelf.shelf.take(execution.pk)


def test_what_this_process_wrote_is_not_read_again(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.executions.costs.LIGHT", -1.0)  # each is claimed, however quick
    execution = start(alice, chain(), **{"in": 1})

    with reads() as found:
        run_to_end(execution)

    assert found == ["rows"] + ["write"] * 7  # four nodes, each claimed and ended
    assert fresh(execution).status == "COMPLETED"


def test_what_another_process_wrote_is_read_anew(alice: User) -> None:
    graph, (left, right, both) = two_branches()
    execution = start(alice, graph)
    mine = claimed(execution, left)
    with another_process():
        other = claimed(execution, right)
        claims.complete(other, [("out", "a"), ("out", "b")], after=0)  # type: ignore[list-item]

    with reads() as found:
        claims.complete(mine, [("out", 1), ("out", 2)], after=0)  # type: ignore[list-item]

    assert found == ["write", "rows"]
    assert [row.input_data["a"] for row in rows(execution, both)] == [1, 2]
    assert [row.input_data["b"] for row in rows(execution, both)] == ["a", "b"]
    assert statuses(execution, both) == ["QUEUED", "QUEUED"]


def test_a_step_that_was_decided_by_what_is_no_longer_true_leaves_nothing(alice: User) -> None:
    graph, (left, right, both) = two_branches()
    execution = start(alice, graph)
    mine = claimed(execution, left)
    made: list[int] = []  # the number of the run's last event, at each try
    make = claims.Write.make

    def other_first(self: claims.Write, ledger: DatabaseLedger, *args: Any, **more: Any) -> None:
        if not made:  # between the look at what is known and the write
            with ThreadPoolExecutor(1) as others, another_process():
                others.submit(end_other).result(timeout=60)
        made.append(ledger.execution.last_seq)
        make(self, ledger, *args, **more)

    def end_other() -> None:
        with patch.object(claims.Write, "make", make):
            claims.complete(other, [("out", "a")], after=0)  # type: ignore[list-item]
        connection.close()

    other = claimed(execution, right)
    with patch.object(claims.Write, "make", other_first):
        claims.complete(mine, [("out", 1)], after=0)  # type: ignore[list-item]

    known, read = made
    assert known < read
    assert [row.input_data for row in rows(execution, both)] == [{"a": 1, "b": "a"}]
    assert list(Event.objects.filter(execution=execution).values_list("seq", flat=True)) == list(
        range(1, fresh(execution).last_seq + 1)
    )
    assert fresh(run_to_end(execution)).status == "COMPLETED"


def test_a_run_that_was_deleted_meanwhile_is_nobodys(alice: User) -> None:
    execution = start(alice, chain(), **{"in": 1})
    run_queued()
    [row] = NodeExecution.objects.filter(execution=execution, status="QUEUED")
    claim = claims.claim(row.pk, worker="w", run=execution.pk)
    assert claim is not None
    Execution.objects.filter(pk=execution.pk).delete()

    with reads() as found, pytest.raises(claims.LeaseLost):
        claims.complete(claim, [("out", 1)], after=0)  # type: ignore[list-item]

    assert found == ["write", "rows"]
    assert not Emission.objects.filter(node_execution=row).exists()


def test_another_error_of_the_write_is_no_reason_to_make_the_step_again(alice: User) -> None:
    execution = start(alice, chain(), **{"in": 1})
    run_queued()
    [row] = NodeExecution.objects.filter(execution=execution, status="QUEUED")
    claim = claims.claim(row.pk, worker="w", run=execution.pk)
    assert claim is not None

    with reads() as found, pytest.raises(DataError, match=r"\\u0000 cannot be"):
        claims.complete(claim, [("a\0pin", 1)], after=0)  # type: ignore[list-item]

    assert found == ["write"]
    assert (fresh(execution).status, statuses(execution, row.node_id)) == ("RUNNING", ["RUNNING"])


def test_a_step_neither_takes_back_what_a_parent_was_told_nor_tells_it_again(alice: User) -> None:
    branches, _ = two_branches()
    parent = start(alice, sub_agent(branches))
    run_queued()  # it waits for its child
    child = Execution.objects.get(parent__execution=parent)
    run_queued()
    Execution.objects.filter(pk=child.pk).update(unheard=True)
    run_queued()
    told = fresh(child).unheard
    Execution.objects.filter(pk=child.pk).update(unheard=False)  # as the parent does

    first = NodeExecution.objects.filter(execution=child, status="QUEUED").order_by("number")[0]
    assert claims.claim(first.pk, worker="w", run=child.pk) is not None

    assert (told, fresh(child).unheard) == (True, False)


def test_where_others_work_on_the_same_runs_nothing_is_tried_until_it_would_have_paid_often(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "DOUBTS", 3)
    graph, (left, right, _) = two_branches()
    execution = start(alice, graph)
    mine = claimed(execution, left)
    with another_process():
        claimed(execution, right)

    with reads() as found:
        for number in range(6):
            claims.record(mine, [("out", number)], after=number)  # type: ignore[list-item]

    assert found == ["write", *["rows"] * 4, "write", "write"]  # the first of them had no ledger


def test_a_cancel_by_another_process_is_seen(alice: User) -> None:
    execution = start(alice, chain(), **{"in": 1})
    run_queued()
    [row] = NodeExecution.objects.filter(execution=execution, status="QUEUED")
    with another_process():
        services.stop_execution(execution.pk)

    assert claims.claim(row.pk, worker="w", run=execution.pk) is None
    assert fresh(execution).status == "TERMINATED"


def test_what_was_not_written_is_not_kept(alice: User) -> None:
    execution = start(alice, chain(), **{"in": 1})
    run_queued()
    [row] = NodeExecution.objects.filter(execution=execution, status="QUEUED")
    claim = claims.claim(row.pk, worker="w", run=execution.pk)
    assert claim is not None

    with (
        patch.object(DatabaseLedger, "flush", side_effect=OperationalError("gone")),
        pytest.raises(OperationalError),
    ):
        claims.complete(claim, [("out", 1)], after=0)  # type: ignore[list-item]
    assert kept(execution) is None
    claims.complete(claim, [("out", 1)], after=0)  # type: ignore[list-item]

    assert Emission.objects.filter(node_execution=row).count() == 1
    assert fresh(run_to_end(execution)).status == "COMPLETED"


def test_a_lease_that_was_renewed_meanwhile_is_not_cut_short(alice: User) -> None:
    execution = start(alice, chain(), **{"in": 1})
    run_queued()
    [row] = NodeExecution.objects.filter(execution=execution, status="QUEUED")
    claim = claims.claim(row.pk, worker="w", run=execution.pk)
    assert claim is not None
    later = now() + timedelta(hours=1)
    NodeExecution.objects.filter(pk=row.pk).update(lease_until=later)  # as the keeper does

    with reads() as found:
        claims.record(claim, [("out", 1)], after=0)  # type: ignore[list-item]
    row.refresh_from_db()
    assert (found, row.lease_until) == (["write"], later)
    claims.complete(claim, [("out", 1)], after=0)  # type: ignore[list-item]
    row.refresh_from_db()

    assert row.lease_until is None


def test_what_changes_in_the_runs_row_without_an_event_is_not_changed_back(alice: User) -> None:
    old = run(alice, chain(), **{"in": 1})
    execution = start(alice, chain(), **{"in": 1})
    run_queued()
    Execution.objects.filter(pk=execution.pk).update(unheard=True, replay_of=old)

    with reads() as found:
        run_queued()

    row = fresh(execution)
    assert set(found) == {"write"}
    assert (row.unheard, row.replay_of) == (True, old)


def test_only_what_is_not_settled_is_remembered(alice: User) -> None:
    execution = start(alice, chain(40), **{"in": 1})
    for _ in range(30):
        run_queued()

    ledger = kept(execution)

    assert ledger is not None
    queued = NodeExecution.objects.get(execution=execution, status="QUEUED")
    assert [row.pk for row in ledger.unsettled()] == [queued.pk]
    assert list(ledger._known) == [queued.pk]
    assert not ledger._fresh
    assert not ledger._incomplete


def test_a_run_that_has_ended_or_is_being_stopped_is_not_kept(alice: User) -> None:
    ended = run(alice, chain(), **{"in": 1})
    assert kept(ended) is None

    graph, (left, _, _) = two_branches()
    stopped = start(alice, graph)
    claim = claimed(stopped, left)
    journal.stop(stopped.pk)
    claims.record(claim, [("out", 1)], after=0)  # type: ignore[list-item]

    assert kept(stopped) is None


@pytest.mark.parametrize(
    ("value", "is_kept"),
    [("x" * 1000, True), ("x" * 20_001, False), ([[0] * 300], True), ([[0] * 500], False)],
    ids=["text", "long text", "list", "long list"],
)
def test_large_values_are_not_held_in_memory(alice: User, value: object, is_kept: bool) -> None:
    execution = start(alice, chain(), **{"in": value})
    run_queued()

    assert (kept(execution) is not None) == is_kept


def test_who_may_be_in_line_at_a_credential_is_read_anew(alice: User) -> None:
    graph = GraphBuilder("Credential")
    graph.node("Emit", values=[1], credentials={"id": "key", "title": "Key"})
    other = graph.node("Emit", values=[1])
    execution = start(alice, graph)

    claimed(execution, other)

    assert kept(execution) is None


def test_the_run_that_was_worked_on_longest_ago_makes_room(alice: User) -> None:
    runs = [start(alice, chain(), **{"in": number}) for number in range(3)]
    with patch.object(shelf, "MOST", 2):
        run_queued()

    assert [kept(one) is not None for one in runs] == [False, True, True]


@pytest.mark.parametrize("in_lane", [False, True])
def test_a_block_that_changes_its_inputs_changes_nobody_elses(
    alice: User, in_lane: bool, request: pytest.FixtureRequest
) -> None:
    if in_lane:
        request.getfixturevalue("lane")
    graph = GraphBuilder("Shared")
    source = graph.node("Emit", values=[[1]])
    spoils = [graph.node("Spoil") for _ in range(2)]
    for number, node in enumerate(spoils):
        graph.link(source, "out", node, "value")
        graph.link(node, "out", graph.output(str(number)), "value")
    by_default = graph.node("Spoil", value=[2])
    graph.link(by_default, "out", graph.output("default"), "value")

    first, second = run(alice, graph), run(alice, graph)

    expected = {"0": [[1, "spoilt"]], "1": [[1, "spoilt"]], "default": [[2, "spoilt"]]}
    assert (outputs(first), outputs(second)) == (expected, expected)
    [emission] = Emission.objects.filter(node_execution__in=rows(first, source))
    assert emission.value == [1]
