"""Staff look at runs and help what is stuck, and change nothing else."""

from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agents.engine.states import ExecutionStatus
from agents.executions import claims, services
from agents.executions.models import Execution, NodeExecution
from agents.executions.output import outputs
from tests.support.cases import shown, values
from tests.support.graphs import GraphBuilder, calculator
from tests.support.runs import (
    fresh,
    rows,
    run,
    run_node,
    run_to_end,
    start,
    start_draft,
    statuses,
)

pytestmark = pytest.mark.django_db

RUNS = "admin:executions_execution_changelist"
RUN = "admin:executions_execution_change"


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize(
    "query", [{}, {"status__exact": "COMPLETED"}, {"created__day": "1"}, {"q": "not an id"}]
)
def test_runs_are_listed_and_filtered(query: dict[str, str], staff: Client, alice: User) -> None:
    run(alice, calculator("Sum"), Input=8)

    assert staff.get(reverse(RUNS), query).status_code == 200


def test_a_run_is_found_by_its_id(staff: Client, alice: User) -> None:
    wanted, other = (run(alice, calculator(), Input=8) for _ in range(2))
    page = staff.get(reverse(RUNS), {"q": str(wanted.pk)}).content.decode()

    assert str(wanted.pk) in page
    assert str(other.pk) not in page


def test_the_list_takes_as_many_queries_for_many_runs_as_for_one(
    staff: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(5):
        run(alice, calculator(), Input=8)
    staff.get(reverse(RUNS))  # the first page of a sign-in notes the session
    with django_assert_max_num_queries(9):
        page = staff.get(reverse(RUNS)).content.decode()
    assert page.count("Calculator (version 1)") == 5


def test_a_run_says_of_which_agent_it_is_and_whether_its_draft_ran(
    staff: Client, alice: User
) -> None:
    run(alice, calculator("Sum"), Input=8)
    start_draft(alice, calculator("Total"), Input=8)
    page = staff.get(reverse(RUNS)).content.decode()

    assert "Sum (version 1)" in page
    assert "Total (a draft on version 1)" in page


def test_a_run_is_shown_with_its_values_shortened(staff: Client, alice: User) -> None:
    execution = run(alice, calculator(), Input="<b>" + "x" * 5000)
    page = staff.get(reverse(RUN, args=[execution.pk])).content.decode()

    assert "{&quot;Input&quot;:&quot;&lt;b&gt;xxx" in page
    assert "(5,015 characters in all)" in page
    assert "x" * 2001 not in page


def test_a_node_execution_is_listed_and_shown(staff: Client, alice: User) -> None:
    execution = run(alice, calculator(), Input=8)
    row = NodeExecution.objects.filter(execution=execution).latest("number")
    url = reverse("admin:executions_nodeexecution_changelist")

    assert str(row.pk) in staff.get(url, {"q": str(execution.pk)}).content.decode()
    page = staff.get(reverse("admin:executions_nodeexecution_change", args=[row.pk]))
    assert "42.0" in page.content.decode()


def test_runs_are_stopped_together(staff: Client, alice: User) -> None:
    over = run(alice, calculator(), Input=8)
    live = start(alice, calculator(), Input=8)
    body = {"action": "stop", "_selected_action": [str(live.pk), str(over.pk)]}
    page = staff.post(reverse(RUNS), body, follow=True).content.decode()

    assert f"{live.pk}: It is asked to stop." in page
    assert f"{over.pk}: It had ended, or was being stopped already." in page
    assert Execution.objects.get(pk=live.pk).state is ExecutionStatus.TERMINATED
    assert Execution.objects.get(pk=over.pk).state is ExecutionStatus.COMPLETED


def test_who_may_only_look_stops_nothing(alice: User, bob: User) -> None:
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="view_execution"))
    client = Client()
    client.force_login(bob)
    live = start(alice, calculator(), Input=8)

    client.post(reverse(RUNS), {"action": "stop", "_selected_action": [str(live.pk)]})

    assert client.get(reverse(RUNS)).status_code == 200
    assert Execution.objects.get(pk=live.pk).state is ExecutionStatus.QUEUED


@pytest.mark.parametrize("action", ["add", "delete", "change"])
def test_nothing_is_made_changed_or_deleted_here(action: str, staff: Client, alice: User) -> None:
    execution = run(alice, calculator(), Input=8)
    args = [] if action == "add" else [execution.pk]
    answer = staff.post(reverse(f"admin:executions_execution_{action}", args=args), {"post": "yes"})

    assert answer.status_code == 403
    assert Execution.objects.count() == 1


NODES = "admin:executions_nodeexecution_changelist"


def act(client: Client, action: str, *rows: Any, **more: str) -> str:
    """Choose an admin action for these rows, and return the page that answers."""
    where = RUNS if isinstance(rows[0], Execution) else NODES
    body = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    return client.post(reverse(where), body, follow=True).content.decode()


def logged() -> list[str]:
    return list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))


