"""Reviews: a person decides once, and the node execution goes on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from agents.executions import (
    blockcall,
    claims,
    interventions,
    journal,
    recovery,
    reviewing,
    runner,
    services,
)
from agents.executions.asking import APPROVED_AHEAD, SAFE_MODE_OFF
from agents.executions.context import WorkerContext
from agents.executions.leases import Pulse
from agents.executions.models import Emission, Event, Execution, NodeExecution, Review
from agents.executions.output import outputs
from agents.executions.reviewing import ReviewDecided, ReviewNotEditable, ReviewWithdrawn
from agents.executions.sizes import ValueTooLarge
from agents.executions.suspension import Suspended, Suspension
from agents.executions.waiting import waiting
from agents.graphs import services as graphs
from agents.graphs.models import Agent
from tests.integration.executions.conftest import Limits
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder
from tests.support.reviews import asked, asking
from tests.support.runs import fresh, rows, run_node, run_queued, run_to_end, start, statuses

pytestmark = pytest.mark.django_db

REFUND = {"amount": 100, "to": "Bob"}


def approve(review: Review, by: User, **more: Any) -> Review:
    return reviewing.decide(review, by=by, approve=True, **more)


def reject(review: Review, by: User, **more: Any) -> Review:
    return reviewing.decide(review, by=by, approve=False, **more)


def about_to_wait(execution: Execution, row: NodeExecution) -> tuple[claims.Claim, Suspension]:
    """Run the queued node execution up to where it would be written down that it waits."""
    claim = claims.claim(row.pk, worker="worker")
    assert claim is not None
    context = WorkerContext(claim, Pulse(execution.pk, row.pk, claim.attempt))
    with pytest.raises(Suspended) as pause:
        next(blockcall.emissions(claim.node, claim.node_execution.input_data, context))
    return claim, pause.value.suspension


def requeue(row: NodeExecution) -> None:
    """Queue the waiting node execution, though nothing of what it waits for has come."""
    interventions.requeue(row.pk)


def set_safe_mode(execution: Execution, on: bool) -> None:
    agent = Agent.objects.get(pk=execution.graph_version.agent_id)
    graphs.change_settings(agent, {"human_in_the_loop_safe_mode": on})


class TestAsking:
    def test_a_node_that_asks_waits_without_a_worker_and_says_for_whom(self, alice: User) -> None:
        execution, row, review = asked(alice, REFUND, editable=False)

        assert (row.status, row.lease_until, row.wake_at, row.emitted) == ("WAITING", None, None, 0)
        assert row.waits_for == {
            "kind": "review",
            "review": str(review.pk),
            "name": "The refund",
            "by": "alice",
            "since": review.created.isoformat(),
        }
        assert (review.status, review.payload, review.name) == ("WAITING", REFUND, "The refund")
        assert (review.owner, review.execution, review.node_id) == (alice, execution, row.node_id)
        assert review.editable is False
        assert fresh(execution).status == "RUNNING"
        [word] = waiting(fresh(execution))
        since = f"{review.created:%Y-%m-%d %H:%M:%S}"
        assert word["reason"] == (
            f"Human In The Loop: waits for a review of 'The refund' by alice since {since} UTC"
        )
        assert word["help"] == (
            f"alice: approve or reject it on its page, or by POST /api/v1/reviews/{review.pk}/decide/."
        )

    def test_nothing_but_a_decision_wakes_it(self, alice: User) -> None:
        execution, row, _ = asked(alice, REFUND)

        assert not journal.wake(row.pk)
        assert sum(recovery.sweep().values()) == 0
        assert statuses(execution, row.node_id) == ["WAITING"]

    def test_a_worker_that_is_lost_while_it_asks_leaves_one_question(self, alice: User) -> None:
        graph, node = asking(REFUND)
        execution = start(alice, graph)
        [queued] = rows(execution, node)
        runner.run_node(queued.pk)
        requeue(queued)

        runner.run_node(queued.pk)

        assert Review.objects.count() == 1
        assert statuses(execution, node) == ["WAITING"]
        approve(Review.objects.get(), alice)
        assert run_to_end(execution).status == "COMPLETED"

    def test_the_database_refuses_a_second_open_question(self, alice: User) -> None:
        _, _, review = asked(alice, REFUND)
        review.pk, review.number, review._state.adding = None, 7, True

        with pytest.raises(IntegrityError, match="one_open"), transaction.atomic():
            review.save(force_insert=True)

    def test_names_that_no_database_keeps_are_made_legible(self, alice: User) -> None:
        _, _, review = asked(alice, 1, name="a\x00b\ud800" + "x" * 600)

        assert review.name.startswith("a�b?xxx")
        assert (len(review.name), review.name[-1]) == (500, "…")

    @pytest.mark.parametrize("data", [0, "", [], {}, False, "a\x00b", "\ud800", 2**70, 1.0])
    def test_data_of_all_kinds_comes_back_as_it_was(self, data: Any, alice: User) -> None:
        execution, _, review = asked(alice, data)
        approve(review, alice)

        assert repr(outputs(run_to_end(execution))) == repr({"approved_data": [data]})

    def test_each_execution_of_a_node_asks_for_itself(self, alice: User) -> None:
        graph = GraphBuilder()
        node = graph.node("HumanInTheLoopBlock", name="Each")
        graph.link(values(graph, 1, 2, 3), "out", node, "data")
        shown(graph, node, "approved_data", "approved")
        shown(graph, node, "rejected_data", "rejected")
        execution = start(alice, graph)
        while run_queued():
            pass
        one, two, three = Review.objects.order_by("created")

        reject(two, alice)
        approve(three, alice)
        while run_queued():
            pass
        assert outputs(execution) == {}  # what started first leaves first
        approve(one, alice)

        assert outputs(run_to_end(execution)) == {"approved": [1, 3], "rejected": [2]}


class TestDeciding:
    def test_approval_lets_the_data_through(self, alice: User) -> None:
        execution, row, review = asked(alice, REFUND)

        decided = approve(review, alice)

        assert (decided.status, decided.data, decided.edited) == ("APPROVED", REFUND, False)
        assert decided.decided_by == alice
        assert decided.decided_at is not None
        assert statuses(execution, row.node_id) == ["QUEUED"]
        ended = run_to_end(execution)
        assert (ended.status, outputs(ended)) == ("COMPLETED", {"approved_data": [REFUND]})

    def test_approval_with_edits_lets_the_edited_data_through(self, alice: User) -> None:
        execution, _, review = asked(alice, REFUND)

        approve(review, alice, data={"amount": 90}, message="That is enough.")

        stored = Review.objects.get()
        assert (stored.payload, stored.data, stored.edited) == (REFUND, {"amount": 90}, True)
        assert outputs(run_to_end(execution)) == {
            "approved_data": [{"amount": 90}],
            "review_message": ["That is enough."],
        }

    def test_null_is_an_edit_like_any_other(self, alice: User) -> None:
        execution, _, review = asked(alice, REFUND)

        approve(review, alice, data=None)

        assert outputs(run_to_end(execution)) == {"approved_data": [None]}

    def test_rejection_brings_the_data_as_it_was(self, alice: User) -> None:
        execution, _, review = asked(alice, REFUND)

        reject(review, alice, data="ignored", message="Too much.")

        ended = run_to_end(execution)
        assert ended.status == "COMPLETED"
        assert outputs(ended) == {"rejected_data": [REFUND], "review_message": ["Too much."]}
        assert Review.objects.get().edited is False

    def test_what_is_not_editable_is_approved_as_it_is_or_not_at_all(self, alice: User) -> None:
        execution, row, review = asked(alice, REFUND, editable=False)

        with pytest.raises(ReviewNotEditable):
            approve(review, alice, data={"amount": 90})
        assert (Review.objects.get().status, statuses(execution, row.node_id)) == (
            "WAITING",
            ["WAITING"],
        )
        approve(review, alice, data={"to": "Bob", "amount": 100})
        assert outputs(run_to_end(execution)) == {"approved_data": [REFUND]}

    def test_edits_have_the_size_of_a_value_at_the_most(self, alice: User, limits: Limits) -> None:
        execution, row, review = asked(alice, REFUND)
        limits(max_value_bytes=1024)

        with pytest.raises(ValueTooLarge, match="1,025 bytes; 1,024 are allowed"):
            approve(review, alice, data="x" * 1023)
        assert statuses(execution, row.node_id) == ["WAITING"]

    @pytest.mark.parametrize(
        ("first", "again"),
        [
            ({"approve": True}, {"approve": True}),
            ({"approve": True}, {"approve": True, "data": {"to": "Bob", "amount": 100.0}}),
            (
                {"approve": True, "data": 1, "message": "m"},
                {"approve": True, "data": 1, "message": "m"},
            ),
            ({"approve": False, "message": "m"}, {"approve": False, "message": "m"}),
            ({"approve": False}, {"approve": False, "auto_approve": True}),
        ],
    )
    def test_the_same_decision_twice_is_one_decision(
        self, first: dict[str, Any], again: dict[str, Any], alice: User, bob: User
    ) -> None:
        execution, _, review = asked(alice, REFUND)
        decided = reviewing.decide(review, by=alice, **first)
        events = Event.objects.count()

        repeated = reviewing.decide(review, by=bob, **again)

        assert (repeated.decided_by, repeated.decided_at) == (alice, decided.decided_at)
        assert Event.objects.count() == events
        assert run_to_end(execution).status == "COMPLETED"
        reviewing.decide(review, by=alice, **first)  # its answer may have been lost on the way

    @pytest.mark.parametrize(
        "other",
        [
            {"approve": False},
            {"approve": True, "data": 2},
            {"approve": True, "message": "But why?"},
            {"approve": True, "auto_approve": True},
        ],
    )
    def test_another_decision_is_refused_and_changes_nothing(
        self, other: dict[str, Any], alice: User, bob: User
    ) -> None:
        execution, _, review = asked(alice, REFUND)
        approve(review, alice)

        with pytest.raises(ReviewDecided) as refusal:
            reviewing.decide(review, by=bob, **other)

        assert refusal.value.message == (
            "This review was approved by alice already. A decision cannot be changed."
        )
        assert outputs(run_to_end(execution)) == {"approved_data": [REFUND]}

    def test_a_decision_while_the_worker_is_about_to_wait_is_not_lost(self, alice: User) -> None:
        execution, row, review = asked(alice, REFUND)
        requeue(row)
        claim, suspension = about_to_wait(execution, row)

        approve(review, alice)  # the worker has looked, and has not written yet
        assert statuses(execution, row.node_id) == ["RUNNING"]
        claims.suspend(claim, [], after=0, suspension=suspension)

        assert statuses(execution, row.node_id) == ["QUEUED"]
        assert outputs(run_to_end(execution)) == {"approved_data": [REFUND]}

    def test_a_message_that_is_lost_after_the_decision_is_sent_again(
        self, alice: User, limits: Limits
    ) -> None:
        execution, row, review = asked(alice, REFUND)
        approve(review, alice)  # on_commit does not fire in this test: the process died there
        past = datetime(2026, 1, 1, tzinfo=UTC)
        NodeExecution.objects.filter(pk=row.pk).update(sent_at=past)

        assert recovery.sweep()["sent_again"] == 1
        assert run_to_end(execution).status == "COMPLETED"


class TestEnds:
    def test_stopping_the_run_withdraws_what_it_asked(self, alice: User) -> None:
        execution, row, review = asked(alice, REFUND)

        services.stop_execution(execution.pk)

        assert (fresh(execution).status, Review.objects.get().status) == ("TERMINATED", "WITHDRAWN")
        before = Event.objects.count()
        with pytest.raises(ReviewWithdrawn):
            approve(review, alice)
        assert Event.objects.count() == before
        assert (Review.objects.get().decided_at, statuses(execution, row.node_id)) == (
            None,
            ["TERMINATED"],
        )

    def test_a_retried_run_asks_again(self, alice: User) -> None:
        execution, row, review = asked(alice, REFUND)
        services.stop_execution(execution.pk)
        services.retry_execution(execution.pk)

        run_node(execution, row.node_id)

        assert Review.objects.get() == review
        assert Review.objects.get().status == "WAITING"
        approve(review, alice)
        assert outputs(run_to_end(execution)) == {"approved_data": [REFUND]}

    def test_other_runs_keep_their_questions(self, alice: User) -> None:
        execution, _, _ = asked(alice, 1)
        _, _, other = asked(alice, 2)

        services.stop_execution(execution.pk)

        assert list(Review.objects.open()) == [other]

    def test_a_run_that_is_stopped_while_its_block_asks_asks_nobody(self, alice: User) -> None:
        graph, node = asking(REFUND)
        execution = start(alice, graph)
        claim = claims.claim(rows(execution, node)[0].pk, worker="worker")
        assert claim is not None
        services.stop_execution(execution.pk)

        context = WorkerContext(claim, Pulse(execution.pk, claim.node_execution.pk, claim.attempt))
        runner._run_block(claim, context, runner.Outbox(claim))

        assert not Review.objects.exists()
        assert fresh(execution).status == "TERMINATED"

    def test_a_run_that_grows_too_large_withdraws_what_it_asked(
        self, alice: User, limits: Limits
    ) -> None:
        graph, node = asking(REFUND)
        source = values(graph, 1, 2, 3)
        shown(graph, source, "out")
        execution = start(alice, graph)
        run_node(execution, node)
        limits(max_node_executions=4)

        run_node(execution, source)

        assert fresh(execution).error["code"] == "too_many_node_executions"
        assert Review.objects.get().status == "WITHDRAWN"

    def test_a_withdrawn_question_of_a_run_that_goes_on_is_asked_again(self, alice: User) -> None:
        execution, row, review = asked(alice, REFUND)
        Review.objects.update(status="WITHDRAWN")
        requeue(row)

        run_node(execution, row.node_id)

        assert Review.objects.get().status == "WAITING"
        approve(review, alice)
        assert run_to_end(execution).status == "COMPLETED"


class TestWithoutAsking:
    def test_without_safe_mode_everything_passes_with_a_message(self, alice: User) -> None:
        graph, _ = asking(REFUND)
        execution = start(alice, graph)
        set_safe_mode(execution, False)

        ended = run_to_end(execution)

        assert SAFE_MODE_OFF == "Auto-approved (safe mode disabled)"
        assert outputs(ended) == {"approved_data": [REFUND], "review_message": [SAFE_MODE_OFF]}
        assert not Review.objects.exists()

    def test_what_was_asked_is_answered_though_safe_mode_is_off_by_then(self, alice: User) -> None:
        execution, row, review = asked(alice, REFUND)
        set_safe_mode(execution, False)
        requeue(row)
        run_node(execution, row.node_id)
        assert statuses(execution, row.node_id) == ["WAITING"]

        reject(review, alice)

        assert outputs(run_to_end(execution)) == {"rejected_data": [REFUND]}

    def test_further_reviews_of_the_node_can_be_approved_at_once(self, alice: User) -> None:
        graph = GraphBuilder()
        source = values(graph, *range(4))
        node = graph.node("HumanInTheLoopBlock", name="Each")
        graph.link(source, "out", node, "data")
        shown(graph, node, "approved_data", "approved")
        shown(graph, node, "review_message", "said")
        other = graph.node("HumanInTheLoopBlock", name="Another", data="other")
        execution = start(alice, graph)
        run_node(execution, other)
        run_node(execution, source)
        for _ in range(3):
            run_node(execution, node)  # the fourth one has not asked yet
        first = Review.objects.filter(node_id=node).order_by("created")[0]

        approve(first, alice, auto_approve=True, message="All fine.")

        ended = Review.objects.filter(node_id=node)
        assert set(ended.values_list("status", flat=True)) == {"APPROVED"}
        assert Review.objects.open().get().node_id == other
        while run_queued():
            pass
        assert outputs(execution) == {
            "approved": [0, 1, 2, 3],
            "said": ["All fine.", *[APPROVED_AHEAD] * 3],
        }
        assert Review.objects.filter(node_id=node).count() == 3
        assert fresh(execution).status == "RUNNING"

    def test_approval_ahead_ends_with_the_run(self, alice: User) -> None:
        execution, _, review = asked(alice, REFUND)
        approve(review, alice, auto_approve=True)
        run_to_end(execution)
        version = execution.graph_version

        again = services.start_execution(owner=alice, agent_id=version.agent_id, inputs={})
        run_queued()

        assert Review.objects.get(execution=again).status == "WAITING"

    def test_approval_ahead_meets_a_worker_that_is_about_to_ask(self, alice: User) -> None:
        graph = GraphBuilder()
        source = values(graph, 1, 2)
        node = graph.node("HumanInTheLoopBlock", name="Each")
        graph.link(source, "out", node, "data")
        shown(graph, node, "approved_data", "approved")
        execution = start(alice, graph)
        run_node(execution, source)
        run_node(execution, node)
        claim, suspension = about_to_wait(execution, rows(execution, node)[1])

        approve(Review.objects.get(), alice, auto_approve=True)
        claims.suspend(claim, [], after=0, suspension=suspension)

        assert set(Review.objects.values_list("status", flat=True)) == {"APPROVED"}
        assert outputs(run_to_end(execution)) == {"approved": [1, 2]}


def test_a_block_by_itself_asks_nobody(alice: User) -> None:
    from agents.executions.blockrun import BlockNeedsAgent, run_block

    block = "8b2a7b3c-6e9d-4a5f-8c1b-2e3f4a5b6c7d"
    with pytest.raises(BlockNeedsAgent):
        run_block(alice, block, {"data": 1, "name": "n"})


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_of_two_who_decide_at_once_one_decides(self, alice: User, bob: User) -> None:
        execution, row, review = asked(alice, REFUND)

        found = at_once(lambda: approve(review, alice), lambda: reject(review, bob))

        assert sorted(type(one).__name__ for one in found) == ["Review", "ReviewDecided"]
        [winner] = [one for one in found if isinstance(one, Review)]
        stored = Review.objects.get()
        assert (stored.status, stored.decided_by_id) == (winner.status, winner.decided_by_id)
        assert run_to_end(execution).status == "COMPLETED"
        assert Emission.objects.filter(node_execution=row).count() == 1

    @pytest.mark.parametrize("_", range(5))
    def test_a_decision_and_a_stop_at_once_leave_a_run_that_is_stopped(
        self, _: int, alice: User
    ) -> None:
        execution, _row, review = asked(alice, REFUND)

        found = at_once(
            lambda: approve(review, alice), lambda: services.stop_execution(execution.pk)
        )

        assert fresh(execution).status == "TERMINATED"
        decided = isinstance(found[0], Review)
        assert decided or isinstance(found[0], ReviewWithdrawn)
        assert Review.objects.get().status == ("APPROVED" if decided else "WITHDRAWN")
        assert run_queued() == 0


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Return what came of each of the works, done in threads of their own, or its refusal."""

    def attempt(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except (ReviewDecided, ReviewWithdrawn) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(attempt, works))
