"""What the threads of a worker write in one run at once is written together, each step by itself."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import connection
from structlog.contextvars import bound_contextvars

from accounts.models import User
from agents.engine.ids import PinName
from agents.executions import blockcall, claims, costs, losses, runner, settlement
from agents.executions.claims import Claim, LeaseLost, Take
from agents.executions.combining import Combiner
from agents.executions.models import Event, Execution, NodeExecution
from agents.executions.observation import observed
from agents.executions.output import outputs
from telemetry.logs import formatter
from tests.support.graphs import GraphBuilder
from tests.support.runs import fresh, rows, run_queued, run_to_end, start, statuses
from tests.support.waiting import eventually

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")
WIDTH = 12
VALUE = PinName("value")


@pytest.fixture
def groups() -> Iterator[list[int]]:
    """How many steps were made in each transaction."""
    found: list[int] = []

    def make(steps: Sequence[claims.Step]) -> None:
        found.append(len(steps))
        real(steps)

    real = claims._make
    with patch.object(claims, "_combiner", Combiner(make, most=claims.MOST_TOGETHER)):
        yield found


def at_once(execution: Execution, calls: Sequence[Callable[[], T]]) -> list[T | BaseException]:
    """Return what the calls return or raise, each in a thread, all while the run is locked."""
    found: list[Any] = [None] * len(calls)

    def call(number: int) -> None:
        try:
            found[number] = calls[number]()
        except BaseException as error:
            found[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=[number]) for number in range(len(calls))]
    with locked(execution):
        for number, thread in enumerate(threads):
            thread.start()
            if number == 0:
                eventually(lambda: execution.pk in claims._combiner._lines, what="the first")
        line = claims._combiner._lines[execution.pk]
        eventually(lambda: len(line) == len(calls) - 1, what="all others in line")
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return found


@contextmanager
def locked(execution: Execution) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(f"SELECT FROM executions_execution WHERE id = '{execution.pk}' FOR UPDATE")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def fan_out(width: int = WIDTH, block: str = "UniversalTypeConverterBlock") -> GraphBuilder:
    """Return one node that feeds many, each of which feeds an output of its own."""
    graph = GraphBuilder("Fan-out")
    source = graph.input("in")
    for number in range(width):
        node = graph.node(block, **({"type": "string"} if "Converter" in block else {}))
        graph.link(source, "result", node, "value" if "Converter" in block else "trigger")
        graph.link(
            node, "value" if "Converter" in block else "out", graph.output(f"{number}"), "value"
        )
    return graph


def middle(execution: Execution) -> list[NodeExecution]:
    """Return the node executions that are queued."""
    queued = NodeExecution.objects.filter(execution=execution, status="QUEUED")
    return list(queued.order_by("start_number"))


def claimed(execution: Execution) -> list[Claim]:
    found = [claims.claim(row.pk, worker="w", run=execution.pk) for row in middle(execution)]
    return [claim for claim in found if claim is not None]


def numbers_without_gaps(execution: Execution) -> bool:
    seqs = list(
        Event.objects.filter(execution=execution).order_by("seq").values_list("seq", flat=True)
    )
    return seqs == list(range(1, fresh(execution).last_seq + 1))


def test_many_claims_are_two_transactions(alice: User, groups: list[int]) -> None:
    execution = start(alice, fan_out(), **{"in": "x"})
    run_queued()
    pks = [row.pk for row in middle(execution)]
    groups.clear()

    found = at_once(
        execution,
        [partial(claims.claim, pk, worker=str(pk), run=execution.pk) for pk in pks],
    )

    assert groups == [1, WIDTH - 1]
    assert [one.node_execution.pk for one in found if isinstance(one, Claim)] == pks
    workers = NodeExecution.objects.filter(pk__in=pks).values_list("status", "worker", "attempt")
    assert sorted(workers) == sorted(("RUNNING", str(pk), 1) for pk in pks)
    assert numbers_without_gaps(execution)


def test_of_many_claims_of_one_row_one_gets_it(alice: User, groups: list[int]) -> None:
    execution = start(alice, fan_out(1), **{"in": "x"})
    run_queued()
    [row] = middle(execution)

    found = at_once(
        execution, [partial(claims.claim, row.pk, worker="w", run=execution.pk)] * WIDTH
    )

    assert sorted(type(one).__name__ for one in found) == ["Claim"] + ["NoneType"] * (WIDTH - 1)
    row.refresh_from_db()
    assert row.attempt == 1


def test_many_ends_are_two_transactions_and_each_is_delivered(
    alice: User, groups: list[int]
) -> None:
    execution = start(alice, fan_out(), **{"in": "x"})
    run_queued()
    held = claimed(execution)
    groups.clear()

    found = at_once(
        execution,
        [
            partial(claims.complete, claim, [(VALUE, number)], after=0)
            for number, claim in enumerate(held)
        ],
    )

    assert (found, groups) == ([None] * WIDTH, [1, WIDTH - 1])
    execution = run_to_end(execution)
    assert outputs(execution) == {str(number): [number] for number in range(WIDTH)}
    assert numbers_without_gaps(execution)


@pytest.mark.parametrize("loser", [0, 5])
def test_who_lost_the_lease_is_told_and_spoils_nothing(
    alice: User, groups: list[int], loser: int
) -> None:
    execution = start(alice, fan_out(), **{"in": "x"})
    run_queued()
    held = claimed(execution)
    lost = held[loser].node_execution
    assert losses.take_over(lost.pk, attempt=1)

    found = at_once(
        execution,
        [partial(claims.complete, claim, [(VALUE, 1)], after=0) for claim in held],
    )

    assert [isinstance(one, LeaseLost) for one in found] == [n == loser for n in range(WIDTH)]
    states = {row.pk: row.status for row in NodeExecution.objects.filter(execution=execution)}
    assert [states[claim.node_execution.pk] for claim in held] == [
        "QUEUED" if number == loser else "COMPLETED" for number in range(WIDTH)
    ]
    assert not lost.emissions.exists()


def test_a_step_that_fails_leaves_the_others_theirs(alice: User, groups: list[int]) -> None:
    execution = start(alice, fan_out(), **{"in": "x"})
    run_queued()
    held = claimed(execution)
    groups.clear()

    def end(claim: Claim, number: int) -> None:
        pin: Any = {} if number == 5 else VALUE  # cannot be written
        claims.complete(claim, [(pin, number)], after=0)

    found = at_once(
        execution,
        [partial(end, claim, number) for number, claim in enumerate(held)],
    )

    assert groups == [1, WIDTH - 1] + [1] * (WIDTH - 1)
    assert [isinstance(one, Exception) for one in found] == [n == 5 for n in range(WIDTH)]
    assert statuses(execution, held[5].node_execution.node_id) == ["RUNNING"]
    NodeExecution.objects.filter(pk=held[5].node_execution.pk).update(status="FAILED")
    run_to_end(execution)
    assert len(outputs(fresh(execution))) == WIDTH - 1
    assert numbers_without_gaps(execution)


@pytest.mark.parametrize("few", [0, 1000])
def test_the_values_of_one_node_keep_the_order_in_which_its_executions_started(
    alice: User, groups: list[int], few: int
) -> None:
    """Whether all that started are read with the lock or only those in line."""
    graph = GraphBuilder("Order")
    source = graph.node("StepThroughItemsBlock", items=list(range(WIDTH)))
    node = graph.node("UniversalTypeConverterBlock", type="string")
    out = graph.output("Out")
    graph.link(source, "item", node, "value")
    graph.link(node, "value", out, "value")
    execution = start(alice, graph)
    run_queued()
    held = [
        claims.claim(row.pk, worker="w", run=execution.pk)
        for row in rows(execution, node)
        if row.status == "QUEUED"
    ]
    assert len(held) == WIDTH
    ended, still = held[:-3], held[-3]
    with patch("agents.executions.opening.FEW", few):
        at_once(
            execution,
            [
                partial(
                    claims.complete,
                    claim,
                    [(VALUE, claim.node_execution.input_data["value"])],
                    after=0,
                )
                for claim in [*reversed(ended), *held[-2:]]
                if claim is not None
            ],
        )

        assert NodeExecution.objects.filter(execution=execution, node_id=out).count() == WIDTH - 3
        assert still is not None
        claims.complete(still, [(VALUE, WIDTH - 3)], after=0)
    execution = run_to_end(execution)
    assert outputs(execution) == {"Out": list(range(WIDTH))}


def test_quick_blocks_that_meet_run_together(alice: User, groups: list[int]) -> None:
    execution = start(alice, fan_out(), **{"in": "x"})
    run_queued()
    pks = [row.pk for row in middle(execution)]
    groups.clear()

    with (
        patch("agents.executions.costs.UNKNOWN", 0.0),
        patch("agents.executions.claims.STRETCH", 60),
    ):
        at_once(execution, [partial(runner.run_node, pk, execution.pk) for pk in pks])

    assert groups == [1, WIDTH - 1]
    done = NodeExecution.objects.filter(pk__in=pks)
    assert set(done.values_list("status", "attempt")) == {("COMPLETED", 1)}
    execution = run_to_end(execution)
    assert outputs(execution) == {str(number): ["x"] for number in range(WIDTH)}


def test_what_meets_after_its_time_is_claimed_and_runs_by_itself(
    alice: User, groups: list[int]
) -> None:
    execution = start(alice, fan_out(), **{"in": "x"})
    run_queued()
    pks = [row.pk for row in middle(execution)]
    groups.clear()

    with (
        patch("agents.executions.costs.UNKNOWN", 0.0),
        patch("agents.executions.claims.STRETCH", -1),
    ):
        at_once(execution, [partial(runner.run_node, pk, execution.pk) for pk in pks])

    assert sum(groups) == 2 * WIDTH  # a claim and an end each
    done = NodeExecution.objects.filter(pk__in=pks)
    assert set(done.values_list("status", "attempt")) == {("COMPLETED", 1)}
    assert outputs(run_to_end(execution)) == {str(number): ["x"] for number in range(WIDTH)}


def test_a_claim_that_was_not_written_is_forgotten(alice: User) -> None:
    execution = start(alice, fan_out(1), **{"in": "x"})
    run_queued()
    [row] = middle(execution)
    step = Take(row.pk, execution.pk, "slow")
    with (
        patch.object(claims, "commit", side_effect=OSError("gone")),
        pytest.raises(OSError, match="gone"),
    ):
        claims.submit(step)
    assert claims.claim(row.pk, worker="quick", run=execution.pk) is not None

    claims.submit(step)

    assert step.claim is None
    row.refresh_from_db()
    assert (row.worker, row.attempt) == ("quick", 1)


@contextmanager
def logged() -> Iterator[list[dict[str, Any]]]:
    """Yield the lines that the engine logs meanwhile, as operators read them, once it is over."""
    stream, found = io.StringIO(), list[dict[str, Any]]()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter("json"))
    logger = logging.getLogger("agents")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
        found += [json.loads(line) for line in stream.getvalue().splitlines()]


def as_task(number: int, call: Callable[[], T]) -> T:
    """Call it as Celery would call the task of that number."""
    with bound_contextvars(task_id=f"task-{number}"):
        return call()


def test_what_one_thread_logs_for_others_names_their_tasks_and_nodes(
    alice: User, groups: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    execution = start(alice, fan_out(), **{"in": "x"})
    run_queued()
    held = claimed(execution)
    end = settlement.end

    def tells(ledger: Any, row: NodeExecution, *args: Any, **kwargs: Any) -> None:
        logging.getLogger("agents.test").warning("ends %s", row.pk)
        end(ledger, row, *args, **kwargs)

    def finish(claim: Claim) -> None:
        with observed(claim.execution, claim.node_execution):
            claims.complete(claim, [(VALUE, "y")], after=0)

    monkeypatch.setattr(settlement, "end", tells)
    groups.clear()
    with logged() as lines:
        at_once(
            execution,
            [partial(as_task, n, partial(finish, claim)) for n, claim in enumerate(held)],
        )

    assert groups == [1, WIDTH - 1]
    told = {line["message"]: line for line in lines if line["logger"] == "agents.test"}
    assert len(told) == WIDTH
    for number, claim in enumerate(held):
        row = claim.node_execution
        line = told[f"ends {row.pk}"]
        found = (line["task_id"], line["node_exec_id"], line["node_id"], line["graph_exec_id"])
        assert found == (f"task-{number}", str(row.pk), row.node_id, str(execution.pk))


def test_blocks_that_one_thread_runs_for_others_log_under_their_own_ids(
    alice: User, groups: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("A fault in a block.")

    execution = start(alice, fan_out(), **{"in": "x"})
    run_queued()
    pks = [row.pk for row in middle(execution)]
    monkeypatch.setattr(costs, "is_light", lambda _: True)
    monkeypatch.setattr(settings, "EXECUTIONS", {**settings.EXECUTIONS, "local_lane": True})
    monkeypatch.setattr(claims, "STRETCH", 3600.0)
    monkeypatch.setattr(blockcall, "emissions", fails)
    groups.clear()
    with logged() as lines:
        calls = [partial(runner.run_node, pk, execution.pk) for pk in pks]
        at_once(execution, [partial(as_task, n, call) for n, call in enumerate(calls)])

    assert max(groups) > 1
    told = {line["node_exec_id"]: line for line in lines if "Block of node" in line["message"]}
    assert {told[str(pk)]["task_id"] for pk in pks} == {f"task-{n}" for n in range(len(pks))}
    for pk in pks:
        assert str(pk) in told[str(pk)]["message"]