class TestRequeue:
    def test_a_queued_node_execution_is_sent_again(
        self, staff: Client, alice: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        execution = start(alice, calculator(), Input=8)
        [row] = rows(execution, execution.graph_version.graph.starting_nodes[0].id)
        with (
            patch("agents.executions.dispatch.send") as send,
            django_capture_on_commit_callbacks(execute=True),
        ):
            page = act(staff, "requeue", row)

        assert f"{row.pk}: It was sent to the queue &#x27;io&#x27; again." in page
        (wanted, bell), _ = send.call_args
        assert send.call_count == 1
        assert (wanted, len(bell)) == ([(str(row.pk), "io", str(execution.pk))], 1)
        assert logged() == ["Requeue: It was sent to the queue 'io' again."]
        assert NodeExecution.objects.get(pk=row.pk).attempt == 0

    def test_a_waiting_one_is_woken(self, staff: Client, alice: User) -> None:
        graph = GraphBuilder()
        node = graph.node("CountdownTimerBlock", hours=1)
        execution = start(alice, graph)
        row = run_node(execution, node)

        assert "It was woken" in act(staff, "requeue", row)

        assert statuses(execution, node) == ["QUEUED"]
        assert run_node(execution, node).wake_at == row.wake_at  # it sleeps on

    @pytest.mark.parametrize(
        ("block", "status", "code"),
        [("StallNone", "QUEUED", None), ("StallExternal", "FAILED", "interrupted")],
    )
    def test_a_running_one_is_taken_over_by_rule_of_its_effect(
        self, block: str, status: str, code: str | None, staff: Client, alice: User
    ) -> None:
        graph = GraphBuilder()
        node = graph.node(block, log="/dev/null")
        execution = start(alice, graph)
        claim = claims.claim(rows(execution, node)[0].pk, worker="host:1")
        assert claim is not None

        act(staff, "requeue", claim.node_execution)

        [row] = rows(execution, node)
        assert (row.status, row.attempt) == (status, claim.attempt + 1)
        assert (row.error or {}).get("code") == code
        with pytest.raises(claims.LeaseLost):
            claims.complete(claim, [], after=0)

    def test_one_that_has_ended_meanwhile_stays_as_it_is(self, staff: Client, alice: User) -> None:
        execution = run(alice, calculator(), Input=8)
        row = NodeExecution.objects.filter(execution=execution).latest("number")

        assert "Nothing was done: it was COMPLETED already." in act(staff, "requeue", row)
        assert "Nothing was done" in act(staff, "fail", row, reason="Too late.")

        assert NodeExecution.objects.get(pk=row.pk).status == "COMPLETED"

    def test_of_a_run_what_a_worker_holds_stays_with_it(self, staff: Client, alice: User) -> None:
        graph = GraphBuilder()
        held, asleep = values(graph, 1), graph.node("CountdownTimerBlock", hours=1)
        execution = start(alice, graph)
        run_node(execution, asleep)
        claims.claim(rows(execution, held)[0].pk, worker="host:1")

        page = act(staff, "requeue", execution)

        assert "Node executions that were sent, woken or taken over: 1." in page
        assert (statuses(execution, held), statuses(execution, asleep)) == (["RUNNING"], ["QUEUED"])


class TestFail:
    def test_the_reason_is_asked_for_first(self, staff: Client, alice: User) -> None:
        execution = start(alice, calculator(), Input=8)

        page = act(staff, "fail", execution)
        assert "Fail with this reason" in page
        assert "This field is required." in act(staff, "fail", execution, reason=" ")

        assert fresh(execution).status == "QUEUED"
        assert logged() == []

    def test_a_node_execution_fails_with_it_on_its_error_pin(
        self, staff: Client, alice: User
    ) -> None:
        graph = GraphBuilder()
        node = graph.node("CountdownTimerBlock", hours=1)
        shown(graph, node, "error", "Problem")
        execution = start(alice, graph)
        row = run_node(execution, node)

        page = act(staff, "fail", row, reason="It hangs.")

        assert "It has failed with the reason." in page
        [row] = rows(execution, node)
        assert row.error == {"code": "failed_by_operator", "message": "It hangs."}
        ended = run_to_end(execution)
        assert (ended.status, outputs(ended)) == ("COMPLETED", {"Problem": ["It hangs."]})
        assert logged() == ["Fail with the reason “It hangs.”: It has failed with the reason."]

    def test_a_run_fails_with_it_and_can_be_retried(self, staff: Client, alice: User) -> None:
        graph = GraphBuilder()
        shown(graph, values(graph, 1), "out")
        execution = start(alice, graph)

        act(staff, "fail", execution, reason="Maintenance.")

        ended = fresh(execution)
        assert (ended.status, ended.error) == (
            "FAILED",
            {"code": "failed_by_operator", "message": "Maintenance."},
        )
        services.retry_execution(execution.pk)
        assert outputs(run_to_end(execution)) == {"out": [1]}

    def test_a_run_with_a_running_block_fails_when_that_has_stopped(
        self, staff: Client, alice: User
    ) -> None:
        graph = GraphBuilder()
        node = values(graph, 1)
        execution = start(alice, graph)
        claim = claims.claim(rows(execution, node)[0].pk, worker="host:1")
        assert claim is not None

        assert "It fails once 1 running blocks have stopped." in act(
            staff, "fail", execution, reason="Enough."
        )

        assert fresh(execution).status == "RUNNING"
        claims.terminate(claim, [], after=0)
        assert (fresh(execution).status, (fresh(execution).error or {})["message"]) == (
            "FAILED",
            "Enough.",
        )


@pytest.mark.parametrize("action", ["requeue", "fail", "stop"])
def test_who_may_only_look_may_do_nothing(action: str, alice: User, bob: User) -> None:
    bob.is_staff = True
    bob.save()
    bob.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(bob)
    live = start(alice, calculator(), Input=8)
    [row] = NodeExecution.objects.all()

    for one in (live, row):
        act(client, action, one, reason="Mine.")

    assert (fresh(live).status, fresh(live).cancel_requested_at) == ("QUEUED", None)
    assert logged() == []


def test_a_run_s_page_says_what_it_waits_for(staff: Client, alice: User) -> None:
    graph = GraphBuilder()
    node = graph.node("CountdownTimerBlock", hours=1)
    execution = start(alice, graph)
    run_node(execution, node)

    page = staff.get(reverse(RUN, args=[execution.pk])).content.decode()

    assert "Countdown Timer: sleeps until" in page
    assert "It wakes by itself." in page
