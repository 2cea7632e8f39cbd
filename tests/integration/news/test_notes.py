"""What people are told of their runs, and what not."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import F

from accounts.models import User
from agents.executions import announcing, services
from agents.executions.models import Cause, Execution
from agents.executions.starting import Origin
from notifications.models import Notification
from tests.support.graphs import GraphBuilder, calculator
from tests.support.probes import registered
from tests.support.reviews import asked
from tests.support.runs import run, run_to_end, start, start_draft, version_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def probes() -> object:
    with registered():
        yield


def told() -> list[tuple[str, str, int]]:
    announcing.announce()
    announcing.announce_reviews()
    rows = Notification.objects.order_by("kind")
    return list(rows.values_list("kind", "title", "count"))


def doomed() -> GraphBuilder:
    graph = GraphBuilder("Tea")
    graph.node("Flaky", path="/nowhere/at/all", trigger=1)
    return graph


def test_a_run_that_somebody_waited_for_says_nothing(alice: User) -> None:
    run(alice, calculator(), Input=8)

    assert told() == []


def test_a_long_run_and_one_that_began_by_itself_are_told(alice: User) -> None:
    long = run(alice, calculator("Long"), Input=8)
    Execution.objects.filter(pk=long.pk).update(started_at=F("started_at") - timedelta(seconds=31))
    version = version_of(alice, calculator("Early"))
    origin = Origin(Cause.SCHEDULE, uuid4())
    run_to_end(
        services.start_execution(
            owner=alice, agent_id=version.agent_id, inputs={"Input": 8}, origin=origin
        )
    )

    assert sorted(told()) == [
        ("AGENT_RUN", "Early has ended", 1),
        ("AGENT_RUN", "Long has ended", 1),
    ]
    assert Notification.objects.get(title="Long has ended").text == "It took 31 s."


def test_failures_join_and_lead_to_the_last_run(alice: User) -> None:
    graph = doomed()
    run(alice, graph)
    last = run(alice, graph)

    assert told() == [("BLOCK_EXECUTION_FAILED", "Tea failed", 2)]
    row = Notification.objects.get()
    assert (row.link, row.text) == (f"/runs/{last.pk}/", "Flaky failed: Not yet.")


def test_five_failures_in_a_row_are_told_once_as_such(alice: User) -> None:
    graph = doomed()
    for _ in range(4):
        run(alice, graph)
        told()
    assert [kind for kind, _, _ in told()] == ["BLOCK_EXECUTION_FAILED"]
    for _ in range(2):
        run(alice, graph)
        told()

    assert told() == [
        ("BLOCK_EXECUTION_FAILED", "Tea failed", 6),
        ("CONTINUOUS_AGENT_ERROR", "Tea failed 5 times in a row", 1),
    ]


def test_drafts_and_stopped_runs_say_nothing(alice: User) -> None:
    run_to_end(start_draft(alice, doomed()))
    stopped = start(alice, calculator(), Input=8)
    services.stop_execution(stopped.pk)

    assert told() == []


def test_a_question_is_told_once(alice: User) -> None:
    _, _, review = asked(alice, {"amount": 7}, name="The refund")

    assert told() == told() == [("REVIEW_ASKED", "Asking asks for your approval", 1)]
    row = Notification.objects.get()
    assert (row.text, row.link) == ("The refund", f"/reviews/{review.pk}/")
