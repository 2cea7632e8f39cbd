"""Staff look at runs and stop them, and change nothing else."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agents.engine.states import ExecutionStatus
from agents.executions.models import Execution, NodeExecution
from tests.support.graphs import calculator
from tests.support.runs import run, start

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
    with django_assert_max_num_queries(8):
        assert staff.get(reverse(RUNS)).status_code == 200


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

    assert "1 runs are asked to stop." in page
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
